"""What takes minutes and rarely breaks: each day's tests take a share, the weekly workflow all."""

from __future__ import annotations

import datetime as dt
import os

ALL = os.environ.get("ADVICES_IN_TURN") == "all"


def in_turn(names: tuple[str, ...], days: int | None = None) -> tuple[str, ...]:
    """Return today's share of some names; after so many days, else one for each, all had a turn.

    All of them where ADVICES_IN_TURN=all asks for it.
    """
    if ALL:
        return names
    days = days or len(names)
    return names[dt.datetime.now(dt.UTC).date().toordinal() % days :: days]
