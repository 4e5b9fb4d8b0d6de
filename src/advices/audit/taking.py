"""What of a project is measured for one change, and how its steps are done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from advices.audit.gate import MEASURES
from advices.audit.hunt import FIXED
from advices.audit.lab_of import YOURS
from advices.audit.project import Project
from advices.audit.remedies import REMEDIES, Change, Remedy, Source
from advices.core import alive, at_once
from advices.lab import Lab, MeasureName
from advices.measure import (
    BuildImage,
    Candidate,
    Measurer,
    PlanStep,
    ServeImage,
    steps_giving,
)
from advices.results import VariantResult

Found = TypeVar("Found")

_LISTEN_SECONDS = 0.2
_STOP = MeasureName("stop_exit_code")
_OF_A_STOP = frozenset({_STOP, MeasureName("requests_lost")})
_KILLED = 137


def is_killed(yours: VariantResult) -> bool:
    """Return whether docker stop has to kill a project's container."""
    return yours.measures().get(_STOP) == _KILLED


def planned_for(lab: Lab, remedy: Remedy, *, is_killed: bool = False) -> Sequence[PlanStep]:
    """Return the steps of a project's lab that show what a remedy alone brings, and breaks.

    A container that docker stop has to kill cannot stop worse. To see that again takes as long as
    Docker waits, so only all changes together show it.
    """
    looked_at = {*MEASURES} - (_OF_A_STOP if is_killed else set())
    return steps_giving(lab, {remedy.measure, *looked_at})


def taken(
    measurer: Measurer,
    project: Project,
    candidate: Candidate,
    planned: Sequence[PlanStep],
    free: Callable[[], object] = lambda: None,
) -> VariantResult:
    """Return what the steps show, done side by side as far as nobody can see that.

    `free` is called once it is built and started: what is built now disturbs no seconds of that.
    Raises what a build of the candidate raises.
    """
    if project.beside:
        # Two containers at once would disturb each other in what they share.
        return measurer.measure(candidate, planned)
    # Of these a reader compares the seconds.
    builds_first = candidate.name in (YOURS, FIXED)
    timed = {step for step in planned if isinstance(step, BuildImage | ServeImage)}

    def heard(_: VariantResult, done: frozenset[PlanStep]) -> None:
        if timed <= done:
            free()

    return measurer.measure_beside(candidate, planned, heard, builds_first=builds_first)


def overlapped(work: Callable[[Callable[[], object]], Found], then: Callable[[], object]) -> Found:
    """Return what `work` gives. `then` is done beside it from when it calls what it is given.

    If it never does, `then` is left out. Raises what either of them raises.
    """
    free, over = threading.Event(), threading.Event()
    given: list[Found] = []

    def first() -> None:
        try:
            given.append(work(free.set))
        finally:
            over.set()

    def second() -> None:
        while not free.wait(_LISTEN_SECONDS):
            if over.is_set():
                return
            alive()
        then()

    at_once({"work": first, "then": second}, 2)
    return given[0]


def groups(changes: Mapping[str, Change], source: Source) -> tuple[list[str], list[str]]:
    """Return the changes of a source that need no step of their own, and the others."""
    # Beside a build of other steps, BuildKit does not find all that is in its cache: the first ones
    # are built before the others. Of these, what waits for a canary comes last.
    names = [one.name for one in REMEDIES if one.name in changes]
    cached = [name for name in names if changes[name].runs_as(source)]
    others = [name for name in names if name not in cached]
    return cached, sorted(others, key=lambda name: changes[name].hides)


def in_order(
    alone: Callable[[str, Callable[[], object]], object],
    first: Sequence[str],
    then: Sequence[str],
    at_a_time: int,
) -> None:
    """Do `alone` for some names and for others, so many at a time.

    It is given what to call when its builds are done: the others begin when those of all first ones
    are, and not before. With one at a time they begin when all of it is done. Raises what `alone`
    raises.
    """
    left = {*first}

    def work(free: Callable[[], object]) -> None:
        def built(name: str) -> None:
            left.discard(name)
            if not left:
                free()

        at_once({name: partial(alone, name, partial(built, name)) for name in first}, at_a_time)
        free()

    def others() -> None:
        at_once({name: partial(alone, name, lambda: None) for name in then}, at_a_time)

    if at_a_time > 1:
        overlapped(work, others)
        return
    work(lambda: None)
    others()
