"""Tells of the claims of a check as they are decided, as events."""

from __future__ import annotations

from collections.abc import Callable

from advices.core import Decided, Say
from advices.results import YOURS, Pending, Row


def as_events(say: Say, slug: str) -> Callable[[tuple[Row | Pending, ...]], None]:
    """Return what hears of a check and says each claim once: as soon as it is decided."""
    told: set[str] = set()

    def hear(rows: tuple[Row | Pending, ...]) -> None:
        for row in rows:
            if isinstance(row, Row) and row.says not in told:
                told.add(row.says)
                say(Decided(slug, f"exercise {YOURS}", row.says, row.holds))

    return hear
