"""A known mistake of a lab or an exercise."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from advices.core import LabInvalid, Record

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]

BUILDS = "builds"
"""What a mistake breaks whose Dockerfile no longer builds."""


class Mistake(Record):
    """A known mistake: one change of the good Dockerfile or of its context.

    Applied alone it must turn red exactly the claims in `breaks`: those that hold for the
    good variant and need no timing. `builds` stands for a Dockerfile that no longer builds.
    `hint` and `sign`, a regular expression over the listing of the learner's Dockerfile, are for
    exercises.
    """

    id: Slug
    says: str
    replace: str = ""
    by: str = ""
    leaves_out: tuple[str, ...] = ()
    breaks: Annotated[tuple[str, ...], Field(min_length=1)]
    hint: str = ""
    sign: str = ""

    @model_validator(mode="after")
    def _changes_something(self) -> Mistake:
        if not self.replace and not self.leaves_out:
            raise ValueError("a mistake needs `replace` or `leaves_out`")
        try:
            re.compile(self.sign)
        except re.error as error:
            raise ValueError(f"sign: {error}") from None
        return self

    def misfit(self, dockerfile: str) -> str:
        """Return why this mistake cannot be made in a Dockerfile, "" when it can."""
        found = dockerfile.count(self.replace) if self.replace else 1
        return "" if found == 1 else f"its `replace` must occur once and occurs {found} times"

    def applied(self, dockerfile: str) -> str:
        """Return the Dockerfile with this mistake in it. Raises LabInvalid if it does not fit."""
        if misfit := self.misfit(dockerfile):
            raise LabInvalid(f"mistake `{self.id}`: {misfit} in the good Dockerfile")
        return dockerfile.replace(self.replace, self.by) if self.replace else dockerfile
