"""Runs the service: `python -m advices.classroom.board`, as the hub does."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from advices.classroom.board.facts import Facts
from advices.classroom.board.server import serve
from advices.classroom.hub.files import FOLDER_VARIABLE, Opened, classroom, opened
from advices.classroom.progress.store import Store
from advices.classroom.progress.telling import titles
from advices.classroom.progress.xapi import Told
from advices.classroom.records import Classroom
from advices.classroom.resetting import reset
from advices.classroom.sending.lrs import Lrs
from advices.classroom.sending.outbox import Outbox
from advices.classroom.sending.sender import Sender
from advices.classroom.stored import seat_of


def sender_of(room: Classroom, how: Opened, store: Store) -> Sender | None:
    """Return what sends the progress of a class, None where nothing leaves the machine."""
    outbox = Outbox(store)
    outbox.goes_to(how.xapi.url if how.xapi else None)
    if how.xapi is None:
        return None
    named = titles(Path(room.project))

    def told() -> Told:
        return Told(room.id, how.address.origin, named, outbox.pseudonyms())

    return Sender(outbox, Lrs(how.xapi), how.xapi.host, told)


def main() -> None:
    """Serve the class whose folder the environment names."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    how = opened(folder)
    store = Store(folder, how.keep_days)
    room = classroom(folder)
    facts = Facts(
        room,
        store,
        how.keep_days,
        lambda name: reset(room, seat_of(room, name)),
        sender_of(room, how, store),
    )
    base = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    # As the hub ends it.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(facts, base, os.environ["JUPYTERHUB_SERVICE_URL"]))


if __name__ == "__main__":
    main()
