"""What a class keeps of a reset, and what the learner of the seat is told of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

from advices.classroom.hub.files import opened
from advices.classroom.progress.store import Store
from advices.core import ClassMissing

SAID = (
    "Your trainer reset your seat: it is as it was at the start. What you typed in exercises is "
    "still in your browser."
)


def was_reset(store: Store, seat: str) -> None:
    """Keep that a seat was reset, and tell its learner; nobody asks for help there any more.

    Of a seat that nobody has, nothing is kept: who comes next has nothing that was reset.
    """
    if all(learner.seat != seat for learner in store.learners()):
        return
    store.wish(seat, on=False)
    store.add(seat, "reset")
    store.say(SAID, seat)


def was_reset_in(folder: Path, seat: str) -> None:
    """Keep it for the class in a folder; one that never was started has no learners."""
    with contextlib.suppress(ClassMissing):
        was_reset(Store(folder, opened(folder).keep_days), seat)
