"""Labs: a forced run beside a bare shell script, an unchanged suite beside jupyter-cache."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial

from advices.bases.resolve import Bases
from advices.core.files import write_whole
from advices.core.process import Finished
from advices.images.memory import LayerMemory
from advices.lab import labfile
from advices.measure.plan import Samples, steps
from advices.site.speed import Comparison
from benchmarks.shell import Around, script
from benchmarks.suites import QUICK, WORK, measured, slugs, written
from benchmarks.taking import ADVICES, Place, program

SUITE = 10


def all_unchanged(count: int) -> Callable[[Finished], bool]:
    """Return what sees that a run found each of its labs unchanged."""
    return lambda done: done.stderr.count(": unchanged since ") == count


def forced(place: Place) -> tuple[Comparison, ...]:
    """Return `advices run LAB --force` beside the shell script: quick, full, weighing."""
    layout = written(place, "forced", 1, WORK)
    (slug,) = slugs(1)
    lab = labfile.read(layout.labs, slug)
    bases = Bases(place.engine, layout.bases, LayerMemory(place.scratch), place.say).of_lab(lab)
    folder = place.scratch / "by-hand"
    folder.mkdir()

    def by_hand(samples: Samples, *, weighing: bool = False) -> float:
        around = Around(
            {name: base.image for name, base in bases.items()}, place.run_id, secrets.token_hex(6)
        )
        text = script(lab, steps(lab, samples), around, weighing=weighing)
        return place.timed(["sh", str(write_whole(folder / "lab.sh", text))], folder)

    def ours(*how: str) -> float:
        argv = [*ADVICES, "run", slug, "--force", *how]
        return place.timed(argv, layout.root, lambda done: f"{slug}: measured in" in done.stderr)

    times = place.in_turns(
        quick=partial(ours, "--quick"),
        quick_script=partial(by_hand, QUICK),
        full=ours,
        full_script=partial(by_hand, Samples()),
        weighing_script=partial(by_hand, Samples(), weighing=True),
    )
    return (
        Comparison(
            id="forced-run",
            what="advices run LAB --force --quick",
            against="a shell script with its builds, inspects and starts",
            goal=1.15,
            ours=times["quick"],
            theirs=times["quick_script"],
        ),
        Comparison(
            id="forced-run-full",
            what="advices run LAB --force",
            against="a shell script with its builds, inspects and starts",
            goal=1.15,
            ours=times["full"],
            theirs=times["full_script"],
        ),
        Comparison(
            id="forced-run-weighing",
            what="advices run LAB --force",
            against="that script, when it also compresses the new layers to know their size",
            ours=times["full"],
            theirs=times["weighing_script"],
        ),
    )


def unchanged(place: Place) -> tuple[Comparison, ...]:
    """Return an unchanged suite beside jupyter-cache over the same notebooks."""
    layout = measured(place, "unchanged", SUITE)
    jcache = program("jcache")
    notebooks = layout.root / "notebooks"
    # It asks whether to make its cache where there is no such folder.
    (notebooks / ".jupyter_cache").mkdir()
    place.run([jcache, "notebook", "add", *(f"{slug}.ipynb" for slug in slugs(SUITE))], notebooks)

    def theirs(to_execute: int) -> float:
        return place.timed(
            [jcache, "project", "execute", "--timeout", "600"],
            notebooks,
            lambda done: f"Executing {to_execute} notebook(s)" in done.stderr,
        )

    place.say("  jupyter-cache executes the notebooks, to have them in its cache")
    theirs(SUITE)
    times = place.in_turns(
        ours=lambda: place.timed([*ADVICES, "run", "--quick"], layout.root, all_unchanged(SUITE)),
        jcache=lambda: theirs(0),
    )
    return (
        Comparison(
            id="unchanged-suite",
            what="advices run, nothing changed",
            against="jcache project execute, all notebooks in its cache",
            goal=1.0,
            strictly=True,
            ours=times["ours"],
            theirs=times["jcache"],
        ),
    )
