"""Servers of learners that the hub does not know any more."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

from advices.classroom.keeping import keeper
from advices.classroom.records import Seat
from advices.core import CommandFailed, poll

_MODULE = b"jupyterhub.singleuser"
_END_SECONDS = 10


def end_left(seat: Seat) -> None:
    """End a server that a hub left in a seat; the hub has no server there.

    One that was killed while it started a server knows nothing of it when it is there again, and
    that server has the port. Raises CommandFailed where it stays.
    """
    for sign in (signal.SIGTERM, signal.SIGKILL):
        for pid in _pids(seat):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)
        for _ in poll(_END_SECONDS):
            if not _pids(seat):
                return
    raise CommandFailed(
        f"a server of before does not end in {seat.name}",
        why="the kernel does not end it, or a process of the seat starts it again and again",
        next_step=f"`advices class reset {seat.name}` makes the seat again",
    )


def _pids(seat: Seat) -> list[int]:
    found = []
    for pid in keeper().processes(seat):
        with contextlib.suppress(OSError):
            if _MODULE in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                found.append(pid)
    return found
