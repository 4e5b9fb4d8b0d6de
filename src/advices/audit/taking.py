"""What of a project is measured for one change, and how its steps are done."""

from __future__ import annotations

from collections.abc import Sequence

from advices.audit.gate import MEASURES
from advices.audit.hunt import FIXED
from advices.audit.lab_of import YOURS
from advices.audit.project import Project
from advices.audit.remedies import Remedy
from advices.lab import Lab, MeasureName
from advices.measure import Candidate, Measurer, PlanStep, steps_giving
from advices.results import VariantResult

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
    measurer: Measurer, project: Project, candidate: Candidate, planned: Sequence[PlanStep]
) -> VariantResult:
    """Return what the steps show, done side by side as far as nobody can see that.

    Raises what a build of the candidate raises.
    """
    if project.beside:
        # Two containers at once would disturb each other in what they share.
        return measurer.measure(candidate, planned)
    # Of these a reader compares the seconds.
    builds_first = candidate.name in (YOURS, FIXED)
    return measurer.measure_beside(candidate, planned, lambda *_: None, builds_first=builds_first)
