"""Pure: the table of a class, as rows and as JSON. In the order of seats: nobody is ranked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from advices.classroom.progress import laptops
from advices.classroom.progress.store import Happened, Learner

HEADER = ("Seat", "Name", "Opened", "Tried", "Solved", "Asked for help", "Last")


class ReportRow(NamedTuple):
    """What one learner did: the slugs of exercises, how often they asked for help, when last.

    `pseudonym` is who the learner is in statements of xAPI: only this machine knows both.
    """

    seat: str
    name: str
    pseudonym: str
    opened: tuple[str, ...]
    tried: tuple[str, ...]
    solved: tuple[str, ...]
    helps: int
    last: float | None


def report(
    learners: Iterable[Learner], events: Sequence[Happened], pseudonyms: Mapping[str, str]
) -> list[ReportRow]:
    """Return a row for each learner. What was tried was opened, and what was solved was tried."""
    rows = []
    for learner in sorted(learners):
        mine = [one for one in events if one.seat == learner.seat]
        solved = _slugs(mine, "solved")
        tried = _slugs(mine, "tried", "solved")
        opened = _slugs(mine, "opened", "tried", "solved", "hint")
        helps = sum(one.kind == "help" for one in mine)
        last = max((one.at for one in mine), default=None)
        word = pseudonyms.get(learner.seat, "")
        rows.append(ReportRow(learner.seat, learner.name, word, opened, tried, solved, helps, last))
    return rows


def cells(row: ReportRow) -> list[str]:
    """Return a row as the texts of a table, under `HEADER`."""
    last = dt.datetime.fromtimestamp(row.last).strftime("%H:%M") if row.last else ""
    numbers = (len(row.opened), len(row.tried), len(row.solved), row.helps)
    return [laptops.shown(row.seat), row.name, *map(str, numbers), last]


def as_json(rows: Iterable[ReportRow]) -> str:
    """Return rows as JSON, times in seconds since 1970."""
    return json.dumps([row._asdict() for row in rows], indent=2, ensure_ascii=False) + "\n"


def _slugs(events: Iterable[Happened], *kinds: str) -> tuple[str, ...]:
    return tuple(sorted({one.exercise for one in events if one.kind in kinds and one.exercise}))
