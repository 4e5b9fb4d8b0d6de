"""Pure: a lab's claims over its result give verdicts, each with value and threshold."""

from __future__ import annotations

from dataclasses import dataclass

from advices.errors import LabInvalid
from advices.lab import Claim, Lab
from advices.results import Result, Value


@dataclass(frozen=True)
class Verdict:
    """One claim over one variant.

    `holds` is what the measurement said, `must_hold` what the lab demands of this variant:
    a bad variant must fail. `value` is the measure, or its ratio for a relative claim.
    """

    claim: Claim
    variant: str
    value: Value
    threshold: str
    holds: bool
    must_hold: bool

    @property
    def as_demanded(self) -> bool:
        """Return whether the measurement agrees with the lab."""
        return self.holds == self.must_hold


def verdicts(lab: Lab, result: Result) -> tuple[Verdict, ...]:
    """Return the verdict of every claim over every variant that it speaks of.

    Raises LabInvalid when a claim names a measure that the result does not have or that
    has no order.
    """
    return tuple(
        _verdict(claim, result, variant, must_hold)
        for claim in lab.claims
        for must_hold, names in ((True, claim.holds_for), (False, claim.fails_for))
        for variant in names
    )


def _verdict(claim: Claim, result: Result, variant: str, must_hold: bool) -> Verdict:
    value = _value(claim, result, variant)
    if claim.relative_to is not None:
        other = _value(claim, result, claim.relative_to)
        if claim.equals is None:
            value = _ratio(_number(claim, value), _number(claim, other))
        else:
            value = value == other
    if claim.equals is not None:
        # The types as well: 1 == True, and a uid of 1 is no yes.
        same = type(value) is type(claim.equals) and value == claim.equals
        holds, threshold = same, f"= {claim.equals}"
    elif claim.at_most is not None:
        holds, threshold = _number(claim, value) <= claim.at_most, f"≤ {claim.at_most:g}"
    else:
        assert claim.at_least is not None
        holds, threshold = _number(claim, value) >= claim.at_least, f"≥ {claim.at_least:g}"
    if claim.relative_to is not None:
        threshold += f" of {claim.relative_to}" if claim.equals is None else ""
    return Verdict(claim, variant, value, threshold, holds, must_hold)


def _ratio(value: float, other: float) -> float:
    if other == 0:
        return 1.0 if value == 0 else float("inf")
    return value / other


def _value(claim: Claim, result: Result, variant: str) -> Value:
    measures = result.variants[variant].measures() if variant in result.variants else {}
    if claim.measure not in measures:
        raise LabInvalid(
            f"labs/{result.slug}/lab.toml: claim `{claim.id}`: variant `{variant}` has no "
            f"measure `{claim.measure}`",
            why=f"it has {', '.join(measures) or 'no result'}",
        )
    return measures[claim.measure]


def _number(claim: Claim, value: Value) -> float:
    if isinstance(value, str):
        raise LabInvalid(
            f"claim `{claim.id}`: `{claim.measure}` is text and has no order",
            next_step="use `equals`",
        )
    return float(value)
