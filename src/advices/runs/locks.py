"""Who waits for whom: one command measures at a time, and what is timed runs alone.

The operating system frees a lock with the process that holds it, whatever ended it. Who holds one
writes into its file who that is, so that who waits can say for what.
"""

from __future__ import annotations

import contextlib
import fcntl
import getpass
import hashlib
import os
import shlex
import sys
import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path

from advices.core import Record, Say, Waiting, now, poll, state_folder

# Whoever waits shorter than that need not be told.
_WORTH_SAYING_SECONDS = 1.0
_AT_MOST_BYTES = 4096


class Holder(Record):
    """Who holds a lock: process, account, what it is, and since when."""

    pid: int
    account: str
    program: str
    since: str

    def __str__(self) -> str:
        return f"{self.program} (process {self.pid} of {self.account})"


def locked(file: Path, how: int = fcntl.LOCK_EX) -> int | None:
    """Return the descriptor of `file` locked for us, None when somebody else holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextlib.contextmanager
def measuring(say: Say) -> Iterator[None]:
    """Hold the lock that keeps two runs from taking times at once; wait for it if need be.

    `say` hears for whom, and again when that is another one.
    """
    with _held(state_folder() / "measuring.lock", say, "{} is at work, and one measures at a time"):
        yield


@contextlib.contextmanager
def one_at_a_time(what: str, say: Say) -> Iterator[None]:
    """Let one thread of one process at a time do something that is kept, such as a stand-in."""
    name = f"{hashlib.sha256(what.encode()).hexdigest()[:16]}.lock"
    with _held(state_folder() / "once" / name, say, f"{{}} makes {what}, which is needed here too"):
        yield


@contextlib.contextmanager
def _held(file: Path, say: Say, says: str) -> Iterator[None]:
    """Hold a lock, with our name in its file. Who waits for it is told who has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = locked(file)
    if descriptor is None:
        descriptor = _awaited(file, fcntl.LOCK_EX, every_seconds=0.2, meanwhile=_told(say, says))
    try:
        _write(descriptor, _we().model_dump_json())
        yield
    finally:
        _write(descriptor, "")
        os.close(descriptor)


def _told(say: Say, says: str) -> Callable[[Path, float], None]:
    """Return what says who holds a lock, when it is somebody else than before."""
    last: list[Holder | None] = []

    def tell(file: Path, waited: float) -> None:
        holder = _holder(file)
        # Who has just taken it may not have written yet.
        if holder in last or (holder is None and (last or waited < _WORTH_SAYING_SECONDS)):
            return
        last[:] = [holder]
        say(Waiting(says.format(holder or "another command"), holder.since if holder else ""))

    return tell


def _we() -> Holder:
    return Holder(
        pid=os.getpid(), account=getpass.getuser(), program=_program(), since=now().isoformat()
    )


def _program() -> str:
    """Return in words what this process is."""
    name = Path(sys.argv[0]).name
    if "ipykernel" in name:
        return "a cell or a check of another page or notebook"
    called = "advices" if name in ("__main__.py", "advices") else name
    return f"`{shlex.join([called, *sys.argv[1:]])[:200]}`"


def _holder(file: Path) -> Holder | None:
    """Return who holds a lock, None where nothing is written or only half of it."""
    with contextlib.suppress(OSError, ValueError):
        return Holder.model_validate_json(file.read_bytes()[:_AT_MOST_BYTES])
    return None


def _write(descriptor: int, text: str) -> None:
    """Write into the file of a lock; on a full disk who waits is not told for whom."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)


def _awaited(
    file: Path,
    how: int,
    *,
    every_seconds: float = 0.02,
    meanwhile: Callable[[Path, float], None] = lambda _file, _seconds: None,
) -> int:
    """Return the descriptor of `file` locked for us, as soon as others let go of it."""
    for waited in poll(timeout_seconds=float("inf"), every_seconds=every_seconds):
        descriptor = locked(file, how)
        if descriptor is not None:
            return descriptor
        meanwhile(file, waited)
    raise AssertionError("waiting has no end")


_in_step: ContextVar[bool] = ContextVar("in_step", default=False)


@contextlib.contextmanager
def undisturbed(*, alone: bool, say: Say = lambda _: None) -> Iterator[None]:
    """Run a step beside others, or `alone` in the whole run: labs may be measured two at once.

    Who asks waits in line: a step that wants to be alone lets no further one begin before it. A
    step within a step is a part of that one and waits for nothing. `say` hears of a wait.
    """
    if _in_step.get():
        yield
        return
    state_folder().mkdir(parents=True, exist_ok=True)
    how = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
    begun, told = now(), threading.Event()

    def tell(_: Path, waited: float) -> None:
        if waited >= _WORTH_SAYING_SECONDS and not told.is_set():
            told.set()
            why = "what is timed runs alone" if alone else "something that is timed runs alone now"
            say(Waiting(f"{why}: this begins when the rest has ended", begun.isoformat()))

    line = _awaited(state_folder() / "step.line.lock", fcntl.LOCK_EX, meanwhile=tell)
    try:
        held = _awaited(state_folder() / "step.lock", how, meanwhile=tell)
    finally:
        os.close(line)
    token = _in_step.set(True)
    try:
        yield
    finally:
        _in_step.reset(token)
        os.close(held)
