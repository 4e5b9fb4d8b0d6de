"""Pure: what the trainer's page shows, out of what is kept. In the order of seats: no ranking."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from advices.classroom.progress import laptops
from advices.classroom.progress.store import Happened, Learner

OPEN, TRIED, SOLVED = "open", "tried", "solved"
_RANK = {"opened": OPEN, "tried": TRIED, "solved": SOLVED, "hint": TRIED}
_ORDER = ("", OPEN, TRIED, SOLVED)


class Exercise(NamedTuple):
    """An exercise as pages name it."""

    slug: str
    title: str


class Stand(NamedTuple):
    """How one seat stands with one exercise: open, tried or solved, and the last hint's id."""

    exercise: Exercise
    state: str
    hint: str


class SeatRow(NamedTuple):
    """One seat, or the laptop of a learner, which `is_own` then.

    `name` is "" where nobody sits; minutes are None where nothing happened. `place` is what the
    page calls it, and `has_left` says of a laptop that it tells nothing any more.
    """

    seat: str
    name: str
    stands: tuple[Stand, ...]
    still_minutes: int | None
    asks_minutes: int | None
    place: str
    is_own: bool = False
    has_left: bool = False


class Count(NamedTuple):
    """How many seats have one exercise open, tried it, solved it. No seat counts twice."""

    exercise: Exercise
    open: int
    tried: int
    solved: int


def seat_rows(
    seats: Sequence[str],
    *,
    exercises: Sequence[Exercise],
    learners: Iterable[Learner],
    events: Iterable[Happened],
    wishes: Mapping[str, float],
    now: float,
    joined: Collection[str] = (),
) -> list[SeatRow]:
    """Return a row for each place, in the order of `seats`. `joined` are the laptops that tell."""
    names = {one.seat: one.name for one in learners}
    came = {one.seat: one.came for one in learners}
    mine: dict[str, list[Happened]] = {seat: [] for seat in seats}
    for event in events:
        if event.seat in mine and event.kind != "reset":
            mine[event.seat].append(event)
    rows = []
    for seat in seats:
        known = [came[seat]] if seat in came else []
        moved = max([*(one.at for one in mine[seat]), *known], default=None)
        rows.append(
            SeatRow(
                seat,
                names.get(seat, ""),
                tuple(_stands(exercises, mine[seat])),
                None if moved is None else _minutes(now - moved),
                _minutes(now - wishes[seat]) if seat in wishes else None,
                laptops.shown(seat),
                is_own=laptops.is_own(seat),
                has_left=laptops.is_own(seat) and seat not in joined,
            )
        )
    return rows


def counts(exercises: Sequence[Exercise], rows: Iterable[SeatRow]) -> list[Count]:
    """Return for each exercise how many seats are where. Names of learners are not in it."""
    rows = list(rows)
    found = []
    for exercise in exercises:
        states = [stand.state for row in rows for stand in row.stands if stand.exercise == exercise]
        found.append(Count(exercise, *(states.count(one) for one in (OPEN, TRIED, SOLVED))))
    return found


def _stands(exercises: Sequence[Exercise], events: Sequence[Happened]) -> Iterable[Stand]:
    for exercise in exercises:
        of = [one for one in events if one.exercise == exercise.slug]
        states = [_RANK[one.kind] for one in of if one.kind in _RANK]
        if states:
            hints = [one.hint for one in of if one.kind == "hint"]
            yield Stand(exercise, max(states, key=_ORDER.index), hints[-1] if hints else "")


def _minutes(seconds: float) -> int:
    return max(0, int(seconds // 60))
