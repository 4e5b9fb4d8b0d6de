"""A project + engine -> what it measures, what each remedy would bring, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass

from advices.audit.lab_of import ignore_text, lab_of, with_ignores
from advices.audit.project import Project
from advices.audit.remedies import Change
from advices.audit.trial import Trial, Trials
from advices.lab import Lab
from advices.measure import QUICK, Bench
from advices.runs import own_run
from advices.workshop import Workshop


@dataclass(frozen=True)
class Audit:
    """What an audit found. `lab` is the project as a lab; `files` are those that change, by path.

    Each file is its text before and after, relative to the project's folder.
    """

    project: Project
    lab: Lab
    trial: Trial
    files: dict[str, tuple[str, str]]


def audited(workshop: Workshop, project: Project, check: str = "") -> Audit:
    """Return what a project measures, and what each remedy does to it.

    `check` is a command that must succeed in a container of each image, "" for none. Nothing is
    written to the project. Raises what a build of the project as it is raises.
    """
    with own_run(workshop.engine) as run:
        lab = lab_of(project, run.scratch / "audit")
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        trial = Trials(bench, project, check).all()
    return Audit(project, lab, trial, files_of(project, trial.change))


def files_of(project: Project, change: Change | None) -> dict[str, tuple[str, str]]:
    """Return the files that a change makes different, by path: the text before and after."""
    if change is None:
        return {}
    files = {project.shown(project.dockerfile): (project.source().text, change.dockerfile)}
    if change.ignores:
        old = ignore_text(project)
        name = project.shown(project.context / ".dockerignore")
        files[name] = (old, with_ignores(old, change.ignores))
    return {name: (old, new) for name, (old, new) in files.items() if old != new}
