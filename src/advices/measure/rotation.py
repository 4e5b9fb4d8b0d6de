"""Pure: which tenth of what did not change is proved on a day, so that ten days prove all.

And which third of the labs is checked where not all are. Ten and three have no common divisor: so a
mistake and its lab have their turn on the same day too, within thirty days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

TURNS = 10
LAB_TURNS = 3


def turn_of(day: dt.date) -> int:
    """Return the turn of a day, from 1 to `TURNS`: each day has the next one."""
    return day.toordinal() % TURNS + 1


def due(names: Iterable[str], turn: int) -> frozenset[str]:
    """Return the names whose turn it is: each tenth in the order of the alphabet."""
    return frozenset(sorted(names)[turn - 1 :: TURNS])


def labs_due(slugs: Iterable[str], day: dt.date) -> frozenset[str]:
    """Return the labs whose turn it is on a day: each third in the order of the alphabet."""
    return frozenset(sorted(slugs)[day.toordinal() % LAB_TURNS :: LAB_TURNS])
