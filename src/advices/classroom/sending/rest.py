"""What still waits for a store when a class is to be removed: sent once more, or named."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from advices.classroom.hub.files import Opened, classroom, opened
from advices.classroom.progress.store import FILE, Store
from advices.classroom.progress.telling import titles
from advices.classroom.progress.xapi import Told
from advices.classroom.records import Classroom
from advices.classroom.sending.outbox import Counts, Outbox
from advices.core import ClassMissing, ProgressWaits, counted

if TYPE_CHECKING:
    from advices.classroom.sending.sender import Sender

# Where nothing says how long it is kept, looking deletes nothing.
_KEPT_DAYS_UNKNOWN = 3650


def sender_of(room: Classroom, how: Opened, store: Store) -> Sender | None:
    """Return what sends the progress of a class, None where nothing leaves the machine."""
    outbox = Outbox(store)
    outbox.goes_to(how.xapi.url if how.xapi else None)
    if how.xapi is None:
        return None
    # They need tornado, and who removes a class that sends nothing does not.
    from advices.classroom.sending.lrs import Lrs  # noqa: PLC0415
    from advices.classroom.sending.sender import Sender  # noqa: PLC0415

    named = titles(Path(room.project))

    def told() -> Told:
        return Told(room.id, how.address.origin, named, outbox.pseudonyms())

    return Sender(outbox, Lrs(how.xapi), how.xapi.host, told)


def demand_nothing_waits(folder: Path) -> int:
    """Send what a class still has for its store; return how many that were.

    Raises ProgressWaits where some of it waits on. What cannot be read does not wait: a class is
    removed whatever became of its files.
    """
    if not (folder / FILE).is_file():
        return 0
    how = _how(folder)
    try:
        store = Store(folder, how.keep_days if how else _KEPT_DAYS_UNKNOWN)
        before = Outbox(store).counts()
        if not before.waiting:
            return 0
        host, why = _sent(folder, how, store)
        left = Outbox(store).counts()
    except sqlite3.DatabaseError:
        return 0
    if left.waiting:
        raise _waits(left, host, why)
    return before.waiting


def _how(folder: Path) -> Opened | None:
    with contextlib.suppress(ClassMissing, ValidationError):
        return opened(folder)
    return None


def _sent(folder: Path, how: Opened | None, store: Store) -> tuple[str, str]:
    """Send as long as the store takes something; return its host, and what it said last."""
    sender = None
    with contextlib.suppress(ClassMissing, ValidationError):
        sender = sender_of(classroom(folder), how, store) if how else None
    if sender is None:
        return "the store", "the files that name the store cannot be read"
    asyncio.run(_send(sender))
    status = sender.status()
    return f"the store at {status.host}", f"the store {status.error}" if status.error else ""


async def _send(sender: Sender) -> None:
    left = -1
    while (waiting := sender.status().counts.waiting) and waiting != left:
        left = waiting
        await sender.once()


def _waits(left: Counts, host: str, why: str) -> ProgressWaits:
    since = dt.datetime.fromtimestamp(left.oldest or 0).strftime("%d %B, %H:%M")
    still = counted(left.waiting, "result of an exercise", "results of exercises")
    return ProgressWaits(
        f"{still} still {'waits' if left.waiting == 1 else 'wait'} for {host}, since {since}",
        why=why or "the exercise is not in this project any more, so nothing can be sent of it",
    )
