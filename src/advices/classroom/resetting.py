"""A seat is brought up when it is needed, and reset: nothing that was left there lives on."""

from __future__ import annotations

from advices.classroom import engines, seats, servers, stored
from advices.classroom.records import Classroom, Seat


def ensure(classroom: Classroom, seat: Seat) -> None:
    """Return when a seat is up and its engine answers; what is missing is brought up.

    It waits while another command makes, resets or removes seats. A server in the seat goes on
    while only its engine is started. Raises CommandFailed, EngineMissing.
    """
    with stored.changed_alone():
        engines.ensure(classroom, seat)


def ensure_for_server(classroom: Classroom, seat: Seat) -> None:
    """Return when a seat is up for the server that the hub starts now, and has no other one.

    Raises what `ensure` raises.
    """
    with stored.changed_alone():
        engines.ensure(classroom, seat)
        servers.end_left(seat)


def reset(classroom: Classroom, seat: Seat) -> None:
    """Let a seat be as it was prepared, and return when its engine answers.

    What runs there is killed, the server of a learner included. Raises CommandFailed, DiskFull,
    EngineMissing.
    """
    with stored.changed_alone():
        seats.reset(classroom, seat)
        engines.ensure(classroom, seat)
