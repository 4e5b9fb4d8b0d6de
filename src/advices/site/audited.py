"""Pure: what `advices audit --json` found of a project, as a page shows it.

docs/results/audit-sample.json has what it found of the sample docs/samples/wrong, with its origin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from advices.core import Record
from advices.results import BaseRecord, escape, read_record, write_record
from advices.site.tables import cards, table

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


def audit_report(record: Mapping[str, Any], chapters: Mapping[str, str]) -> str:
    """Return an audit's record as Markdown: its sentence, findings, diffs, and what is not judged.

    `chapters` has the link to each chapter by its slug. All other text is escaped: a project's
    files and its builds are written by anybody.
    """
    shown, said = record["shown"], [f"**{_prose(record['sentence'])}**"]
    header, *found = shown["findings"]
    if found:
        # The last cell says what became of it.
        named = [escape(cell.capitalize()) or "Outcome" for cell in header]
        rows = [[chapters.get(slug, escape(slug)), *map(_prose, cells)] for slug, *cells in found]
        said.append(f'<div class="adv-found" markdown="1">\n\n{cards(table(named, rows))}\n</div>')
    else:
        said.append("Nothing was found that a tip makes better.")
    fixes = [one for one in record["tried"] if one["in_the_diff"]]
    if fixes:
        said.append("**Each change by itself**")
        said += [_fix(one, chapters) for one in fixes]
        said += ["**All of them: the diff that was built and compared**", fenced(record["diff"])]
    for title, rows in (
        ("Everything that was measured", shown["measured"]),
        ("What was tried and is not in the diff", shown["refused"]),
        ("What was not judged", shown["not_judged"]),
    ):
        if len(rows) > 1:
            said.append(_folded(title, _table(rows)))
    return "\n\n".join(said) + "\n"


def _fix(tried: Mapping[str, Any], chapters: Mapping[str, str]) -> str:
    link = chapters.get(tried["chapter"], "")
    return _folded(tried["says"], f"{link and f'The chapter: {link}'}\n\n{fenced(tried['diff'])}")


def _folded(title: str, text: str) -> str:
    summary = f"<summary>{_prose(title)}</summary>"
    return f'<details markdown="1">{summary}\n\n{text}\n\n</details>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    header, *body = ([_prose(cell) for cell in row] for row in rows)
    return table([header[0].capitalize(), *header[1:]], body)


def _prose(text: str) -> str:
    """Return a sentence with what stands in backticks as code."""
    return re.sub("&#96;(.+?)&#96;", r"<code>\1</code>", escape(text))


def fenced(text: str, language: str = "diff") -> str:
    """Return a text as a block of code that no backtick in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} {language}\n{text.rstrip()}\n{fence}"
