"""A seat is reset: nothing that a learner left there lives on."""

from __future__ import annotations

from advices.classroom import engines, seats, stored
from advices.classroom.records import Classroom, Seat


def reset(classroom: Classroom, seat: Seat) -> None:
    """Let a seat be as it was prepared, and return when its engine answers.

    What runs there is killed, the server of a learner included. Raises CommandFailed, DiskFull,
    EngineMissing.
    """
    with stored.changed_alone():
        seats.reset(classroom, seat)
        engines.ensure(classroom, seat)
