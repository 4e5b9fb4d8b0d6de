"""What a web scanner found on another machine, recorded: docs/results/recorded-zap.json.

No claim is judged by it and no measure is taken from it: a page shows it beside the results of a
machine that lacks the scanner, with its version and date.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from advices.core import Record
from advices.lab import Attacks, Risk
from advices.results.records import read_record, write_record

FILE = "recorded-zap.json"


class RecordedRule(Record):
    """A rule that raised alerts: at `places` places, or more where `some_places` is true."""

    rule: str
    name: str
    risk: Risk
    places: Annotated[int, Field(ge=1)]
    some_places: bool = False


class RecordedScan(Record):
    """One container as the scanner saw it, the worst rule first. `date` is the report's own."""

    date: str
    addresses: Annotated[int, Field(ge=1)]
    rules: tuple[RecordedRule, ...]


class Recorded(Record):
    """The scans of one lab's variants by one version of a scanner.

    `commit` is the commit of this project whose images were scanned, `how` says in words what the
    scanner was.
    """

    schema_version: Literal[1] = 1
    lab: str
    scanner: str
    version: str
    attacks: Attacks
    commit: str
    how: str
    variants: Annotated[dict[str, RecordedScan], Field(min_length=1)]

    @property
    def date(self) -> str:
        """Return the day of the last of its scans, "2026-01-02"."""
        return max(scan.date for scan in self.variants.values())[:10]


def load(results: Path) -> Recorded:
    """Return the stored record. Raises ResultInvalid when it is missing or cannot be read."""
    return read_record(
        results / FILE, Recorded, "record reports again: `advices record-zap --help`"
    )


def save(results: Path, found: Recorded) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(results / FILE, found)
