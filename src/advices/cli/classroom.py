"""A class on this machine: prepare, reset, stop."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from advices.cli.app import INTERRUPTED, app, err, out, progress
from advices.core import Say, project

if TYPE_CHECKING:
    from advices.classroom import Asked, Classroom, Fill, Verdict

class_app = typer.Typer(
    help="A class on this machine: a seat with an engine for each learner.", no_args_is_help=True
)
app.add_typer(class_app, name="class")

_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([MGT])(i?)B?", re.I)
_POWERS = {"M": 2, "G": 3, "T": 4}


def bytes_of(text: str) -> int:
    """Return the bytes of a size such as 512M, 2G or 2GiB. Raises BadParameter."""
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise typer.BadParameter(f"{text} is no size; write 512M or 2G")
    base = 1024 if found[3] else 1000
    return int(float(found[1]) * base ** _POWERS[found[2].upper()])


@class_app.command()
def prepare(
    *,
    seats: Annotated[int, typer.Option(help="How many learners there are at most.")] = 0,
    memory: Annotated[str, typer.Option(help="What a seat may take, builds included.")] = "2G",
    disk: Annotated[str, typer.Option(help="The size of a seat's disk.")] = "10G",
    cpus: Annotated[float, typer.Option(help="Cores that a seat may use at once.")] = 1.0,
    processes: Annotated[int, typer.Option(help="Processes that a seat may have.")] = 1500,
    bundle: Annotated[
        Path | None,
        typer.Option(help="Images and packages from `advices bundle save`; else this engine's."),
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="Let seats reach what this machine reaches.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Print what this machine allows, and change nothing.")
    ] = False,
) -> None:
    """Make a seat for each learner: account, disk, network, limits, engine with all images."""
    layout = project()
    from advices.classroom import Limits, demand, install, prepared, proxy_here
    from advices.classroom import check as judged
    from advices.cli.display import Display

    limits = Limits(
        memory_bytes=bytes_of(memory),
        disk_bytes=bytes_of(disk),
        processes=processes,
        cpus=cpus,
    )
    say = Display(progress)
    asked = _asked(layout.root, seats, limits, bundle, has_network=network)
    if not check:
        install(say)
    verdict = judged(asked, proxy_here(layout.root))
    _show(verdict, asked.seats)
    if check:
        raise typer.Exit(1 if verdict.fault else 0)
    demand(verdict)
    with Display(progress) as moving, _goes_on():
        classroom = prepared(asked, _filled(bundle, moving), moving)
    _show_seats(classroom)


@contextlib.contextmanager
def _goes_on() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        err.print(
            "interrupted; the same command goes on from here, and `advices class stop` removes "
            "what is there"
        )
        # Not as an interrupt: that one says that nothing was left.
        raise SystemExit(INTERRUPTED) from None


def _asked(
    root: Path, seats: int, limits: object, bundle: Path | None, *, has_network: bool
) -> Asked:
    from advices.classroom import Asked, Limits, key_of, read

    there = read()
    if not seats and there is None:
        raise typer.BadParameter("say how many: --seats 3", param_hint="--seats")
    assert isinstance(limits, Limits)
    return Asked(
        seats=seats or len(there.seats if there else ()),
        limits=limits,
        project=root,
        has_network=has_network,
        key=key_of(bundle.resolve()) if bundle else "",
    )


@contextlib.contextmanager
def _filled(bundle: Path | None, say: Say) -> Iterator[Fill]:
    from advices.classroom import FOLDER, bundle_of_this_machine, of_bundle

    if bundle is not None:
        yield of_bundle(bundle.resolve())
        return
    with bundle_of_this_machine(project(), FOLDER, say) as file:
        yield of_bundle(file)


def _show(verdict: Verdict, seats: int) -> None:
    marks = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[red]bad [/]"}
    for row in verdict.rows:
        out.print(f"{marks[row.mark]} {row.subject + ':':<22} {escape(row.says)}")
        if row.fix and row.mark != "ok":
            out.print(f"     {'':<22} [dim]fix:[/] {escape(row.fix)}")
    out.print(f"seats: {seats} wanted, {verdict.seats_allowed} possible")


def _show_seats(classroom: Classroom) -> None:
    table = Table("Seat", "Account's number", "Address", "Engine", box=None)
    for seat in classroom.seats:
        table.add_row(seat.name, str(seat.uid), seat.address, "answers")
    out.print(table)


@class_app.command()
def reset(
    seat: Annotated[str, typer.Argument(help="The seat's name or number.")],
) -> None:
    """Make a seat as it was: what runs there ends, what a learner stored there is gone."""
    from advices.classroom import FOLDER, read, reset_seat, seat_of, was_reset_in

    classroom = read()
    found = seat_of(classroom, seat)
    assert classroom is not None  # it has the seat
    reset_seat(classroom, found)
    was_reset_in(FOLDER, found.name)
    out.print(f"{found.name} is as it was prepared, and its engine answers")


@class_app.command()
def stop(
    *,
    discard_waiting: Annotated[
        bool, typer.Option("--discard-waiting", help="Delete what still waits for a store too.")
    ] = False,
) -> None:
    """Remove the class: accounts, engines, disks, networks, limits, folders, progress.

    What waits for a store is sent first. If the store does not take it, nothing is removed.
    """
    from advices.classroom import stop as stopped

    removed = stopped(discard_waiting=discard_waiting)
    for what in removed:
        out.print(f"removed {escape(what)}")
    if not removed:
        out.print("nothing to remove: no class was prepared here")
