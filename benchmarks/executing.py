"""Notebooks: our executor beside `jupyter nbconvert --execute` and nbmake."""

from __future__ import annotations

from advices.core.files import write_whole
from advices.site.speed import Comparison
from benchmarks.suites import notebook
from benchmarks.taking import PYTHON, Place, program

NOTEBOOKS = 5
CELLS = ("print('hello')", "numbers = list(range(1000))\nsum(numbers)", "len(numbers)")


def executed(place: Place) -> tuple[Comparison, ...]:
    """Return the execution of notebooks that have next to nothing to do."""
    folder = place.scratch / "executed"
    names = [f"trivial-{number}.ipynb" for number in range(NOTEBOOKS)]
    for name in names:
        write_whole(folder / name, notebook(CELLS))
    files = [str(folder / name) for name in names]
    convert = [program("jupyter"), "nbconvert", "--execute", "--to", "notebook"]
    times = place.in_turns(
        ours=lambda: place.timed([*PYTHON, "benchmarks.execute", *files], place.project.root),
        nbconvert=lambda: place.timed([*convert, "--output-dir", "converted", *names], folder),
        nbmake=lambda: place.timed(
            [*PYTHON, "pytest", "--nbmake", *names],
            folder,
            lambda done: f"{NOTEBOOKS} passed" in done.stdout,
        ),
    )
    return tuple(
        Comparison(
            id=f"execute-{name}",
            what=f"our executor over {NOTEBOOKS} trivial notebooks",
            against=against,
            ours=times["ours"],
            theirs=times[name],
        )
        for name, against in (
            ("nbconvert", "jupyter nbconvert --execute"),
            ("nbmake", "pytest --nbmake"),
        )
    )
