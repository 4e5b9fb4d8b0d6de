"""Pure: what a claim demands and what was measured for it, in the same words everywhere.

The tables of the pages, the faults of a run, the reports for CI and the check of an exercise all
take their words from here.
"""

from __future__ import annotations

import math

from advices.lab import SEPARATOR, Claim
from advices.results.record import Value
from advices.results.wording import percent_text, value_text

NOTHING = "nothing"
"""What was measured of a variant that lacks the measure, as one does that did not answer."""


def demanded_text(claim: Claim, reference: Value | None = None) -> str:
    """Return what a claim demands: "at most 12.0 MB", "at most 50 % of bad", "with 10020; 10038".

    `reference` is the measure of the variant that a relative claim compares with: with it the
    limit is worked out, in the measure's own unit.
    """
    if claim.equals is not None:
        if claim.relative_to is None:
            return value_text(claim.measure, claim.equals)
        return f"{'the same as' if claim.equals else 'not the same as'} {claim.relative_to}"
    if listed := claim.includes or claim.excludes:
        return f"{'with' if claim.includes else 'without'} {SEPARATOR.join(listed)}"
    word = "at least" if claim.at_most is None else "at most"
    limit = claim.at_least if claim.at_most is None else claim.at_most
    assert limit is not None, "a claim has exactly one predicate"
    if claim.relative_to is None:
        return f"{word} {value_text(claim.measure, limit)}"
    if reference is None or isinstance(reference, str):
        return f"{word} {_exact_percent(limit)} of {claim.relative_to}"
    return f"{word} {value_text(claim.measure, limit * float(reference))}"


def measured_text(claim: Claim, value: Value | None) -> str:
    """Return what a verdict found: the value, its part of another variant's, or what is listed."""
    ratio = claim.relative_to is not None and claim.equals is None
    if ratio and isinstance(value, int | float):
        return _part_text(claim, value)
    return found_text(claim, value)


def found_text(claim: Claim, value: Value | None) -> str:
    """Return a measure as it is; of a list what the claim names, the other items left out."""
    if value is None:
        return NOTHING
    if not (claim.includes or claim.excludes):
        return value_text(claim.measure, value)
    items = set(str(value).split(SEPARATOR))
    if claim.excludes:
        return SEPARATOR.join(item for item in claim.excludes if item in items) or "none of them"
    missing = SEPARATOR.join(item for item in claim.includes if item not in items)
    return f"without {missing}" if missing else "all of them"


def _part_text(claim: Claim, part: float) -> str:
    """Return a part of another variant's measure with as many digits as its verdict needs."""
    rounded = percent_text(part)
    if math.isinf(part) or _within(claim, float(rounded.removesuffix(" %")) / 100) == _within(
        claim, part
    ):
        return rounded
    return _exact_percent(part)


def _within(claim: Claim, part: float) -> bool:
    most = math.inf if claim.at_most is None else claim.at_most
    least = -math.inf if claim.at_least is None else claim.at_least
    return least <= part <= most


def _exact_percent(part: float) -> str:
    """Return a part as a percentage without rounding what a limit was set to."""
    return f"{part * 100:.6g} %"
