"""Pure: an agenda on the clock of a day."""

from __future__ import annotations

import re
from typing import NamedTuple

from advices.site import Agenda


class Slot(NamedTuple):
    """One part of a day: when it begins, what, the chapter's slug or "", and whether it is now."""

    begins: str
    what: str
    slug: str
    minutes: int
    is_now: bool


def slots(agenda: Agenda, start: str, now: str) -> list[Slot]:
    """Return the parts of an agenda that begins at a time such as 09:00; a wrong one is its own."""
    at = _minute(start if is_time(start) else agenda.start)
    here = _minute(now)
    found = []
    for part in agenda.parts:
        is_now = at <= here < at + part.minutes
        found.append(Slot(clock(at), part.what, part.slug, part.minutes, is_now))
        at += part.minutes
    return [*found, Slot(clock(at), "End", "", 0, is_now=False)]


def is_time(text: str) -> bool:
    """Return whether a text is a time of a day."""
    return bool(re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text))


def clock(minutes: int) -> str:
    """Return minutes of a day as a clock shows them."""
    return f"{minutes // 60 % 24:02d}:{minutes % 60:02d}"


def _minute(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
