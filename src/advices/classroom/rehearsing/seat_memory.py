"""How much memory the processes of a seat use."""

from __future__ import annotations

import contextlib
from pathlib import Path

from advices.classroom.entering import processes
from advices.classroom.records import Seat


def memory_bytes(seat: Seat, proc: Path = Path("/proc")) -> int:
    """Return the memory of all processes of a seat: a page that several share counts once (PSS)."""
    return sum(_pss(proc / str(pid)) for pid in _processes(seat, proc))


def _processes(seat: Seat, proc: Path) -> set[int]:
    """Return the processes in the seat's control group, and of its account."""
    found = processes(seat)
    for folder in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == seat.uid:
                found.add(int(folder.name))
    return found


def _pss(folder: Path) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in (folder / "smaps_rollup").read_text("utf-8").splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    # It ended meanwhile.
    return 0
