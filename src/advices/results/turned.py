"""Pure: what has changed between two verdicts on one exercise."""

from __future__ import annotations

from dataclasses import dataclass

from advices.results.exercise import Checked


@dataclass(frozen=True)
class Turned:
    """The sentences of claims that are met now and were not, and the other way round."""

    green: tuple[str, ...] = ()
    red: tuple[str, ...] = ()


def turned(before: Checked | None, now: Checked) -> Turned:
    """Return which claims turned green and red since the verdict before, none at the first."""
    held = {row.says: row.holds for row in before.rows} if before else {}
    moved = [row for row in now.rows if held.get(row.says, row.holds) != row.holds]
    return Turned(
        green=tuple(row.says for row in moved if row.holds),
        red=tuple(row.says for row in moved if not row.holds),
    )
