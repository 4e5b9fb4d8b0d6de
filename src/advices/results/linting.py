"""What linters say about the labs' Dockerfiles: docs/results/linters.json."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from advices.core import Record, ResultInvalid
from advices.results.records import read_record, write_record

FILE = "linters.json"
LinterName = Literal["hadolint", "check"]
LINTERS: dict[LinterName, str] = {"hadolint": "hadolint", "check": "docker build --check"}
"""Every linter with the name that readers know."""


class Finding(Record):
    """One rule that a linter says a Dockerfile breaks, at a line that counts from 1."""

    rule: str
    line: int
    says: str


class Linted(Record):
    """What a linter said about one Dockerfile; `unread` is its reason if it could not read it."""

    findings: tuple[Finding, ...] = ()
    unread: str = ""

    @property
    def rules(self) -> frozenset[str]:
        """Return the rules that it says are broken."""
        return frozenset(finding.rule for finding in self.findings)


class LinterRun(Record):
    """One linter over all variants: `files` by lab and variant. `version` is the linter's own."""

    date: str
    version: str
    files: dict[str, dict[str, Linted]]

    def of(self, slug: str, variant: str) -> Linted:
        """Return what it said about a variant. Raises ResultInvalid where it never saw it."""
        try:
            return self.files[slug][variant]
        except KeyError:
            raise ResultInvalid(
                f"no linter has read `{variant}` of the lab `{slug}`",
                why="the variant is newer than the record of what linters say",
                next_step="`advices lint --write`",
            ) from None


class Linting(Record):
    """The last run of each linter. A linter that a machine lacks keeps its run from another one."""

    schema_version: Literal[1] = 1
    runs: dict[LinterName, LinterRun] = Field(default_factory=dict)


def load(results: Path) -> Linting:
    """Return the stored record, an empty one where there is none. Raises ResultInvalid."""
    if not (results / FILE).is_file():
        return Linting()
    return read_record(results / FILE, Linting, "run the linters again: `advices lint --write`")


def save(results: Path, linting: Linting) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(results / FILE, linting)
