"""Pure: how long a lesson of a course takes, and its agenda.

Nobody has timed a class. What was measured of an exercise is how long its solution takes to build,
start and stop; the minutes around that are estimates, and the page says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import NamedTuple

from advices.core import LabInvalid
from advices.results import Result
from advices.site.tables import table

TALK_MINUTES = 10
"""Estimated: to say what a chapter is about and show its lab's numbers."""
MINUTES_A_CLAIM = 4
"""Estimated: to understand and fix what one claim asks for."""
CHECKS = 4
"""Estimated: how often somebody checks an exercise."""
_ROUND = 5
_LEAST = 10
HEADER = ("Time", "What", "Minutes", "Build")


class Block(NamedTuple):
    """One row of an agenda: what, how many minutes, and how long its build took, as Markdown."""

    what: str
    minutes: int
    build: str = ""


def check_seconds(result: Result) -> float:
    """Return the recorded seconds of an exercise's solution: its builds, starts and stops."""
    good = result.variants["good"]
    starts = [one.first_200 for one in (good.boot, *good.starts.values()) if one.first_200]
    builds = [one.timing for one in good.builds.values()]
    return sum(timing.median for timing in (*builds, *starts, *good.timings.values()))


def exercise_minutes(missed: int, seconds: float) -> int:
    """Return the estimated minutes of an exercise whose start misses some claims.

    `seconds` is what one check takes. Rounded up to five minutes, and at least ten.
    """
    minutes = missed * MINUTES_A_CLAIM + CHECKS * seconds / 60
    return max(_LEAST, math.ceil(minutes / _ROUND) * _ROUND)


def agenda(start: str, blocks: Iterable[Block]) -> str:
    """Return a table of what begins when, its end included. Raises LabInvalid for no time."""
    found = re.fullmatch(r"(\d\d):(\d\d)", start)
    if not found:
        raise LabInvalid(f"`{start}` is no time of a day, such as 09:00")
    now = int(found[1]) * 60 + int(found[2])
    rows = []
    for block in blocks:
        rows.append([_clock(now), block.what, str(block.minutes), block.build])
        now += block.minutes
    return table(HEADER, [*rows, [_clock(now), "End", "", ""]], "  rr")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
