"""What `./run bench` times, part by part: pairs of seconds for each comparison of `speed`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from advices.core import Layout, write_whole
from advices.lab import Lab, labfile
from advices.measure import QUICK, Samples, steps
from advices.packages import proxy
from advices.site import speed
from benchmarks import projects
from benchmarks.audits import times as audit_times
from benchmarks.checks import times as check_times
from benchmarks.projects import SLUG, slugs
from benchmarks.shell import WORD, script
from benchmarks.turns import ADVICES, BIN, MKDOCS, PYTHON, Place, Program

Pairs = dict[str, tuple[tuple[float, float], ...]]
UNCHANGED = ": unchanged since "
SUITE = 10
"""Labs where nothing is built: as many as this project has."""

TIMES = 10
EXECUTE = """\
import sys
from pathlib import Path
from advices.notebooks import kernel
for file in sys.argv[1:]:
    kernel.execute(Path(file), {}, print)
"""
BARE = """\
import typer
app = typer.Typer()
@app.command()
def main(name: str = "world") -> None:
    print(f"hello {name}")
app()
"""


def _pairs(ours: tuple[float, ...], theirs: tuple[float, ...]) -> tuple[tuple[float, float], ...]:
    return tuple(zip(ours, theirs, strict=True))


def _enough(place: Place, name: str) -> Place:
    """Return the place with no more samples than are enough of a comparison."""
    return replace(place, samples=min(place.samples, speed.COMPARISONS[name].samples))


def _by_hand(place: Place, lab: Lab, bases: Mapping[str, str], samples: Samples) -> Program:
    """Return the script of a lab. Each sample has a word of its own in its edits."""
    folder = Path(tempfile.mkdtemp(prefix="by-hand-", dir=place.scratch))
    text = script(lab, steps(lab, samples), bases, place.run_id)
    write_whole(folder / "lab.in", text)
    return Program("sh lab.sh", folder, before=f"sed s/{WORD}/w$(date +%s%N)/g lab.in >lab.sh")


def real_lab(place: Place) -> Pairs:
    """Return `advices run build-cache --force` beside the script, both with the same index."""
    layout = projects.variants_alone(place)
    lab, bases = labfile.read(layout.labs, SLUG), place.workshop(layout).bases
    resolved = bases.of_lab(lab)
    with proxy.for_builds(place.engine):
        # Marked for what is in them: pip's settings, where builds need any.
        marked = {
            name: bases.marked(base, place.run_id, "by-hand").image
            for name, base in resolved.items()
        }
        times = _enough(place, "forced-lab").in_turns(
            ours=Program(f"{ADVICES} run {SLUG} --force", layout.root, says=": measured in "),
            script=_by_hand(place, lab, marked, Samples()),
        )
    return {"forced-lab": _pairs(times["ours"], times["script"])}


def checks(place: Place) -> Pairs:
    """Return checks of an exercise beside the plain builds that their claims need."""
    times = check_times(place)
    return {
        f"check-{name}": _pairs(times[name], times[builds])
        for name, builds in (
            ("right", "right_builds"),
            ("wrong", "wrong_builds"),
            ("unchanged", "right_builds"),
        )
    }


def audits(place: Place) -> Pairs:
    """Return an audit beside the plain builds that it has to do."""
    times = audit_times(_enough(place, "audit"))
    return {"audit": _pairs(times["ours"], times["builds"])}


def forced(place: Place) -> Pairs:
    """Return `advices run LAB --force` beside the shell script: in quick mode, in full mode."""
    layout = projects.written(place, "forced", 1, projects.WORK)
    (slug,) = slugs(1)
    lab = labfile.read(layout.labs, slug)
    bases = {name: base.image for name, base in place.workshop(layout).bases.of_lab(lab).items()}
    run = f"{ADVICES} run {slug} --force"
    times = place.in_turns(
        quick=Program(f"{run} --quick", layout.root, says=": measured in "),
        quick_script=_by_hand(place, lab, bases, QUICK),
        full=Program(run, layout.root, says=": measured in "),
        full_script=_by_hand(place, lab, bases, Samples()),
    )
    return {
        "forced-run": _pairs(times["quick"], times["quick_script"]),
        "forced-run-full": _pairs(times["full"], times["full_script"]),
    }


def _unchanged(layout: Layout, labs: int) -> Program:
    return Program(f"{ADVICES} run --quick", layout.root, says=UNCHANGED, times=labs)


def unchanged(place: Place) -> Pairs:
    """Return an unchanged suite beside jupyter-cache over the same notebooks."""
    layout = projects.measured(place, "unchanged", SUITE)
    folder = layout.root / "notebooks"
    # It asks whether to make its cache where there is no such folder.
    (folder / ".jupyter_cache").mkdir()
    execute = f"{BIN}/jcache project execute --timeout 600"
    place.run(f"{BIN}/jcache notebook add *.ipynb", folder)
    place.say("  jupyter-cache executes the notebooks, to have them in its cache")
    place.run(execute, folder)
    times = place.in_turns(
        ours=_unchanged(layout, SUITE),
        jcache=Program(execute, folder, says="Executing 0 notebook(s)"),
    )
    return {"unchanged-suite": _pairs(times["ours"], times["jcache"])}


def executed(place: Place) -> Pairs:
    """Return our executor over notebooks that have next to nothing to do beside two others."""
    folder = place.scratch / "executed"
    cells = ("print('hello')", "numbers = list(range(1000))\nsum(numbers)", "len(numbers)")
    for number in range(5):
        write_whole(folder / f"trivial-{number}.ipynb", projects.notebook(cells))
    write_whole(folder / "execute.py", EXECUTE)
    convert = f"{BIN}/jupyter nbconvert --execute --to notebook --output-dir converted"
    times = place.in_turns(
        ours=Program(f"{PYTHON} execute.py trivial-*.ipynb", folder),
        nbconvert=Program(f"{convert} trivial-*.ipynb", folder),
        nbmake=Program(f"{PYTHON} -m pytest --nbmake trivial-*.ipynb", folder, says="5 passed"),
    )
    return {
        f"execute-{name}": _pairs(times["ours"], times[name]) for name in ("nbconvert", "nbmake")
    }


def site(place: Place) -> Pairs:
    """Return `mkdocs build` of this site beside the same pages without plugins."""
    place.say("  the pages as the macros leave them")
    ours, plain = projects.sites(place)
    times = place.in_turns(
        ours=Program(f"{MKDOCS} --strict --site-dir ../built/ours", ours),
        plain=Program(f"{MKDOCS} --strict --site-dir ../built/plain", plain),
    )
    # Raises CommandFailed where the two have not the same pages.
    listed = "(cd {0} && find . -name '*.html' | sort >../{0}.txt)"
    both = f"{listed.format('ours')} && {listed.format('plain')} && test -s ours.txt"
    place.run(f"{both} && diff ours.txt plain.txt >&2", place.scratch / "built")
    return {"site-build": _pairs(times["ours"], times["plain"])}


def help_(place: Place) -> Pairs:
    """Return `advices --help` beside the help of a program of one command, and beside Python."""
    write_whole(place.scratch / "bare.py", BARE)
    times = place.in_turns(
        ours=Program(f"{ADVICES} --help", place.scratch, says="Usage:"),
        bare=Program(f"{PYTHON} bare.py --help", place.scratch, says="Usage:"),
        python=Program(f"{PYTHON} -c pass", place.scratch),
    )
    return {
        "help": _pairs(times["ours"], times["bare"]),
        "help-python": _pairs(times["ours"], times["python"]),
    }


def growth(place: Place) -> Pairs:
    """Return what ten times as many labs cost: unchanged run, check and site build."""
    few = projects.measured(place, "few", SUITE)
    many = projects.measured(place, "many", SUITE * TIMES)
    checked = projects.measured(place, "checked", TIMES)
    place.say("  the unchanged run")
    runs = place.in_turns(many=_unchanged(many, SUITE * TIMES), few=_unchanged(few, SUITE))
    place.say("  the site")
    built = place.in_turns(many=Program(MKDOCS, many.root), few=Program(MKDOCS, few.root))
    place.say("  the check")

    def check(count: int) -> Program:
        line = f"{ADVICES} check --quick {' '.join(slugs(count))}"
        return Program(line, checked.root, says=": measured in ", times=count)

    checks = place.in_turns(many=check(TIMES), few=check(1))
    return {
        f"growth-{name}": _pairs(times["many"], times["few"])
        for name, times in (("unchanged", runs), ("site", built), ("check", checks))
    }


PARTS: dict[str, Callable[[Place], Pairs]] = {
    "lab": real_lab,
    "checks": checks,
    "audit": audits,
    "forced": forced,
    "unchanged": unchanged,
    "executed": executed,
    "site": site,
    "help": help_,
    "growth": growth,
}

WITH_INDEX = {"lab", "checks", "audit"}
"""The parts that install packages, in front of all others."""
