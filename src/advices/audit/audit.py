"""A project + engine -> what it measures and what each remedy would bring."""

from __future__ import annotations

from dataclasses import dataclass

from advices.audit.lab_of import lab_of
from advices.audit.project import Project
from advices.audit.remedies import Change, remedies
from advices.audit.trial import Tried, tried
from advices.lab import Lab
from advices.measure import QUICK, Bench
from advices.results import VariantResult
from advices.runs import own_run
from advices.workshop import Workshop


@dataclass(frozen=True)
class Audit:
    """What an audit found. `lab` is the project as a lab, `changes` what each remedy changes."""

    project: Project
    lab: Lab
    yours: VariantResult
    changes: dict[str, Change]
    tried: tuple[Tried, ...]


def audited(workshop: Workshop, project: Project) -> Audit:
    """Return what a project measures, and what each remedy does to it.

    Raises what a build of the project as it is raises.
    """
    changes = remedies(project.source())
    with own_run(workshop.engine) as run:
        lab = lab_of(project, changes, run.scratch / "audit")
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        yours, found = tried(bench, changes)
    return Audit(project, lab, yours, changes, found)
