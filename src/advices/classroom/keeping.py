"""What holds the processes of a seat to its limits, and starts them: systemd, or control groups.

Where systemd is the service manager, all control groups are systemd's, and it brings seats back
after a reboot. Elsewhere we make the groups ourselves, and what is down stays down until a command
brings it up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from advices.classroom.groups import Groups
from advices.classroom.records import Limits, Seat
from advices.classroom.units import Units
from advices.engine import provision

Enter = Callable[[Sequence[str]], list[str]]
"""Returns the words that run others in a seat, as its account and within its limits."""


class Keeper(Protocol):
    """Keeps seats. Methods raise CommandFailed where this machine refuses."""

    def joined(self, seat: Seat) -> list[str]:
        """Return the words before those of a program by which a seat's limits hold for it.

        They replace themselves by the program, and end with another code than 0 without limits.
        """

    def processes(self, seat: Seat) -> set[int]:
        """Return the ids of all processes in a seat, as this machine counts them."""

    def kill(self, seat: Seat) -> None:
        """End all that runs in a seat, at once and without asking; nothing starts it again."""

    def begin(self, seat: Seat, limits: Limits, words: Sequence[str], log: Path) -> None:
        """Start the first process of a seat, which has these limits. It may fail a moment later.

        What it prints goes to `log`.
        """

    def files(self, seat: Seat, engine: Sequence[str]) -> dict[str, str | None]:
        """Return the files below /run that a seat must see, by path; None is a folder.

        `engine` starts the engine of the seat.
        """

    def await_engine(self, seat: Seat, enter: Enter) -> None:
        """Return when an engine that starts by itself has started, or failed to."""

    def begin_engine(self, seat: Seat, enter: Enter, engine: Sequence[str], log: Path) -> None:
        """Start the engine of a seat in which none runs."""

    def end_engine(self, seat: Seat, enter: Enter) -> None:
        """Let nothing start the engine of a seat again, if something would."""

    def forget(self, seat: Seat) -> None:
        """Remove what is kept of a seat in which nothing runs."""

    def stay(self) -> None:
        """Let the class that is prepared come back after a reboot, where something can do that."""

    def settle(self) -> None:
        """Return when nothing brings the class up by itself any more, so that we can."""

    def kill_left(self) -> list[str]:
        """End all that runs in any seat, and return the names of the seats."""

    def remove(self) -> list[str]:
        """Remove what is kept of any class, and return what it was."""


def keeper() -> Keeper:
    """Return what keeps seats on this machine."""
    return keepers()[0]


def keepers() -> tuple[Keeper, ...]:
    """Return all that may have kept seats on this machine: systemd may be new on it."""
    return (Units(), Groups()) if provision.SYSTEMD.exists() else (Groups(),)
