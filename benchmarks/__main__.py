"""The command of `./run bench`."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import version
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advices.core.errors import AdvicesError
from advices.core.paths import cache_folder, project, state_folder
from advices.core.process import clock, now
from advices.engine.client import buildx_version, connect
from advices.engine.port import Engine
from advices.measure.bench import commit_of
from advices.packages import proxy
from advices.runs.lifecycle import measuring, own_run
from advices.site import speed
from advices.site.speed import Comparison, Machine, Speed
from benchmarks.executing import executed
from benchmarks.growth import growth
from benchmarks.real_lab import real_lab
from benchmarks.running import forced, unchanged
from benchmarks.site_build import site
from benchmarks.taking import Place, memory_bytes

SECTIONS: dict[str, Callable[[Place], tuple[Comparison, ...]]] = {
    "lab": real_lab,
    "forced": forced,
    "unchanged": unchanged,
    "executed": executed,
    "site": site,
    "growth": growth,
}
COMPARED = ("mkdocs", "mkdocs-material", "jupyter-cache", "nbconvert", "nbmake")
OF_THE_FIGURES = ("labs", "src", "notebooks", "benchmarks", "docs/chapters", "mkdocs.yml")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
# Whoever reads from a pipe wants whole lines.
_out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(message: str) -> None:
    """Print a line of progress on stderr."""
    _err.print(escape(message))


@app.command()
def bench(
    samples: Annotated[
        int, typer.Option(min=1, help="Samples of each; fewer than the default are a trial.")
    ] = speed.ENOUGH_SAMPLES,
    only: Annotated[
        list[str] | None, typer.Option(help=f"A part: {', '.join(SECTIONS)}. Writes no file.")
    ] = None,
) -> None:
    """Time this project beside others, in turns, and write docs/results/bench.json."""
    # In their order, whatever was asked first: what `_without_index` takes away stays away.
    wanted = [name for name in SECTIONS if not only or name in only]
    if unknown := set(only or ()) - SECTIONS.keys():
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}")
    layout, engine, started = project(), connect(), clock()
    commit = commit_of(layout, OF_THE_FIGURES)
    found: list[Comparison] = []
    with own_run(engine) as run, measuring(say):
        env = {
            "XDG_STATE_HOME": str(state_folder() / "bench"),
            "XDG_CACHE_HOME": str(cache_folder() / "bench"),
            # Else our modules alone are compiled anew by each program.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": os.pathsep.join([str(layout.root), *filter(None, _python_path())]),
        }
        place = Place(layout, run.scratch, engine, run.id, samples, say, env)
        for name in wanted:
            say(f"{name}:")
            if SECTIONS[name] is not real_lab:
                _without_index()
            found += SECTIONS[name](place)
    measured = Speed(
        date=now().isoformat(), commit=commit, machine=_machine(engine), comparisons=tuple(found)
    )
    _show(measured)
    say(f"measured in {clock() - started:.0f} s")
    if not only:
        say(f"written: {speed.save(layout.results, measured).relative_to(layout.root)}")


def _python_path() -> list[str]:
    return os.environ.get("PYTHONPATH", "").split(os.pathsep)


def _without_index() -> None:
    """Take this host's CA and index settings away: no synthetic lab needs a package.

    With them each run would start an index for its builds, on some machines and not on others.
    """
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    for name in (*proxy.host_settings(), proxy.WAY_VARIABLE):
        os.environ.pop(name, None)


def _machine(engine: Engine) -> Machine:
    facts = engine.facts()
    return Machine(
        cores=facts.cores,
        memory_bytes=memory_bytes(),
        platform=facts.platform,
        engine_version=facts.version,
        buildx_version=buildx_version() or "unknown",
        storage_driver=facts.storage_driver,
        versions={"Python": platform.python_version(), **{one: version(one) for one in COMPARED}},
    )


def _show(measured: Speed) -> None:
    shown = Table(*speed.HEADER, box=None, pad_edge=False)
    for row in speed.rows(measured):
        shown.add_row(*map(escape, row))
    _out.print(shown)
    _out.print(escape(speed.where(measured)))


def main() -> None:
    """Run the command; a foreseeable fault becomes its message and its exit code."""
    try:
        app()
    except AdvicesError as error:
        _err.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
