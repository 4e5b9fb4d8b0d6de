"""Times a class: `python -m benchmarks.classroom 1 3 10` makes one of each size, and removes it.

It prints seconds and bytes a seat, and what an idle engine and all of an idle seat take of memory.
Root only, with an engine that has the image, and no class prepared on this machine.
"""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path

from advices.classroom import (
    FOLDER,
    Asked,
    Classroom,
    Fill,
    Limits,
    bundle_of_this_machine,
    ensure,
    kill_all,
    of_bundle,
    of_engine,
    prepared,
    processes,
    read,
    reset_seat,
    stop,
)
from advices.core import clock, poll, project

LIMITS = Limits(memory_bytes=2 << 30, disk_bytes=4 << 30, processes=1500, cpus=1.0)
IDLE_SECONDS = 5
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.M)


@dataclass(frozen=True)
class Size:
    """What a class of so many seats took: seconds of a clock, bytes of disk and of memory."""

    seats: int
    store_seconds: float
    seats_seconds: float
    stop_seconds: float
    reset_seconds: float
    restart_seconds: float
    store_bytes: int
    seat_bytes: float
    engine_memory_bytes: float
    machine_memory_bytes: float


def measure(seats: int, fill: contextlib.AbstractContextManager[Fill]) -> Size:
    """Return what a class of so many seats takes. It is removed again."""
    asked = Asked(seats=seats, limits=LIMITS, project=project().root)
    began, free, marks = clock(), _available(), list[float]()

    def say(event: object) -> None:
        marks.append(clock())

    try:
        room = prepared(asked, fill, say)
        ready = clock()
        for _ in poll(IDLE_SECONDS):
            pass
        memory = [sum(map(_pss, processes(seat))) for seat in room.seats]
        used = (free - _available()) / seats
        reset = _timed(lambda: reset_seat(room, room.seats[-1]))
        kill_all(room.seats[-1])
        restart = _timed(lambda: ensure(room, room.seats[-1]))
        stored = _bytes(room)
    finally:
        ended = _timed(stop)
    # The first event is that the store is made, the second that it is.
    return Size(
        seats=seats,
        store_seconds=marks[1] - began,
        seats_seconds=(ready - marks[1]) / seats,
        stop_seconds=ended,
        reset_seconds=reset,
        restart_seconds=restart,
        store_bytes=stored[0],
        seat_bytes=stored[1],
        engine_memory_bytes=statistics.fmean(memory),
        machine_memory_bytes=used,
    )


def _timed(do: object) -> float:
    began = clock()
    assert callable(do)
    do()
    return clock() - began


def _bytes(room: Classroom) -> tuple[int, float]:
    disks = [FOLDER / "disks" / f"{seat.name}.img" for seat in room.seats]
    return _stored(FOLDER / "store.img"), statistics.fmean(map(_stored, disks))


def _stored(file: Path) -> int:
    os.sync()
    return file.stat().st_blocks * 512


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8"))
        return int(found[1]) * 1024 if found else 0
    return 0


def _available() -> int:
    found = re.search(r"^MemAvailable:\s+(\d+) kB", Path("/proc/meminfo").read_text("utf-8"), re.M)
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    """Measure the sizes of the command line; `--image NAME` takes one image instead of all."""
    words = sys.argv[1:]
    image = words.pop(words.index("--image") + 1) if "--image" in words else ""
    sizes = [int(word) for word in words if word.isdigit()] or [1, 3]
    assert read() is None, "a class is prepared on this machine: `advices class stop` first"
    print("seats | images s | a seat s | reset s | back s | stop s | store MB | a seat MB | PSS MB")
    with contextlib.ExitStack() as held:
        if image:
            fill = of_engine(image)
        else:
            layout, folder = project(), Path("/var/tmp")
            fill = of_bundle(held.enter_context(bundle_of_this_machine(layout, folder, print)))
        for seats in sizes:
            of = measure(seats, contextlib.nullcontext(fill))
            print(
                f"{of.seats} | {of.store_seconds:.1f} | {of.seats_seconds:.2f} | "
                f"{of.reset_seconds:.2f} | {of.restart_seconds:.2f} | {of.stop_seconds:.1f} | "
                f"{of.store_bytes / 1e6:.0f} | {of.seat_bytes / 1e6:.1f} | "
                f"{of.engine_memory_bytes / 1e6:.0f} (machine {of.machine_memory_bytes / 1e6:.0f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
