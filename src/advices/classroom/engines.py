"""The rootless engine of a seat: started by Docker's own script, in the seat, as its account."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from functools import partial
from pathlib import Path

from advices.classroom import network, rootless, seats
from advices.classroom.entering import inside
from advices.classroom.keeping import keeper
from advices.classroom.records import Classroom, Seat
from advices.core import CommandFailed, EngineMissing, poll, run

_UP_SECONDS = 60
_END_SECONDS = 30


def ensure(classroom: Classroom, seat: Seat) -> None:
    """Return when a seat is up and its engine answers; what is missing is brought up.

    Raises CommandFailed, EngineMissing.
    """
    keeper().settle()
    network.keep_rules(classroom)
    if not seats.is_up(seat):
        seats.make(classroom, seat)
        seats.bring_up(classroom, seat)
    if not answers(seat):
        _start(classroom, seat)


def answers(seat: Seat) -> bool:
    """Return whether the engine of a seat answers."""
    first = seats.first(seat)
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(5)
        # Only in the seat's own view its socket is at its place.
        asked.connect(f"/proc/{first}/root{seat.socket}")
        asked.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
        return b" 200 " in asked.recv(100)
    return False


def _start(classroom: Classroom, seat: Seat) -> None:
    keeps, words = keeper(), rootless.words(seat)
    enter = partial(inside, classroom, seat, clean=True)
    keeps.await_engine(seat, enter)
    if answers(seat):
        return
    keeps.end_engine(seat, enter)
    _end(seat)
    keeps.begin_engine(seat, enter, words, seats.LOGS / f"{seat.name}-engine.log")
    for waited in poll(_UP_SECONDS):
        if answers(seat):
            return
        if waited > 2 and not _pids(seat):
            break
    raise EngineMissing(
        f"the engine of {seat.name} does not answer: {_last_line(classroom, seat)}",
        why="its last line is above",
        next_step=f"`advices class reset {seat.name}` makes the seat again; {rootless.log(seat)} "
        "in it has more",
    )


def _last_line(classroom: Classroom, seat: Seat) -> str:
    with contextlib.suppress(CommandFailed):
        log = str(rootless.log(seat))
        printed = run(inside(classroom, seat, ["tail", "-n", "1", log], clean=True)).stdout
        return printed.strip() or "its log is empty"
    return "it has no log"


def stop(seat: Seat) -> None:
    """Let a seat's engine end by itself, so that all it stores is whole. Raises CommandFailed."""
    _end(seat, signal.SIGTERM)


def _end(seat: Seat, sign: signal.Signals = signal.SIGKILL) -> None:
    """End the engine of a seat and what carries it, and return when they are gone."""
    for pid in _pids(seat, "dockerd"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
    for waited in poll(_END_SECONDS):
        left = _pids(seat)
        if not left:
            return
        if sign == signal.SIGKILL and waited > 1:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    raise CommandFailed(
        f"the engine of {seat.name} does not end",
        why="it waits for a container or a disk",
        next_step=f"`advices class reset {seat.name}` ends all that runs in the seat",
    )


def _pids(seat: Seat, *names: str) -> list[int]:
    """Return the processes of a seat that are its engine, or that carry one."""
    wanted = names or ("dockerd", "rootlesskit", "slirp4netns", "exe")
    found = []
    for pid in keeper().processes(seat):
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text("utf-8").strip() in wanted:
                found.append(pid)
    return found
