"""What of a project is measured for one change, and how its steps are done."""

from __future__ import annotations

from collections.abc import Sequence

from advices.audit.gate import MEASURES
from advices.audit.hunt import FIXED
from advices.audit.lab_of import YOURS
from advices.audit.project import Project
from advices.audit.remedies import Remedy
from advices.lab import Lab
from advices.measure import Candidate, Measurer, PlanStep, steps_giving
from advices.results import VariantResult


def planned_for(lab: Lab, remedy: Remedy) -> Sequence[PlanStep]:
    """Return the steps of a project's lab that show what a remedy alone brings, and breaks."""
    return steps_giving(lab, {remedy.measure, *MEASURES})


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
