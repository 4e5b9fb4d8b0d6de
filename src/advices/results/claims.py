"""Pure: a lab's claims over its result give verdicts, each with value and threshold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from advices.core import LabInvalid
from advices.lab import COLD, SEPARATOR, Claim, Lab, MeasureName
from advices.results.predicates import demanded_text, measured_text
from advices.results.record import Result, Value

# What a first build shows only if no step comes from the cache. That of a mistake may.
_WARM = tuple(
    MeasureName(name, COLD)
    for name in ("steps_run", "steps_cached", "downloaded_files", "downloaded_bytes")
)
_Measures = Mapping[str, Mapping[MeasureName, Value]]


@dataclass(frozen=True)
class Verdict:
    """One claim over one variant.

    `holds` is what the measurement said, `must_hold` what the lab demands of this variant:
    a bad variant must fail. `value` is the measure, or its ratio for a relative claim; None
    when the variant lacks it, as one does that did not answer: then the claim fails. `not_run`
    says why the claim's scanner did not run: then nothing is known, and nothing demanded.
    """

    claim: Claim
    variant: str
    value: Value | None
    holds: bool
    must_hold: bool
    not_run: str = ""

    @property
    def demanded(self) -> str:
        """Return in words what the claim demands."""
        return demanded_text(self.claim)

    @property
    def measured(self) -> str:
        """Return in words what was measured for the claim."""
        return measured_text(self.claim, self.value)

    @property
    def summary(self) -> str:
        """Return what was measured and claimed, as a fault names it: "uid is 0, claimed 1000"."""
        return f"{self.claim.measure} is {self.measured}, claimed {self.demanded}"

    @property
    def as_demanded(self) -> bool:
        """Return whether the measurement agrees with the lab."""
        return bool(self.not_run) or self.holds == self.must_hold


def verdicts(lab: Lab, result: Result) -> tuple[Verdict, ...]:
    """Return the verdict of every claim over every variant that it speaks of.

    Raises LabInvalid when a claim names a measure that the result does not have or that
    has no order.
    """
    measures = _measures(result)
    return tuple(
        _verdict(claim, result, measures, variant, must_hold)
        for claim in lab.claims
        for must_hold, names in ((True, claim.holds_for), (False, claim.fails_for))
        for variant in names
    )


def judged(lab: Lab, result: Result, variant: str) -> tuple[Verdict, ...]:
    """Return the verdict of every claim of the good variant, over another one of the result.

    Times are left out: a mistake and a learner's file are built once, with a warm cache. So is
    what a scanner would have to say that did not run.
    """
    found = _of_good(lab, result, variant)
    return tuple(verdict for verdict in found if not verdict.not_run)


def not_judged(lab: Lab, result: Result, variant: str) -> tuple[str, ...]:
    """Return the ids of the claims that `judged` leaves out because their scanner did not run."""
    return tuple(one.claim.id for one in _of_good(lab, result, variant) if one.not_run)


def _of_good(lab: Lab, result: Result, variant: str) -> tuple[Verdict, ...]:
    measures = _measures(result)
    judging = filter(is_judged, lab.claims)
    return tuple(_verdict(claim, result, measures, variant, True) for claim in judging)


def is_judged(claim: Claim) -> bool:
    """Return whether a claim is one of the good variant and needs no timing."""
    return "good" in claim.holds_for and not claim.measure.is_time and claim.measure not in _WARM


def red(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """Return the ids of the claims that fail, in order."""
    return tuple(verdict.claim.id for verdict in verdicts if not verdict.holds)


def _measures(result: Result) -> _Measures:
    """Return the measures of each variant: every claim asks for some of them."""
    return {name: measured.measures() for name, measured in result.variants.items()}


def _verdict(
    claim: Claim, result: Result, measures: _Measures, variant: str, must_hold: bool
) -> Verdict:
    if why := _not_run(claim, result, measures, variant):
        return Verdict(claim, variant, None, False, must_hold, not_run=why)
    value = _value(claim, measures, variant, result.slug)
    against = claim.relative_to
    other = _value(claim, measures, against, result.slug) if against else None
    if value is None or (claim.relative_to is not None and other is None):
        return Verdict(claim, variant, None, False, must_hold)
    if claim.relative_to is not None:
        assert other is not None
        if claim.equals is None:
            value = _ratio(_number(claim, value), _number(claim, other))
        else:
            value = value == other
    if claim.equals is not None:
        # The types as well: 1 == True, and a uid of 1 is no yes.
        holds = type(value) is type(claim.equals) and value == claim.equals
    elif claim.includes or claim.excludes:
        found = set(str(value).split(SEPARATOR))
        holds = found >= {*claim.includes} and not found & {*claim.excludes}
    elif claim.at_most is not None:
        holds = _number(claim, value) <= claim.at_most
    else:
        assert claim.at_least is not None
        holds = _number(claim, value) >= claim.at_least
    return Verdict(claim, variant, value, holds, must_hold)


def _not_run(claim: Claim, result: Result, measures: _Measures, variant: str) -> str:
    """Return why a claim's scanner did not run, "" when it did or the claim needs none.

    A variant that did not answer was not scanned: then the others say whether there is a scanner.
    """
    if variant not in measures or claim.measure in measures[variant]:
        return ""
    every = (measured.not_run(claim.measure) for measured in result.variants.values())
    return next(filter(None, every), "")


def _ratio(value: float, other: float) -> float:
    if other == 0:
        return 1.0 if value == 0 else float("inf")
    return value / other


def _value(claim: Claim, measures: _Measures, variant: str, slug: str) -> Value | None:
    """Return the measure, None when this variant lacks it. Raises LabInvalid if all do."""
    its = measures.get(variant, {})
    if claim.measure not in its:
        if variant in measures and any(claim.measure in one for one in measures.values()):
            return None
        raise LabInvalid(
            f"labs/{slug}/lab.toml: claim `{claim.id}`: variant `{variant}` has no "
            f"measure `{claim.measure}`",
            why=f"it has {', '.join(map(str, its)) or 'no result'}",
        )
    return its[claim.measure]


def _number(claim: Claim, value: Value) -> float:
    if isinstance(value, str):
        raise LabInvalid(
            f"claim `{claim.id}`: `{claim.measure}` is text and has no order",
            next_step="use `equals`",
        )
    return float(value)
