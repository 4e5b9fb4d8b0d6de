"""What is on this machine: doctor, clean, engine start and stop."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer
from rich.markup import escape

from advices.cli.app import app, out, progress
from advices.core import anywhere, cache_folder

engine_app = typer.Typer(help="The Docker engine of this machine.", no_args_is_help=True)
app.add_typer(engine_app, name="engine")


@app.command()
def doctor() -> None:
    """Say what is there, what is not, and what to do about it."""
    from advices.cli.doctor import examine
    from advices.workshop import Workshop

    marks = {"ok": "[green]ok  [/]", "note": "[yellow]note[/]", "bad": "[red]bad [/]"}
    bad = False
    for found in examine(Workshop(anywhere(), lambda _: None)):
        bad |= found.mark == "bad"
        out.print(f"{marks[found.mark]} {found.subject + ':':<22} {escape(found.says)}")
        if found.fix:
            out.print(f"     {'':<22} [dim]fix:[/] {escape(found.fix)}")
    if bad:
        raise typer.Exit(1)


@app.command()
def clean(
    caches: Annotated[bool, typer.Option("--caches", help="Also the caches on this host.")] = False,
) -> None:
    """Remove what crashed runs left in the engine and on this host."""
    from advices.engine import connect
    from advices.runs import sweep

    swept = sweep(connect())
    out.print(f"removed what {len(swept)} crashed runs had left behind")
    if caches:
        shutil.rmtree(cache_folder(), ignore_errors=True)
        out.print(f"removed {cache_folder()}")


@engine_app.command("start")
def engine_start() -> None:
    """Use the engine that is there; where there is none, install and start one."""
    from advices.cli.display import Display
    from advices.engine import connect, provision

    # Not entered, so that no picture moves: sudo may ask for a password.
    say = Display(progress)
    provision.ensure_engine(say)
    connected = connect()
    facts = connected.facts()
    out.print(f"engine {facts.version} at {connected.address}")


@engine_app.command("stop")
def engine_stop() -> None:
    """Stop the engine, if it was started by `advices engine start`."""
    from advices.cli.display import Display
    from advices.engine import provision

    if not provision.stop_engine(Display(progress)):
        out.print("nothing to stop: this command started no engine that still runs")
