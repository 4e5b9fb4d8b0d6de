"""What `advices audit --json` found of the sample docs/samples/wrong, with its origin.

It is in docs/results/audit-sample.json.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from advices.core import Record
from advices.results import BaseRecord, read_record, write_record

FILE = "audit-sample.json"
SAMPLE = "docs/samples/wrong"


class SampleAudit(Record):
    """The audit of the sample: when, with which versions, on which bases, its wall seconds.

    `audit` is what `advices audit --json` gave.
    """

    schema_version: Literal[1] = 1
    date: str
    toolkit_version: str
    engine_version: str
    buildx_version: str
    platform: str
    cores: Annotated[int, Field(ge=1)]
    bases: dict[str, BaseRecord]
    seconds: Annotated[float, Field(gt=0)]
    audit: dict[str, Any]

    def where(self) -> str:
        """Return one sentence on when and on what it was measured, as plain text."""
        bases = ", ".join(f"{name} ({one.kind})" for name, one in self.bases.items())
        return (
            f"Audited {self.date[:10]} with version {self.toolkit_version} of the toolkit, Docker "
            f"{self.engine_version} and buildx {self.buildx_version}, {self.platform}, "
            f"{self.cores} cores, base images {bases}."
        )


def load_sample(results: Path) -> SampleAudit:
    """Return the stored record. Raises ResultInvalid when it is missing or cannot be read."""
    return read_record(results / FILE, SampleAudit, "audit again: `python tests/sample_audit.py`")


def save_sample(results: Path, found: SampleAudit) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(results / FILE, found)


def fenced(text: str, language: str) -> str:
    """Return a text as a block of code that no backtick in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} {language}\n{text.rstrip()}\n{fence}"
