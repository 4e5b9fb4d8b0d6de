"""What of a project is measured for one change, and how its steps are done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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
# No change is called so.
_LOOK = ""
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


@dataclass(frozen=True)
class Groups:
    """The names of changes: those that need no step of their own, that hide something, the rest."""

    cached: tuple[str, ...]
    hiding: tuple[str, ...]
    others: tuple[str, ...]


def groups(changes: Mapping[str, Change], source: Source) -> Groups:
    """Return the changes of a source by how their builds are made."""
    names = [one.name for one in REMEDIES if one.name in changes]
    cached = [name for name in names if changes[name].runs_as(source)]
    hiding = [name for name in names if changes[name].hides and name not in cached]
    others = [name for name in names if name not in (*cached, *hiding)]
    return Groups(tuple(cached), tuple(hiding), tuple(others))


def in_order(
    alone: Callable[[str, Callable[[], object]], object],
    look: Callable[[Sequence[str]], object],
    grouped: Groups,
    at_a_time: int,
) -> None:
    """Do `alone` for each change, so many at a time, and `look` for those that hide something.

    Beside a build of other steps, BuildKit does not find all that is in its cache: `alone` is given
    what to call when its builds are done, and the others begin when those of the cached ones are.
    With one at a time they begin when all of it is done. What hides something comes first of them,
    and is looked at together: to read several images at once takes little more than to read one.
    Raises what `alone` and `look` raise.
    """
    left = {*grouped.cached}

    def work(free: Callable[[], object]) -> None:
        def built(name: str) -> None:
            left.discard(name)
            if not left:
                free()

        each = {name: partial(alone, name, partial(built, name)) for name in grouped.cached}
        at_once(each, at_a_time)
        free()

    def then() -> None:
        def each(names: Sequence[str]) -> dict[str, Callable[[], object]]:
            return {name: partial(alone, name, lambda: None) for name in names}

        jobs: dict[str, Callable[[], object]] = each(grouped.hiding)
        if grouped.hiding:
            jobs[_LOOK] = partial(look, grouped.hiding)
        jobs |= each(grouped.others)
        at_once(jobs, at_a_time, {_LOOK: grouped.hiding})

    if at_a_time > 1:
        overlapped(work, then)
        return
    work(lambda: None)
    then()
