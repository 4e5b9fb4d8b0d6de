"""A project + engine -> what it measures, what each remedy would bring, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, replace

from advices.audit.how import How
from advices.audit.lab_of import ignore_text, lab_of, with_ignores
from advices.audit.project import Project
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


def audited(workshop: Workshop, project: Project, check: str = "", how: How | None = None) -> Audit:
    """Return what a project measures, and what each remedy does to it.

    `check` is a command that must succeed in a container of each image, "" for none. Nothing is
    written to the project. Raises what a build of the project as it is raises.
    """
    how = how or How()
    # Guarded: of an audit that is killed nothing stays either.
    with own_run(workshop.engine, guarded=True) as run:
        whole = lab_of(project, run.scratch / "audit")
        lab = how.of(whole)
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        trial = Trials(bench, project, check, how).all()
    trial = replace(trial, left_out=(*how.left_out(whole), *trial.left_out))
    return Audit(project, lab, trial, _files(project, trial))


def _files(project: Project, trial: Trial) -> dict[str, tuple[str, str]]:
    if trial.change is None:
        return {}
    files = {project.shown(project.dockerfile): (project.source().text, trial.change.dockerfile)}
    if trial.change.ignores:
        old = ignore_text(project)
        name = project.shown(project.context / ".dockerignore")
        files[name] = (old, with_ignores(old, trial.change.ignores))
    return {name: (old, new) for name, (old, new) in files.items() if old != new}
