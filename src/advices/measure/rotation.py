"""Pure: which tenth of what did not change is proved on a day, so that ten days prove all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

TURNS = 10


def turn_of(day: dt.date) -> int:
    """Return the turn of a day, from 1 to `TURNS`: each day has the next one."""
    return day.toordinal() % TURNS + 1


def due(names: Iterable[str], turn: int) -> frozenset[str]:
    """Return the names whose turn it is: each tenth in the order of the alphabet."""
    return frozenset(sorted(names)[turn - 1 :: TURNS])
