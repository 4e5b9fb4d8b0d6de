"""A claim of a lab or an exercise: a sentence with a predicate over one measure."""

from __future__ import annotations

from pydantic import model_validator

from advices.core import Record
from advices.lab.measure_name import MeasureName
from advices.lab.mistake import Slug


class Claim(Record):
    """A sentence of the chapter with a predicate over one measure.

    Exactly one of `equals`, `at_most`, `at_least`, `includes` and `excludes` is the predicate; the
    last two name items of a measure that is a list, such as the rules of a scanner. With
    `relative_to` the value is the ratio to the same measure of that variant. The claim must hold
    for each variant in `holds_for` and must fail for each in `fails_for`. `of` names the claim
    of another lab that this one repeats, as `lab/claim`: see `borrowed_claims`.
    """

    id: Slug
    of: str | None = None
    says: str
    measure: MeasureName
    equals: int | bool | str | None = None
    at_most: float | None = None
    at_least: float | None = None
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    relative_to: str | None = None
    holds_for: tuple[str, ...] = ("good",)
    fails_for: tuple[str, ...] = ("bad",)

    @model_validator(mode="after")
    def _one_predicate(self) -> Claim:
        given = [p for p in (self.equals, self.at_most, self.at_least) if p is not None]
        listed = [p for p in (self.includes, self.excludes) if p]
        if len(given) + len(listed) != 1:
            raise ValueError(
                "exactly one of equals, at_most, at_least, includes and excludes is needed"
            )
        if listed and self.relative_to is not None:
            raise ValueError("`relative_to` does not go with includes and excludes")
        if not self.holds_for:
            raise ValueError("a claim that holds for no variant says nothing")
        return self
