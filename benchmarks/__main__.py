"""The command of `./run bench`."""

from __future__ import annotations

import os
import platform
import re
import signal
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from advices.core import (
    AdvicesError,
    FileRefused,
    cache_folder,
    clock,
    now,
    project,
    run,
    state_folder,
)
from advices.engine import Engine, buildx_version, connect
from advices.measure.bench import commit_of
from advices.packages import proxy
from advices.runs import measuring, own_run
from advices.site import speed
from benchmarks.parts import PARTS, WITH_INDEX, Pairs
from benchmarks.turns import Place

COMPARED = ("mkdocs", "mkdocs-material", "jupyter-cache", "nbconvert", "nbmake")
OF_THE_FIGURES = ("labs", "src", "notebooks", "benchmarks", "docs/chapters", "mkdocs.yml")

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
# Whoever reads from a pipe wants whole lines.
_out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)
_err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(event: object) -> None:
    """Print a line of progress on stderr."""
    _err.print(escape(str(event)))


@app.command()
def bench(
    samples: Annotated[
        int, typer.Option(min=1, help="Samples of each; fewer than the default write no file.")
    ] = speed.ENOUGH_SAMPLES,
    only: Annotated[
        list[str] | None, typer.Option(help=f"A part: {', '.join(PARTS)}. Writes no file.")
    ] = None,
) -> None:
    """Time this project beside others, in turns, and write docs/results/bench.json."""
    if unknown := set(only or ()) - PARTS.keys():
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}")
    layout, engine, started = project(), connect(), clock()
    commit = commit_of(layout, OF_THE_FIGURES)
    is_trial = bool(only) or samples < speed.ENOUGH_SAMPLES
    refuse_no_commit(commit, is_trial=is_trial)
    pairs: Pairs = {}
    with own_run(engine) as owned, measuring(say):
        python_path = [str(layout.root), *filter(None, [os.environ.get("PYTHONPATH")])]
        env = {
            "XDG_STATE_HOME": str(state_folder() / "bench"),
            "XDG_CACHE_HOME": str(cache_folder() / "bench"),
            # Else our modules alone are compiled anew by each program.
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPATH": os.pathsep.join(python_path),
        }
        place = Place(layout, owned.scratch, engine, owned.id, samples, say, env)
        # In their order, whatever was asked first: what `_without_index` takes away stays away.
        for name in (name for name in PARTS if not only or name in only):
            say(f"{name}:")
            if name not in WITH_INDEX:
                _without_index()
            pairs |= PARTS[name](place)
    measured = speed.Speed(
        date=now().isoformat(), commit=commit, machine=_machine(engine), pairs=pairs
    )
    _show(measured)
    say(f"measured in {clock() - started:.0f} s")
    if not is_trial:
        say(f"written: {speed.save(layout.results, measured).relative_to(layout.root)}")


def refuse_no_commit(commit: str, *, is_trial: bool) -> None:
    """Raise FileRefused for figures that are to be written and whose sources no commit holds."""
    if not is_trial and not re.fullmatch("[0-9a-f]{40}", commit):
        raise FileRefused(
            f"docs/results/{speed.FILE} is not written: the sources are at {commit}",
            why="they differ from the commit, and nobody could measure this again",
            next_step="commit all changes, or measure a part: `./run bench -- --only site`",
        )


def _without_index() -> None:
    """Take this host's CA and index settings away: no synthetic lab needs a package.

    With them each run would start an index for its builds, on some machines and not on others.
    Nor are prefetched packages served to builds: this user's are not in the programs' own cache.
    """
    os.environ["PIP_CONFIG_FILE"] = os.devnull
    for name in proxy.host_settings():
        os.environ.pop(name, None)
    os.environ[proxy.WAY_VARIABLE] = "direct"


def _machine(engine: Engine) -> tuple[str, ...]:
    facts = engine.facts()
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return (
        f"{facts.cores} cores",
        f"{memory_bytes / 2**30:.1f} GiB of memory",
        facts.platform,
        f"Docker {facts.version} ({facts.storage_driver})",
        f"buildx {buildx_version() or 'unknown'}",
        run(["hyperfine", "--version"]).stdout.strip(),
        f"Python {platform.python_version()}",
        *(f"{name} {_version(name)}" for name in COMPARED),
    )


def _version(name: str) -> str:
    """Return the version of what is compared; a part alone needs none of it."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "not here"


def _show(measured: speed.Speed) -> None:
    shown = Table(*speed.HEADER, box=None, pad_edge=False)
    for row in speed.rows(measured):
        shown.add_row(*map(escape, row))
    _out.print(shown)
    _out.print(escape(speed.where(measured)))


def main() -> None:
    """Run the command; a foreseeable fault becomes its message and its exit code."""
    # Clean up as on Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except AdvicesError as error:
        _err.print(f"[bold red]error:[/] {escape(str(error))}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
