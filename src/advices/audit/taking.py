"""What of a project is measured for one change, and how its steps are done."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
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
    InspectImages,
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
_ANY_PACKAGE = "a-package"
Makes = Callable[[Source], Change]
"""What makes a change of a Dockerfile, of which more may be known later."""
_STOP = MeasureName("stop_exit_code")
_OF_A_STOP = frozenset({_STOP, MeasureName("requests_lost")})
_KILLED = 137


@dataclass(frozen=True)
class Planned:
    """The steps that measure a project with a change, and whether one is left out after all.

    That is asked when the step could begin: it may wait for what is not known before.
    """

    steps: Sequence[PlanStep]
    leaves_out: Callable[[PlanStep], bool] = lambda _: False

    def without_start(self) -> Planned:
        """Return the plan for what serves no page: to wait for one would tell nothing."""
        return replace(
            self, steps=[step for step in self.steps if not isinstance(step, ServeImage)]
        )


def is_killed(yours: VariantResult) -> bool:
    """Return whether docker stop has to kill a project's container."""
    return yours.measures().get(_STOP) == _KILLED


def planned_for(
    lab: Lab, remedy: Remedy, yours: Callable[[], VariantResult] | None = None
) -> Planned:
    """Return the steps of a project's lab that show what a remedy alone brings, and breaks.

    A container that docker stop has to kill cannot stop worse. To see that again takes as long as
    Docker waits, so only all changes together show it, where `yours` is known.
    """
    planned = steps_giving(lab, {remedy.measure, *MEASURES})
    if yours is None:
        return Planned(planned)
    stops = {*planned} - {*steps_giving(lab, {remedy.measure, *({*MEASURES} - _OF_A_STOP)})}
    return Planned(planned, lambda step: step in stops and is_killed(yours()))


def taken(
    measurer: Measurer,
    project: Project,
    candidate: Candidate,
    planned: Planned,
    free: Callable[[VariantResult], object] = lambda _: None,
) -> VariantResult:
    """Return what the steps show, done side by side as far as nobody can see that.

    `free` is called once it is built and started, with what is known then: what is built from now
    on disturbs no seconds of that. Raises what a build of the candidate raises.
    """
    if project.beside:
        # Two containers at once would disturb each other in what they share.
        wanted = [step for step in planned.steps if not planned.leaves_out(step)]
        return measurer.measure(candidate, wanted)
    # Of these a reader compares the seconds.
    builds_first = candidate.name in (YOURS, FIXED)
    timed: set[PlanStep] = {
        step for step in planned.steps if isinstance(step, BuildImage | ServeImage)
    }
    if candidate.name == FIXED:
        # What looks for canaries in its layers meanwhile would read them once more.
        timed |= {step for step in planned.steps if isinstance(step, InspectImages)}

    def heard(found: VariantResult, done: frozenset[PlanStep]) -> None:
        if timed <= done:
            free(found)

    return measurer.measure_beside(
        *(candidate, planned.steps, heard), builds_first=builds_first, leaves_out=planned.leaves_out
    )


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
    """The names of changes by how they are built.

    Those that need no step of their own; those that may be built twice; that hide something; and
    the rest.
    """

    cached: tuple[str, ...]
    twice: tuple[str, ...]
    hiding: tuple[str, ...]
    others: tuple[str, ...]


def groups(changes: Mapping[str, Change], source: Source) -> Groups:
    """Return the changes of a source by how their builds are made."""
    names = [one.name for one in REMEDIES if one.name in changes]
    cached = [name for name in names if changes[name].runs_as(source)]
    others = [name for name in names if name not in cached]
    makes = {
        one.name: partial(made_by, one, changes[one.name]) for one in REMEDIES if one.name in others
    }
    twice = [name for name in others if listens(makes[name], source, changes[name])]
    hiding = [name for name in others if changes[name].hides and name not in twice]
    rest = [name for name in others if name not in (*twice, *hiding)]
    return Groups(tuple(cached), tuple(twice), tuple(hiding), tuple(rest))


def made_by(remedy: Remedy, change: Change, source: Source) -> Change:
    """Return what a remedy makes of a source of which more is known since it made a change."""
    return remedy.apply(source) or change


def listens(makes: Makes, source: Source, change: Change) -> bool:
    """Return whether a change is another one where a package is known to be needed."""
    more = replace(source, packages=(*source.packages, _ANY_PACKAGE))
    return makes(more).dockerfile != change.dockerfile


def in_order(
    alone: Callable[[str, Callable[[], object]], object],
    look: Callable[[Sequence[str]], object],
    grouped: Groups,
    at_a_time: int,
) -> None:
    """Do `alone` for each change, so many at a time, and `look` for those that hide something.

    Beside a build of other steps, BuildKit does not find all that is in its cache: `alone` is given
    what to call when its builds are done, and the others begin when those of the cached ones are.
    With one at a time they begin when all of it is done. What takes longest comes first of them.
    What hides something is looked at together: to read several images at once takes little more
    than to read one. Raises what `alone` and `look` raise.
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

        jobs = {**each(grouped.twice), **each(grouped.hiding)}
        if grouped.hiding:
            jobs[_LOOK] = partial(look, grouped.hiding)
        jobs |= each(grouped.others)
        at_once(jobs, at_a_time, {_LOOK: grouped.hiding})

    if at_a_time > 1:
        overlapped(work, then)
        return
    work(lambda: None)
    then()
