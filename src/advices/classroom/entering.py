"""The one door into a seat: everything that runs there was started through it."""

from __future__ import annotations

from collections.abc import Sequence

from advices.classroom.keeping import keeper
from advices.classroom.records import Classroom, Seat
from advices.classroom.view import environment, within

__all__ = ["environment", "inside", "kill_all", "processes"]


def inside(
    classroom: Classroom, seat: Seat, argv: Sequence[str], *, clean: bool = False
) -> list[str]:
    """Return the words by which root runs `argv` in a seat, as its account.

    It runs within the seat's limits, in its network, and its view of files and processes, starts in
    the seat's home, and ends when the process of the words is ended or killed. Its exit code is
    that of the words. The environment is the caller's, with what belongs to a seat set; with
    `clean` it is that alone: what root's shell has is not for a learner's eyes. Nothing secret may
    be in `argv`: other accounts read command lines.
    """
    del classroom  # a seat knows all; a carrier that is no account of this machine would not
    # First: whatever comes after is held to the limits.
    return [*keeper().joined(seat), *within(seat, argv, clean=clean)]


def kill_all(seat: Seat) -> None:
    """End all that runs in a seat, at once and without asking. Raises CommandFailed.

    The seat is down then; `engines.ensure` brings it up again.
    """
    keeper().kill(seat)


def processes(seat: Seat) -> set[int]:
    """Return the ids of all processes in a seat, as this machine counts them."""
    return keeper().processes(seat)
