"""Pure: the difference between two texts as the regions that SARIF replaces."""

from __future__ import annotations

import difflib
from typing import Any

from advices.audit.report.lines import lines_of


def replacements(old: str, new: str) -> list[dict[str, Any]]:
    """Return SARIF's replacements that make one text the other: whole lines, from the top.

    Columns count code points from 1, and a region ends right before its end column.
    """
    before, after = lines_of(old), lines_of(new)
    found = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, first, last, start, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        region = {**_place(before, first, "start"), **_place(before, last, "end")}
        one: dict[str, Any] = {"deletedRegion": region}
        if text := "".join(after[start:end]):
            one["insertedContent"] = {"text": text}
        found.append(one)
    return found


def _place(lines: list[str], at: int, what: str) -> dict[str, int]:
    """Return where the line with this index begins; at the end of a file without a line end too."""
    line, column = at + 1, 1
    if at == len(lines) and lines and not lines[-1].endswith("\n"):
        line, column = at, len(lines[-1]) + 1
    return {f"{what}Line": line, f"{what}Column": column}
