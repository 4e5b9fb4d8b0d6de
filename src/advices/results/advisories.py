"""Known vulnerabilities of the packages in lock files, as pip-audit saw them on one day.

No claim is judged by it and no measure is taken from it, because what is known grows each day and a
service has to answer. What did not run says why, and is never shown as clean.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from advices.core import Record
from advices.results.provenance import Count
from advices.results.records import read_record, write_record

FILE = "advisories.json"


class Vulnerable(Record):
    """A package for which there are advisories, by their ids."""

    package: str
    version: str
    advisories: tuple[str, ...] = Field(min_length=1)


class AuditedLock(Record):
    """What is known about the packages of one lock file."""

    packages: Count
    vulnerable: tuple[Vulnerable, ...] = ()


class Audit(Record):
    """The lock files of one lab's variants, looked up on a day, or why none was."""

    schema_version: Literal[1] = 1
    lab: str
    date: str
    version: str
    why_not: str = ""
    locks: dict[str, AuditedLock] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ran_or_did_not(self) -> Audit:
        if bool(self.why_not) == bool(self.locks):
            raise ValueError("either it says why it did not run, or it has what it found")
        return self


def load(results: Path) -> Audit:
    """Return the stored record. Raises ResultInvalid when it is missing or cannot be read."""
    return read_record(results / FILE, Audit, "look again: `./run advisories`")


def save(results: Path, found: Audit) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(results / FILE, found)
