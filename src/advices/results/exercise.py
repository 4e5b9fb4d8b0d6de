"""Pure: what a learner's measured Dockerfile meets, and which hints it gets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from advices.lab import SEPARATOR, Claim, Dockerfile, Lab, Mistake
from advices.results.claims import Verdict, judged, of_the_list, red
from advices.results.record import Result, Value
from advices.results.wording import value_text

YOURS = "yours"


@dataclass(frozen=True)
class Row:
    """One claim over a learner's image: measured, the solution's value, and the limit."""

    says: str
    holds: bool
    yours: str
    reference: str
    limit: str


@dataclass(frozen=True)
class Checked:
    """How a learner's Dockerfile did: a row for each claim, and the hints for what is wrong."""

    rows: tuple[Row, ...]
    hints: tuple[Mistake, ...]

    @property
    def solved(self) -> bool:
        """Return whether every claim is met."""
        return all(row.holds for row in self.rows)


def checked(exercise: Lab, result: Result, dockerfile: Dockerfile) -> Checked:
    """Return how the variant `yours` of a result did beside the solution, `good`."""
    verdicts = judged(exercise, result, YOURS)
    shown = hints(exercise, red(verdicts), dockerfile)
    if not result.variants[YOURS].boot.answered:
        # Nothing is known of such an image but its files, so no hint may guess at the rest.
        unknown = {verdict.claim.id for verdict in verdicts if verdict.value is None}
        shown = tuple(
            one for one in shown if not unknown & {*one.breaks} or unknown <= {*one.breaks}
        )
    return Checked(tuple(_row(verdict, result, YOURS) for verdict in verdicts), shown)


def start_rows(exercise: Lab, result: Result) -> tuple[Row, ...]:
    """Return a row for each claim that a learner has to meet: the start beside the solution."""
    return tuple(_row(verdict, result, "bad") for verdict in judged(exercise, result, "bad"))


def hints(exercise: Lab, failed: Sequence[str], dockerfile: Dockerfile) -> tuple[Mistake, ...]:
    """Return the known mistakes whose claims all fail and whose sign the Dockerfile shows."""
    return tuple(
        mistake
        for mistake in exercise.mistakes
        if set(mistake.breaks) <= set(failed) and re.search(mistake.sign, dockerfile.listing)
    )


def _row(verdict: Verdict, result: Result, variant: str) -> Row:
    claim = verdict.claim
    yours = result.variants[variant].measures().get(claim.measure)
    reference = result.variants["good"].measures().get(claim.measure)
    return Row(
        says=claim.says,
        holds=verdict.holds,
        yours=_text(claim, yours),
        reference=_text(claim, reference),
        limit=_limit(claim, reference),
    )


def _text(claim: Claim, value: Value | None) -> str:
    if value is None:
        return "nothing"
    if claim.includes or claim.excludes:
        return of_the_list(claim, value)
    return value_text(claim.measure, value)


def _limit(claim: Claim, reference: Value | None) -> str:
    """Return the limit in the measure's own unit, worked out where it is relative."""
    if claim.equals is not None:
        if claim.relative_to is None:
            return value_text(claim.measure, claim.equals)
        return "the same" if claim.equals else "another"
    if listed := claim.includes or claim.excludes:
        return f"{'with' if claim.includes else 'without'} {SEPARATOR.join(listed)}"
    limit = claim.at_least if claim.at_most is None else claim.at_most
    assert limit is not None, "a claim has exactly one predicate"
    if claim.relative_to is not None:
        if reference is None or isinstance(reference, str):
            return "nothing"
        limit *= float(reference)
    word = "at least" if claim.at_most is None else "at most"
    whole = round(limit) if claim.measure.endswith("bytes") else limit
    return f"{word} {value_text(claim.measure, whole)}"
