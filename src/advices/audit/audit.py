"""A project + engine -> what it measures, what each remedy would bring, and what is left to do."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from advices.audit.against import Against
from advices.audit.beside import Beside
from advices.audit.how import How
from advices.audit.lab_of import ignore_text, lab_of, with_ignores
from advices.audit.left_out import left_out
from advices.audit.lint import Lint
from advices.audit.not_measured import with_bases
from advices.audit.project import Project
from advices.audit.remedies import Change
from advices.audit.secrets import Redaction
from advices.audit.trial import Trials
from advices.audit.tried import Trial
from advices.core import AdvicesError
from advices.lab import Lab
from advices.measure import QUICK, Bench
from advices.results import VariantResult
from advices.runs import own_run
from advices.workshop import Workshop


@dataclass(frozen=True)
class Audit:
    """What an audit found. `lab` is the project as a lab; `files` are those that change, by path.

    Each file is its text before and after, relative to the project's folder. `lint` is what
    linters say, empty before `linted` asked them, `against` another commit of the project, and
    `left_out` what was not judged besides measures, with the reason.
    """

    project: Project
    lab: Lab
    trial: Trial
    files: dict[str, tuple[str, str]]
    left_out: dict[str, str] = field(default_factory=dict)
    lint: Lint = field(default_factory=Lint)
    against: Against | None = None


def audited(workshop: Workshop, project: Project, check: str = "", how: How | None = None) -> Audit:
    """Return what a project measures, and what each remedy does to it.

    `check` is a command that must succeed in a container of each image, "" for none. Nothing is
    written to the project. Raises NotMeasured where no registry gives what its image stands on, and
    what a build of the project as it is raises.
    """
    secrets = {one.id: one.value() for one in project.secrets}
    hide, scope = Redaction(secrets.values()), how or How()
    # Guarded: of an audit that is killed nothing stays either.
    with hiding(workshop, hide), own_run(workshop.engine, guarded=True) as run:
        whole = lab_of(project, run.scratch / "audit")
        lab = scope.of(whole)
        bench = Bench(workshop, lab, run, samples=QUICK, owner=True)
        beside = Beside(workshop, run.id, project.beside)
        of = Trials(bench, project, check, beside=beside, secrets=secrets, scope=scope)
        with with_bases():
            trial = of.all()
    trial = replace(trial, left_out=(*scope.left_out(whole), *trial.left_out))
    out = left_out(project, beside.missing)
    files = files_of(project, trial.change)
    return Audit(project, lab, _hidden(trial, hide), files, out)


@contextlib.contextmanager
def hiding(workshop: Workshop, hide: Redaction) -> Iterator[None]:
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
    return replace(
        trial,
        yours=redacted(trial.yours, hide),
        fixed=redacted(trial.fixed, hide) if trial.fixed else None,
        tried=tuple(replace(one, refused=hide(one.refused)) for one in trial.tried),
        canaries=tuple(replace(one, unjudged=hide(one.unjudged)) for one in trial.canaries),
        silence=hide(trial.silence),
    )


def redacted(result: VariantResult, hide: Redaction) -> VariantResult:
    """Return what was measured without the values of secrets in its reasons."""
    said = {name: hide(why) for name, why in result.unmeasured.items()}
    return result.model_copy(update={"unmeasured": said})


def files_of(project: Project, change: Change | None) -> dict[str, tuple[str, str]]:
    """Return the files that a change makes different, by path: the text before and after."""
    if change is None:
        return {}
    texts = (project.text + project.rest, change.dockerfile + project.rest)
    files = {project.shown(project.dockerfile): texts}
    source = project.source()
    for path, text in change.files.items():
        files[project.shown(project.context / path)] = (source.files[path], text)
    if change.ignores:
        old = ignore_text(project)
        files[project.shown(project.ignore)] = (old, with_ignores(old, change.ignores))
    return {name: (old, new) for name, (old, new) in files.items() if old != new}
