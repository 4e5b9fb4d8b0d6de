"""The file in which a project says what it lives with, why, and until when."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advices.audit.findings import CHAPTERS, Finding
from advices.core import ListInvalid
from advices.lab import MeasureName

FILE = ".docker-advices.toml"
_KEYS = frozenset({"chapter", "measure", "reason", "until"})
_TABLE = "suppress"


@dataclass(frozen=True)
class Suppression:
    """What is suppressed: the findings of a chapter, of one measure if one is named."""

    chapter: str
    measure: str
    reason: str
    until: dt.date

    def covers(self, finding: Finding) -> bool:
        """Return whether a finding is among what is suppressed."""
        return self.is_about(finding.lab, finding.measure)

    def is_about(self, chapter: str, measure: MeasureName) -> bool:
        """Return whether a measure of a chapter is among what is suppressed."""
        return self.chapter == chapter and self.measure in ("", measure.name)


def read_suppressions(folder: Path, today: dt.date) -> tuple[Suppression, ...]:
    """Return what a project suppresses, nothing without the file.

    Raises ListInvalid, with the line, for an unknown key or chapter, one without a reason or a last
    day, and one whose last day is over.
    """
    file = folder / FILE
    if not file.is_file():
        return ()
    try:
        text = file.read_text("utf-8-sig")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ListInvalid(f"{FILE} cannot be read: {error}", why="it is no TOML") from None
    tables = data.get(_TABLE, [])
    lines = _lines(text)
    if unknown := data.keys() - {_TABLE}:
        raise ListInvalid(f"{FILE}: `{sorted(unknown)[0]}` is no key", why=_KNOWN)
    if not isinstance(tables, list) or len(tables) != len(lines):
        raise ListInvalid(f"{FILE}: write each suppression below `[[{_TABLE}]]`")
    return tuple(
        _read(table, f"{FILE}, line {line}", today)
        for table, line in zip(tables, lines, strict=True)
    )


_KNOWN = f"it has tables `[[{_TABLE}]]` with {', '.join(sorted(_KEYS))}"


def _lines(text: str) -> list[int]:
    return [number for number, line in enumerate(text.splitlines(), 1) if _begins(line)]


def _begins(line: str) -> bool:
    return re.match(rf"\s*\[\[\s*['\"]?{_TABLE}['\"]?\s*\]\]", line) is not None


def _read(table: dict[str, Any], where: str, today: dt.date) -> Suppression:
    for fault in _faults(table, today):
        raise ListInvalid(f"{where}: {fault}")
    return Suppression(
        *(table["chapter"], table.get("measure", ""), table["reason"].strip(), table["until"])
    )


def _faults(table: dict[str, Any], today: dt.date) -> Iterator[str]:
    if unknown := table.keys() - _KEYS:
        yield f"`{sorted(unknown)[0]}` is no key"
    if table.get("chapter") not in CHAPTERS:
        yield f"no finding is of the chapter `{table.get('chapter')}`"
    if not isinstance(table.get("measure", ""), str):
        yield "`measure` is no text"
    reason, until = table.get("reason"), table.get("until")
    if not isinstance(reason, str) or not reason.strip():
        yield f"the suppression of `{table.get('chapter')}` has no reason"
    if type(until) is not dt.date:
        yield f"the suppression of `{table.get('chapter')}` has no last day: until = 2030-01-31"
    elif until < today:
        yield f"the suppression of `{table.get('chapter')}` ended on {until.isoformat()}"
