"""The commands of a class that runs: start, code, rehearse, report."""

from __future__ import annotations

import contextlib
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from advices.cli.app import out, shown
from advices.cli.classroom import class_app
from advices.core import (
    KEEP_DAYS,
    ClassMissing,
    ClassSettingInvalid,
    HubFailed,
    RehearsalFailed,
    counted,
    now,
    write_whole,
)

if TYPE_CHECKING:
    from advices.classroom import Learned

Days = Annotated[int, typer.Option(min=1, max=365, help="Days that progress is kept.")]
_PRIVATE = 0o600


@class_app.command()
def start(
    *,
    address: Annotated[
        str, typer.Option(help="Where learners come: https://NAME for a network.")
    ] = "http://class.localhost:8000",
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate of NAME and *.NAME.")
    ] = None,
    key: Annotated[Path | None, typer.Option(help="The key of the certificate.")] = None,
    keep_days: Days = KEEP_DAYS,
    config: Annotated[
        Path | None, typer.Option(help="More settings of JupyterHub, as a Python file.")
    ] = None,
    trainer_port: Annotated[
        int, typer.Option(min=1, max=65535, help="This machine's own port of your page.")
    ] = 8082,
    xapi_store: Annotated[
        str,
        typer.Option(help="A learning record store that gets progress too, until you end that."),
    ] = "",
    xapi_login: Annotated[
        Path | None, typer.Option(help="A file of mode 0600 with its USER:PASSWORD; else asked.")
    ] = None,
    no_xapi_store: Annotated[
        bool, typer.Option("--no-xapi-store", help="Send progress to no store any more.")
    ] = False,
) -> None:
    """Start the hub of a prepared class; Ctrl-C ends it, and the learners' servers go on."""
    from advices import classroom

    folder = classroom.FOLDER
    room = classroom.class_in(folder)
    if no_xapi_store and (xapi_store or xapi_login):
        raise typer.BadParameter("it is on or off, not both", param_hint="--no-xapi-store")
    to = None
    if not no_xapi_store:
        to = classroom.chosen(folder, xapi_store, xapi_login, _login, _say)
    how = classroom.how_opened(
        classroom.address(address, certificate, key),
        Path(room.project),
        keep_days=keep_days,
        extra=config,
        hub_port=room.hub_port,
        inner_ports=(8001, trainer_port),
        xapi=to,
    )
    with classroom.running(folder, how) as hub:
        out.print(f"learners come here: {how.address.origin}")
        if by_code := classroom.lets_in_by_code(how):
            codes = classroom.codes(folder)
            out.print(f"the code of the class: {codes.learners}")
            out.print(f"with their own laptop: ./run learn -- --class {how.address.origin}")
        else:
            out.print(f"they and you log in as {shown(str(config))} says, without a code")
        out.print(f"your page: {classroom.board_url(how.address)}")
        if by_code:
            out.print(f"your code, which you keep to yourself: {codes.trainer}")
        out.print(f"progress of learners: {shown(classroom.leaves(how.store_host))}")
        out.print(
            f"{counted(len(room.seats), 'seat')}; Ctrl-C ends the hub, `advices class start` "
            "brings it back with nothing lost"
        )
        try:
            hub.wait()
        except KeyboardInterrupt:
            out.print("ending the hub; the learners' servers go on")
            ended = True
        else:
            ended = False
    if ended:
        out.print("`advices class start` brings it back, `advices class stop` removes the class")
        return
    raise HubFailed(
        f"the hub ended by itself; its log is {folder / classroom.LOG}", why="its log says why"
    )


def _login(url: str) -> tuple[str, str]:
    """Ask in the terminal for the login of a store; the password is not shown."""
    if not sys.stdin.isatty():
        raise ClassSettingInvalid(
            f"nothing says the login of {url}",
            why="nobody can be asked here: this is no terminal",
            next_step="write USER:PASSWORD into a file of mode 0600, and give `--xapi-login FILE`",
        )
    try:
        user = typer.prompt(f"the user of {url}")
        return user, getpass.getpass("its password, which is not shown: ")
    except EOFError:
        raise typer.Abort from None


