"""Pure: which tips a project does not follow, by what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from advices.audit.remedies import REMEDIES
from advices.audit.tried import Trial, Tried
from advices.lab import MeasureName
from advices.results import Value

_KILLED = 137
_WORTH_SAYING_BYTES = 1_000_000
# Bases hide some megabytes of their own.
_HIDDEN_WORTH_SAYING_BYTES = 10_000_000


@dataclass(frozen=True)
class Finding:
    """A tip that the project does not follow: the measure that shows it, and what it became.

    `lab` is the slug of the chapter, `fix` the remedy that was proved, "" without one, `after` the
    value with all fixes, and `is_gone` whether they take it away.
    """

    lab: str
    says: str
    measure: MeasureName
    before: Value
    after: Value | None
    fix: str
    is_gone: bool


@dataclass(frozen=True)
class _Rule:
    lab: str
    says: str
    measure: MeasureName
    is_bad: Callable[[float], bool]


def _any(value: float) -> bool:
    return value > 0


def _much(value: float) -> bool:
    return value > _WORTH_SAYING_BYTES


_RULES = (
    _Rule("non-root", "the container runs as root", MeasureName("uid"), lambda uid: uid == 0),
    _Rule(
        *("non-root", "the container may change files of the project"),
        *(MeasureName("writable_app_files"), _any),
    ),
    _Rule(
        *("stop-and-start", "docker stop has to kill it after ten seconds"),
        *(MeasureName("stop_exit_code"), lambda code: code == _KILLED),
    ),
    _Rule("stop-and-start", "a stop loses requests", MeasureName("requests_lost"), _any),
    _Rule("multi-stage", "compilers are in the image", MeasureName("compilers"), _any),
    _Rule(*("multi-stage", "shared libraries are missing"), MeasureName("missing_libraries"), _any),
    _Rule(
        *("configuration", "variables have another value than the Dockerfile means"),
        *(MeasureName("env_wrong"), _any),
    ),
    _Rule("remove-tools", "apt's lists are in the image", MeasureName("apt_lists_bytes"), _much),
    _Rule("remove-tools", "pip's cache is in the image", MeasureName("pip_cache_bytes"), _much),
    _Rule(
        *("remove-tools", "lower layers hold files that later ones delete, replace or change"),
        *(MeasureName("hidden_bytes"), lambda value: value > _HIDDEN_WORTH_SAYING_BYTES),
    ),
)
RULED = frozenset(one.measure for one in _RULES)
"""The measures that are a finding by themselves, with or without a fix."""
CHAPTERS = frozenset({*(one.lab for one in REMEDIES), *(one.lab for one in _RULES)})
"""The slugs of all chapters that a finding can be of."""


def deciding(chapter: str) -> tuple[MeasureName, ...]:
    """Return the measures that decide whether something is found of a chapter."""
    found = [one.measure for one in (*REMEDIES, *_RULES) if one.lab == chapter]
    return tuple(dict.fromkeys(found))


def findings(trial: Trial) -> tuple[Finding, ...]:
    """Return what the project does not follow, what has a proved fix first.

    What a remedy made better is a finding; so is what a rule over one measure calls bad. A measure
    that was not taken is no finding: see `not_judged`.
    """
    yours = trial.yours.measures()
    fixed = trial.fixed.measures() if trial.fixed else {}
    found = [
        Finding(
            *(one.remedy.lab, _says(one), one.remedy.measure, one.before),
            *(fixed.get(one.remedy.measure, one.after), one.remedy.name, True),
        )
        for one in trial.tried
        if one.before is not None and _is_told(trial, one)
    ]
    fixes = {one.measure: one.fix for one in found}
    for rule in _RULES:
        value = yours.get(rule.measure)
        if isinstance(value, int | float) and rule.is_bad(value) and rule.measure not in fixes:
            after = fixed.get(rule.measure)
            is_gone = isinstance(after, int | float) and not rule.is_bad(after)
            found.append(
                Finding(*(rule.lab, rule.says, rule.measure, value, after), fix="", is_gone=is_gone)
            )
    return (*found, *_shown(trial))


def _shown(trial: Trial) -> Iterator[Finding]:
    """Yield a finding for each canary that the image shows."""
    # Of what became a secret of the build the remedy says it.
    fixed: set[tuple[str, str]] = set()
    if trial.change:
        fixed |= {("build argument", name) for name in trial.change.secrets}
        fixed |= {("file", name) for name in trial.change.hidden_files}
    for one in trial.canaries:
        if one.is_found and (one.kind, one.name) not in fixed:
            place = MeasureName(one.place)
            after = None if one.after is None else one.after[one.place]
            is_gone = one.after is not None and not any(one.after.values())
            found = one.places[one.place]
            yield Finding("configuration", one.says, place, found, after, "", is_gone)


def _is_told(trial: Trial, one: Tried) -> bool:
    """Return whether what a remedy made better is a finding: what a rule calls bad tells itself."""
    if one.is_covered:
        return one.is_fix and trial.fixed is not None and one.remedy.measure not in RULED
    return one.is_fix and one.remedy.name in trial.names


def _says(one: Tried) -> str:
    says = one.change.says
    return f"covered by another change: {says}" if one.is_covered else says


def not_judged(trial: Trial) -> dict[MeasureName, str]:
    """Return what was not judged and why, by the measure; one line for each reason."""
    found: dict[str, MeasureName] = {}
    if trial.silence:
        found[trial.silence] = MeasureName("answered")
    if trial.changing:
        found[trial.changing] = MeasureName("page_digest")
    untried = "; ".join(f"{c.kind} `{c.name}`: {c.unjudged}" for c in trial.canaries if c.unjudged)
    if untried:
        found[untried] = MeasureName("secrets_in_history")
    for measure, why in trial.yours.unmeasured.items():
        found.setdefault(why, MeasureName.parse(measure))
    return {measure: why for why, measure in found.items()}
