"""A change of text in one file of a project."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from advices.core import LabInvalid, Record

SAMPLE = "{sample}"
"""What becomes different text in each sample of a replay."""


class Edit(Record):
    """A text in a file of the project, which is there once, and what takes its place."""

    file: Annotated[str, Field(min_length=1)]
    replace: Annotated[str, Field(min_length=1)]
    by: str

    def misfit(self, text: str) -> str:
        """Return why this edit cannot be made in a file's text, "" when it can."""
        found = text.count(self.replace)
        said = f"the text to replace must occur once in {self.file} but occurs {found} times"
        return "" if found == 1 else said

    def applied(self, text: str) -> str:
        """Return a file's text with this edit in it. Raises LabInvalid if it does not fit."""
        if misfit := self.misfit(text):
            raise LabInvalid(misfit)
        return text.replace(self.replace, self.by)
