"""Growth: what ten times as many labs cost."""

from __future__ import annotations

from advices.core.paths import Layout
from advices.results.record import Timing
from advices.site.speed import Comparison
from benchmarks.running import all_unchanged
from benchmarks.suites import measured, slugs
from benchmarks.taking import ADVICES, Place, program

TIMES = 10
READ = 10
"""Labs in the small project where nothing is built: as many as this project has."""

BUILT = 1
"""Labs in the small project where each is built: ten times as many take long enough."""


def growth(place: Place) -> tuple[Comparison, ...]:
    """Return unchanged run, check and site build of many labs beside those of a tenth of them."""
    few = measured(place, "few", READ)
    many = measured(place, "many", READ * TIMES)
    return (
        _unchanged(place, few, many),
        _site(place, few, many),
        _check(place, few),
    )


def _unchanged(place: Place, few: Layout, many: Layout) -> Comparison:
    place.say("  the unchanged run")
    argv = [*ADVICES, "run", "--quick"]
    times = place.in_turns(
        many=lambda: place.timed(argv, many.root, all_unchanged(READ * TIMES)),
        few=lambda: place.timed(argv, few.root, all_unchanged(READ)),
    )
    return _comparison("unchanged", "advices run, nothing changed", READ, times)


def _site(place: Place, few: Layout, many: Layout) -> Comparison:
    place.say("  the site")
    argv = [program("mkdocs"), "build", "--quiet"]
    times = place.in_turns(
        many=lambda: place.timed(argv, many.root),
        few=lambda: place.timed(argv, few.root),
    )
    return _comparison("site", "mkdocs build", READ, times)


def _check(place: Place, few: Layout) -> Comparison:
    place.say("  the check")
    some = measured(place, "checked", BUILT * TIMES)

    def check(count: int) -> float:
        argv = [*ADVICES, "check", "--quick", *slugs(count)]
        return place.timed(
            argv, some.root, lambda done: done.stderr.count(": measured in ") == count
        )

    times = place.in_turns(many=lambda: check(BUILT * TIMES), few=lambda: check(BUILT))
    return _comparison("check", "advices check", BUILT, times)


def _comparison(name: str, what: str, few: int, times: dict[str, Timing]) -> Comparison:
    return Comparison(
        id=f"growth-{name}",
        what=f"{what}: {few * TIMES} labs",
        against=f"{few} {'lab' if few == 1 else 'labs'}, for each lab",
        goal=1.0,
        work=TIMES,
        ours=times["many"],
        theirs=times["few"],
    )
