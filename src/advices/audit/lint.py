"""What linters say about the project's Dockerfile, next to what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from advices.audit.findings import findings
from advices.audit.project import Project
from advices.audit.trial import Trial
from advices.lab import MeasureName
from advices.linters import lint_file
from advices.results import Linted, LinterName, Value

# Which of our measures shows what a rule is about.
# Sources: the rules of https://github.com/hadolint/hadolint and
# https://docs.docker.com/reference/build-checks/
_SHOWN_BY = {
    "DL3002": "uid",
    "DL3009": "apt_lists_bytes",
    "DL3025": "stop_exit_code",
    "DL3042": "pip_cache_bytes",
    "JSONArgsRecommended": "stop_exit_code",
    "SecretsUsedInArgOrEnv": "secrets_in_history",
}


@dataclass(frozen=True)
class Lint:
    """What each linter that is here said, and why another one did not run."""

    said: Mapping[LinterName, Linted] = field(default_factory=dict)
    missing: Mapping[LinterName, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Remark:
    """One remark of a linter. `measure` is ours that shows it, None where none does.

    `value` is what the project measures there, None where it was not measured.
    """

    linter: LinterName
    rule: str
    line: int
    says: str
    measure: MeasureName | None
    value: Value | None


def linted(project: Project) -> Lint:
    """Return what linters say about a project's Dockerfile. Nothing is built, nothing raised."""
    images = project.source().dockerfile.external_images
    return Lint(*lint_file(project.dockerfile, project.context, images))


def remarks(lint: Lint, trial: Trial) -> tuple[Remark, ...]:
    """Return every remark with our number for it, what was measured first."""
    known = trial.yours.measures()
    found = []
    for linter, said in lint.said.items():
        for one in said.findings:
            name = _SHOWN_BY.get(one.rule)
            measure = MeasureName(name) if name else None
            value = known.get(measure) if measure else None
            found.append(Remark(linter, one.rule, one.line, one.says, measure, value))
    return tuple(sorted(found, key=lambda one: (one.value is None, one.line)))


def unsaid(lint: Lint, trial: Trial) -> tuple[MeasureName, ...]:
    """Return the measures of findings that no remark of a linter is about."""
    said = {one.measure for one in remarks(lint, trial)}
    return tuple(dict.fromkeys(o.measure for o in findings(trial) if o.measure not in said))
