"""A known mistake of a lab or an exercise."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from advices.core import LabInvalid, Record
from advices.lab.edit import Edit
from advices.lab.signs import FailedStep, Failure, Sign, View

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]

BUILDS = "builds"
"""What a mistake breaks whose Dockerfile no longer builds."""


class Mistake(Record):
    """A known mistake: one change of the good Dockerfile or of its context, by `edits` of files.

    Applied alone it must turn red exactly the claims in `breaks`: those that hold for the
    good variant and need no timing. `builds` stands for a Dockerfile that no longer builds.
    The others are for exercises. A learner sees `hint` when all of `breaks` is red, the Dockerfile
    shows `sign`, if there is one, and nothing of `unless`. For a Dockerfile that does not build
    `failed` is the sign in the step that failed.
    """

    id: Slug
    says: str
    replace: str = ""
    by: str = ""
    leaves_out: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    breaks: Annotated[tuple[str, ...], Field(min_length=1)]
    hint: str = ""
    sign: Sign | None = None
    unless: tuple[Sign, ...] = ()
    failed: FailedStep | None = None

    @model_validator(mode="after")
    def _changes_something(self) -> Mistake:
        if not self.replace and not self.leaves_out and not self.edits:
            raise ValueError("a mistake needs `replace`, `leaves_out` or `edits`")
        if self.hint and (BUILDS in self.breaks) != (self.failed is not None):
            raise ValueError("`failed` is for a mistake that breaks `builds`, which needs it")
        return self

    def is_shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows this mistake, as far as its text can."""
        has_sign = self.sign is None or self.sign.shown(view)
        return has_sign and not any(other.shown(view) for other in self.unless)

    def is_failure(self, view: View, failure: Failure) -> bool:
        """Return whether a build failed because of this mistake."""
        return self.failed is not None and self.failed.fits(view, failure)

    def misfit(self, dockerfile: str) -> str:
        """Return why this mistake cannot be made in a Dockerfile, "" when it can."""
        found = dockerfile.count(self.replace) if self.replace else 1
        return "" if found == 1 else f"its `replace` must occur once but occurs {found} times"

    def applied(self, dockerfile: str) -> str:
        """Return the Dockerfile with this mistake in it. Raises LabInvalid if it does not fit."""
        if misfit := self.misfit(dockerfile):
            raise LabInvalid(f"mistake `{self.id}`: {misfit} in the good Dockerfile")
        return dockerfile.replace(self.replace, self.by) if self.replace else dockerfile
