"""Pure: what learners and the trainer are told of what is kept and where it goes, here alone."""

from __future__ import annotations

import datetime as dt

from advices.classroom.sending.sender import Status
from advices.core import counted


def notice(keep_days: int, leaving: str, *, own: bool = False) -> str:
    """Return what a learner is told: what is kept, how long, and what `leaves` returned.

    `own` says that the learner came with a laptop, which sends it.
    """
    days = counted(keep_days, "day")
    if own:
        return (
            "Sent to your trainer: your name in this class, which exercises you open, try and "
            "solve and when, the last hint, and whether you ask for help; never what you write. "
            f"Kept there {days}. {leaving}"
        )
    return (
        "Your trainer sees which exercises you open, try and solve, and the last hint; never what "
        f"you write. Kept {days}. {leaving}"
    )


def leaves(host: str | None, pseudonym: str | None = None) -> str:
    """Return what leaves the machine of the class, in plain words.

    `host` is that of the store, None without one; without `pseudonym` it is told in general.
    """
    if host is None:
        return "Nothing of it leaves the machine of this class."
    who = f"the pseudonym {pseudonym} instead of your name" if pseudonym else "a pseudonym"
    return (
        f"After each check, the class also sends to {host}: its address, {who}, the exercise, "
        "whether it was tried or solved, and the time. Nothing else leaves its machine."
    )


def lines(status: Status) -> list[str]:
    """Return how sending stands, for the trainer. Times are this machine's."""
    sent, waiting, oldest = status.counts
    since = f", since {_clock(oldest)}" if oldest is not None else ""
    found = [f"{sent} sent, {waiting} waiting{since}."]
    if status.error:
        found.append(
            f"At {_clock(status.failed_at)} the store {status.error}. "
            f"The class tries again at {_clock(status.again_at)}. Nothing is lost meanwhile."
        )
    return found


def _clock(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds).strftime("%H:%M")
