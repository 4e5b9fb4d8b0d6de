"""Processes that another one started: found, and told to end."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from pathlib import Path


def group_of(pid: int) -> int | None:
    """Return the group of a process, None when it is gone."""
    with contextlib.suppress(OSError):
        return os.getpgid(pid)
    return None


def started_by(pid: int) -> list[int]:
    """Return the processes of its own group that one started, and those that these did.

    Others are daemons, or lead a group that somebody else ends. Without Linux it is none.
    """
    found: list[int] = []
    with contextlib.suppress(OSError):
        group = os.getpgid(pid)
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (task / "children").read_text("utf-8").split()):
                if os.getpgid(child) == group:
                    found += [child, *started_by(child)]
    return found


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Send a signal to each process that is there and that we may tell."""
    for pid in pids:
        # What root runs through sudo is ended by sudo.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)
