"""Pure: the name of a measure as a value, read once where text comes in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic_core import CoreSchema, core_schema

from advices.core import ResultInvalid

Unit = Literal["bytes", "seconds", "rules", "count"]
_UNITS: dict[str, Unit] = {"bytes": "bytes", "seconds": "seconds", "rules": "rules"}
_FORM = re.compile(r"(?:([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.)?([a-z]\w*)", re.ASCII)


@dataclass(frozen=True)
class MeasureName:
    """What a measure is called: `disk_bytes` of an image, `edit-source.seconds` of one build.

    `of` is the build or the start that it belongs to, "" for the image as a whole. Files, pages
    and notebooks hold the text form, which `str` returns.
    """

    name: str
    of: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the name that a text stands for. Raises ResultInvalid for one of another form."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise ResultInvalid(
                f"`{text}` is not the name of a measure",
                why="a name is like `disk_bytes`, or `edit-source.seconds` for one build or start",
            )
        return cls(found[2], found[1] or "")

    def __str__(self) -> str:
        return f"{self.of}.{self.name}" if self.of else self.name

    @property
    def unit(self) -> Unit:
        """Return the unit that the name ends in; "count" for all else, texts and answers too."""
        return _UNITS.get(self.name.rpartition("_")[2], "count")

    @property
    def is_time(self) -> bool:
        """Return whether this is a number of seconds."""
        return self.unit == "seconds"

    def is_by(self, scanner: str) -> bool:
        """Return whether a scanner takes this measure."""
        return not self.of and self.name.startswith(f"{scanner}_")

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        """Let records hold it: text in files, a value in memory."""
        return core_schema.no_info_plain_validator_function(
            cls._validated, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def _validated(cls, given: object) -> Self:
        if isinstance(given, cls):
            return given
        if not isinstance(given, str):
            raise ValueError("Input should be a valid string")
        try:
            return cls.parse(given)
        except ResultInvalid as error:
            raise ValueError(error.what) from None
