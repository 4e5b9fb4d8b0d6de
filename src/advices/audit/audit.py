"""A project + engine -> what it measures, what each remedy would bring, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass, field

from advices.audit.against import Against
from advices.audit.beside import Beside
from advices.audit.lab_of import ignore_text, lab_of, with_ignores
from advices.audit.left_out import left_out
from advices.audit.lint import Lint
from advices.audit.project import Project
from advices.audit.trial import Trial, Trials
from advices.core import BaseUnavailable, NotMeasured, PullFailed
from advices.lab import Lab
from advices.measure import QUICK, Bench
from advices.runs import own_run
from advices.workshop import Workshop


@dataclass(frozen=True)
class Audit:
    """What an audit found. `lab` is the project as a lab; `files` are those that change, by path.

    Each file is its text before and after, relative to the project's folder. `left_out` is what was
    not judged besides measures, with the reason. `lint` is what linters say, empty before `linted`
    asked them, `against` another commit of the project.
    """

    project: Project
    lab: Lab
    trial: Trial
    files: dict[str, tuple[str, str]]
    left_out: dict[str, str] = field(default_factory=dict)
    lint: Lint = field(default_factory=Lint)
    against: Against | None = None


def audited(workshop: Workshop, project: Project, check: str = "") -> Audit:
    """Return what a project measures, and what each remedy does to it.

    `check` is a command that must succeed in a container of each image, "" for none. Nothing is
    written to the project. Raises NotMeasured where no registry gives what its image stands on, and
    what a build of the project as it is raises.
    """
    with own_run(workshop.engine) as run:
        lab = lab_of(project, run.scratch / "audit")
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        beside = Beside(workshop, run.id, project.beside)
        try:
            trial = Trials(bench, project, check, beside).all()
        except (BaseUnavailable, PullFailed) as error:
            raise NotMeasured(f"not measured: {error.what}", why=error.why) from None
    return Audit(project, lab, trial, _files(project, trial), left_out(project, beside.missing))


def _files(project: Project, trial: Trial) -> dict[str, tuple[str, str]]:
    if trial.change is None:
        return {}
    texts = (project.text + project.rest, trial.change.dockerfile + project.rest)
    files = {project.shown(project.dockerfile): texts}
    if trial.change.ignores:
        old = ignore_text(project)
        files[project.shown(project.ignore)] = (old, with_ignores(old, trial.change.ignores))
    return {name: (old, new) for name, (old, new) in files.items() if old != new}
