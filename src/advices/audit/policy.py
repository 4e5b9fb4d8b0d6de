"""Pure: what of an audit's findings counts for a job in CI, and what is known or suppressed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from advices.audit.against import Change
from advices.audit.audit import Audit
from advices.audit.canaries import PLACES
from advices.audit.findings import CHAPTERS, Finding, deciding, findings
from advices.audit.identity import fingerprint
from advices.audit.report.cost import Cost, costs
from advices.audit.report.rows import label
from advices.audit.suppressions import Suppression
from advices.core import ListInvalid, NotMeasured, Record
from advices.lab import MeasureName

State = Literal["new", "known", "suppressed"]


class _Known(Record):
    chapter: str
    measure: str
    says: str


class Baseline(Record):
    """What was found before, by fingerprint: old debt, which fails no job."""

    schema_version: Literal[1] = 1
    findings: dict[str, _Known]


@dataclass(frozen=True)
class Policy:
    """What a job fails on, and what it lives with. `known` are fingerprints of a baseline."""

    fail_on: frozenset[str] = frozenset()
    known: frozenset[str] | None = None
    suppressions: tuple[Suppression, ...] = ()


@dataclass(frozen=True)
class Judged:
    """A finding with its cost, whether it is new here, and whether it fails the job.

    `reason` is that of the suppression, with its last day, "" without one.
    """

    cost: Cost
    fingerprint: str
    state: State
    reason: str
    fails: bool

    @property
    def finding(self) -> Finding:
        """Return the finding."""
        return self.cost.finding


def judged(audit: Audit, policy: Policy) -> tuple[Judged, ...]:
    """Return every finding as a job sees it, what matters most first."""
    return tuple(_judged(audit, policy, cost) for cost in costs(audit))


def _judged(audit: Audit, policy: Policy, cost: Cost) -> Judged:
    finding = cost.finding
    name = fingerprint(audit.project, finding)
    by = next((one for one in policy.suppressions if one.covers(finding)), None)
    was_there = audit.against is not None and audit.against.had(finding)
    state: State = "new"
    if by is not None:
        state = "suppressed"
    elif name in (policy.known or ()) or was_there:
        state = "known"
    reason = f"{by.reason} (until {by.until.isoformat()})" if by else ""
    fails = state == "new" and finding.lab in policy.fail_on
    return Judged(cost, name, state, reason, fails)


@dataclass(frozen=True)
class Regression:
    """A measure that is worse than at the other commit, and the chapters that it is about."""

    change: Change
    chapters: tuple[str, ...]
    fails: bool


def regressions(audit: Audit, policy: Policy) -> tuple[Regression, ...]:
    """Return what is worse than at the other commit and no finding says already."""
    if audit.against is None:
        return ()
    said = {one.finding.measure for one in judged(audit, policy) if one.state == "new"}
    found = []
    for change in audit.against.changes(audit.trial.yours):
        if not change.is_worse or change.measure in said:
            continue
        named = tuple(
            chapter
            for chapter in sorted(CHAPTERS)
            if change.measure in deciding(chapter)
            and not any(by.is_about(chapter, change.measure) for by in policy.suppressions)
        )
        found.append(Regression(change, named, bool(policy.fail_on & set(named))))
    return tuple(found)


def fails(audit: Audit, policy: Policy) -> bool:
    """Return whether a job has to fail: by a new finding, or by what got worse."""
    found = (one.fails for one in judged(audit, policy))
    return any(found) or any(one.fails for one in regressions(audit, policy))


def unjudged(audit: Audit, chapters: frozenset[str]) -> dict[str, tuple[MeasureName, ...]]:
    """Return which measures of chapters nobody could take, by the chapter."""
    found = {
        chapter: tuple(one for one in deciding(chapter) if _is_missing(audit, one))
        for chapter in sorted(chapters)
    }
    return {chapter: measures for chapter, measures in found.items() if measures}


# What has no reason does not exist here: a library of Python without a Python, a variable of none.
_OF_PYTHON = ("missing_libraries", "distributions_failing")
_OF_THE_START = ("env_wrong",)


def _is_missing(audit: Audit, measure: MeasureName) -> bool:
    trial = audit.trial
    if measure.name in PLACES:
        return any(one.unjudged for one in trial.canaries)
    if measure in trial.yours.measures():
        return False
    if trial.yours.not_run(measure):
        return True
    if measure.name in _OF_THE_START:
        return bool(trial.silence)
    return measure.name not in _OF_PYTHON


def refuse_unjudged(audit: Audit, policy: Policy) -> None:
    """Raise NotMeasured if a chapter could not be judged: that is not the same as clean.

    What a suppression is about is not asked for.
    """
    for chapter, missing in unjudged(audit, policy.fail_on).items():
        measures = [
            one
            for one in missing
            if not any(by.is_about(chapter, one) for by in policy.suppressions)
        ]
        if not measures:
            continue
        names = ", ".join(label(audit, one) for one in measures)
        trial = audit.trial
        reasons = [trial.yours.not_run(one) for one in measures]
        reasons += [f"{c.kind} `{c.name}`: {c.unjudged}" for c in trial.canaries if c.unjudged]
        why = next(filter(None, [*reasons, trial.silence]), "")
        raise NotMeasured(
            f"--fail-on {chapter}: nothing was found, and these were not measured: {names}",
            why=" ".join(why.split())
            or "the container did not answer, or a probe could not look into it",
            next_step="read what was not judged, and why; `--env`, `--port` and `--url-path` "
            "may help, and so does a suppression with a reason",
        )


def baseline_text(audit: Audit) -> str:
    """Return the baseline of what is found now, as a file holds it."""
    now = {
        fingerprint(audit.project, one): _Known(
            chapter=one.lab, measure=str(one.measure), says=one.says
        )
        for one in findings(audit.trial)
    }
    return Baseline(findings=dict(sorted(now.items()))).model_dump_json(indent=1) + "\n"


def read_baseline(file: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline. Raises ListInvalid for what is none."""
    try:
        return frozenset(Baseline.model_validate_json(file.read_bytes()).findings)
    except OSError as error:
        raise ListInvalid(
            f"the baseline {file} cannot be read: {error.strerror}",
            why="it has not been written yet",
            next_step=f"write it once: advices audit --write-baseline {file}",
        ) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ListInvalid(
            f"{file} is no baseline: {where or 'the file'}: {first['msg']}",
            why="it was edited, or another version of the toolkit wrote it",
            next_step=f"write it again: advices audit --write-baseline {file}",
        ) from None