def _say(text: str) -> None:
    out.print(f"[yellow]note:[/] {shown(text)}")


@class_app.command()
def code() -> None:
    """Show the code of the class, and the trainer's."""
    from advices import classroom

    # Without a class there is nothing to let in to.
    classroom.class_in(classroom.FOLDER)
    with contextlib.suppress(ClassMissing):
        if not classroom.lets_in_by_code(classroom.opened(classroom.FOLDER)):
            _say("the class runs with another login, and these codes open nothing meanwhile")
    codes = classroom.codes(classroom.FOLDER)
    out.print(f"the code of the class: {codes.learners}")
    out.print(f"the trainer's code: {codes.trainer}")


@class_app.command()
def rehearse(
    learners: Annotated[int, typer.Argument(min=1, max=30, help="How many come at once.")],
    exercise: Annotated[str, typer.Option(help="The slug of the exercise.")] = "build-cache",
    record: Annotated[
        Path | None, typer.Option(help="Keep the figures in a JSON file, by number of learners.")
    ] = None,
) -> None:
    """Let learners who are none log in, run a cell and check an exercise, all at once."""
    from advices import classroom
    from advices.results import rehearsals

    # A file that cannot be read is known before the minutes that a rehearsal takes.
    kept = rehearsals.load(record) if record is not None else None
    found = classroom.rehearse(classroom.FOLDER, learners, exercise)
    _show(found)
    if failed := classroom.failures(found):
        raise RehearsalFailed(f"{len(failed)} of {counted(len(found), 'learner')} met a fault")
    if record is not None and kept is not None:
        seats = len(classroom.class_in(classroom.FOLDER).seats)
        on, date = classroom.facts(), now().isoformat()
        one = classroom.rehearsal(found, exercise, seats, on=on, date=date)
        rehearsals.save(record, kept.plus(one))


def _show(found: list[Learned]) -> None:
    from rich.table import Table

    from advices import classroom

    table = Table("Step", "Learners", "Median", "Worst")
    for one in classroom.figures(found):
        times = ("-" if value is None else f"{value:.1f} s" for value in (one.median, one.worst))
        table.add_row(one.step, f"{one.done} of {len(found)}", *times)
    if sizes := classroom.memory(found):
        table.add_row("memory of a seat", "", *(f"{size / 1e6:.0f} MB" for size in sizes))
    if waits := classroom.idle(found):
        table.add_row("the same before its learner came", "", f"{waits / 1e6:.0f} MB", "")
    out.print(table)
    for who in classroom.failures(found):
        out.print(f"[bold red]{shown(who.name)}[/] ({who.seat or 'no seat'}): {shown(who.fault)}")


@class_app.command()
def report(
    json_file: Annotated[Path | None, typer.Option("--json", help="Write it as JSON.")] = None,
    xapi: Annotated[Path | None, typer.Option(help="Write what happened as xAPI.")] = None,
) -> None:
    """Show who opened, tried and solved what. Never what they wrote: that is not kept."""
    from rich.table import Table

    from advices import classroom

    told = classroom.told(classroom.FOLDER)
    if json_file is not None:
        write_whole(json_file, told.json, _PRIVATE)
    if xapi is not None:
        write_whole(xapi, told.xapi, _PRIVATE)
    if not told.rows:
        raise ClassMissing(
            "nobody has a seat yet",
            why="the class is prepared, and no learner came, or all is deleted after its days",
            next_step="start the class: `advices class start`",
        )
    table = Table(*told.header)
    for row in told.rows:
        table.add_row(*map(shown, row))
    out.print(table)
    out.print(f"kept for {counted(told.keep_days, 'day')}, then deleted")
