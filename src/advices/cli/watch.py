"""The command `advices watch`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from advices.cli.app import app, out, progress
from advices.cli.extras import demand
from advices.core import now, project

if TYPE_CHECKING:
    from advices.notebooks import Look
    from advices.results import Checked, Turned


@app.command()
def watch(
    slug: Annotated[str, typer.Argument(help="The lab whose exercise it is.")],
    file: Annotated[
        Path | None, typer.Option(help="Your Dockerfile; by default the exercise's own.")
    ] = None,
) -> None:
    """Check your Dockerfile of an exercise now and after each save, until Ctrl-C."""
    layout = project()
    demand("nbclient")
    from advices.cli.display import Display
    from advices.lab import LEARNERS, labfile
    from advices.notebooks import watch_exercise
    from advices.workshop import Workshop

    mine = file or labfile.read(layout.labs, slug).its_exercise().folder / LEARNERS

    @contextlib.contextmanager
    def workshop() -> Iterator[Workshop]:
        # The picture moves while something is built, and leaves the terminal alone else.
        with Display(progress) as say:
            yield Workshop(layout, say)

    out.print(f"{escape(str(mine))} is checked now and after each save; Ctrl-C ends it")
    try:
        for look in watch_exercise(workshop, slug, mine):
            _tell(look)
    except KeyboardInterrupt:
        # It is how one ends this command, so it is no fault.
        out.print("ended; nothing that it built is left")


def _tell(look: Look) -> None:
    at = now().astimezone().strftime("%H:%M:%S")
    if look.checked is None:
        out.print(f"{at} [bold red]not checked:[/] {escape(str(look.fault))}")
    else:
        _tell_verdict(at, look.checked, look.turned)


def _tell_verdict(at: str, found: Checked, since: Turned) -> None:
    met = sum(row.holds for row in found.rows)
    how = "[green]solved[/]" if found.solved else "[yellow]not solved yet[/]"
    out.print(f"{at} {how}: {met} of {len(found.rows)} claims are met")
    if found.fault:
        out.print(f"[red]fault[/]   {escape(found.fault)}")
    for row in found.rows:
        if row.holds:
            new = " [green](since this save)[/]" if row.says in since.green else ""
            out.print(f"[green]met[/]     {escape(row.says)}{new}")
        else:
            new = " [red](it was before)[/]" if row.says in since.red else ""
            out.print(f"[red]not met[/] {escape(row.says)}{new}")
            out.print(f"        yours {row.yours}, reference {row.reference}, limit {row.limit}")
    for mistake in found.hints:
        out.print(f"[yellow]hint[/]    {escape(mistake.hint)}")
