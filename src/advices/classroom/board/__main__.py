"""Runs the service: `python -m advices.classroom.board`, as the hub does."""

from __future__ import annotations

import asyncio
import contextlib
import os
from pathlib import Path

from advices.classroom.board.facts import Facts
from advices.classroom.board.server import serve
from advices.classroom.entering import kill_all
from advices.classroom.hub.files import FOLDER_VARIABLE, classroom, opened
from advices.classroom.progress.store import Store
from advices.classroom.resetting import reset
from advices.classroom.sending.rest import sender_of
from advices.classroom.stored import seat_of


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
        lambda name: kill_all(seat_of(room, name)),
    )
    base = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
    # As the hub ends it.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(facts, base, os.environ["JUPYTERHUB_SERVICE_URL"]))


if __name__ == "__main__":
    main()
