"""A project + engine -> what it measures, what each remedy would bring, and what is left to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from advices.audit.lab_of import ignore_text, lab_of, with_ignores
from advices.audit.project import Project
from advices.audit.secrets import Redaction
from advices.audit.trial import Trial, Trials
from advices.core import AdvicesError
from advices.lab import Lab
from advices.measure import QUICK, Bench
from advices.results import VariantResult
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
    secrets = {one.id: one.value() for one in project.secrets}
    hide = Redaction(secrets.values())
    with _hiding(workshop, hide), own_run(workshop.engine) as run:
        lab = lab_of(project, run.scratch / "audit")
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        trial = _hidden(Trials(bench, project, check, secrets).all(), hide)
    return Audit(project, lab, trial, _files(project, trial))


@contextlib.contextmanager
def _hiding(workshop: Workshop, hide: Redaction) -> Iterator[None]:
    """Keep secrets out of what is said and out of errors: a step may print what it gets."""
    say = workshop.say
    workshop.say = lambda event: say(hide(event) if isinstance(event, str) else event)
    try:
        yield
    except AdvicesError as error:
        raise hide.of_error(error) from None
    finally:
        workshop.say = say


def _hidden(trial: Trial, hide: Redaction) -> Trial:
    """Return a trial without the values of secrets in what it says."""

    def without(result: VariantResult) -> VariantResult:
        said = {name: hide(why) for name, why in result.unmeasured.items()}
        return result.model_copy(update={"unmeasured": said})

    return replace(
        trial,
        yours=without(trial.yours),
        fixed=without(trial.fixed) if trial.fixed else None,
        tried=tuple(replace(one, refused=hide(one.refused)) for one in trial.tried),
        canaries=tuple(replace(one, unjudged=hide(one.unjudged)) for one in trial.canaries),
        silence=hide(trial.silence),
    )


def _files(project: Project, trial: Trial) -> dict[str, tuple[str, str]]:
    if trial.change is None:
        return {}
    source = project.source()
    files = {project.shown(project.dockerfile): (source.text, trial.change.dockerfile)}
    for path, text in trial.change.files.items():
        files[project.shown(project.context / path)] = (source.files[path], text)
    if trial.change.ignores:
        old = ignore_text(project)
        name = project.shown(project.context / ".dockerignore")
        files[name] = (old, with_ignores(old, trial.change.ignores))
    return {name: (old, new) for name, (old, new) in files.items() if old != new}
