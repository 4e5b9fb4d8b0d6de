"""How `./run tests` runs its jobs: side by side, ended together, each with its seconds.

Nox starts each job in a process group of its own, prints its output whole when it ends, and fails
when one of them did. It runs in .venv, so this module may import nothing but nox.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import nox
from nox import _parallel

# What a program gets to end by itself, as containers are removed and fixtures taken down: after
# Ctrl-C, which it hears too, until it is sent SIGTERM, and from then on.
INTERRUPT_SECONDS, END_SECONDS = 10, 60


def run(session: nox.Session, *words: str, **how: Any) -> None:
    """Run a program of a job. Interrupted, it may end by itself; Nox would kill it at once."""
    session.run(*words, interrupt_timeout=INTERRUPT_SECONDS, terminate_timeout=END_SECONDS, **how)


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM end a job, and all that it started, as Ctrl-C does. Nox would just die of it."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def side_by_side(count: int, report: Path, note: str = "") -> None:
    """Run the chosen jobs `count` at a time, and print at the end what each took, and a note."""
    nox.options.parallel = count
    nox.options.allow_parallel = True
    nox.options.report = str(report)
    # Nox kills a group after two seconds, which would leave containers behind.
    assert hasattr(_parallel, "_TERMINATE_TIMEOUT")
    _parallel._TERMINATE_TIMEOUT = END_SECONDS + 15
    report.parent.mkdir(exist_ok=True)
    report.unlink(missing_ok=True)
    atexit.register(_print_seconds, report, time.monotonic(), note)


def _print_seconds(report: Path, since: float, note: str) -> None:
    # An interrupted run writes no report.
    with contextlib.suppress(FileNotFoundError):
        jobs = json.loads(report.read_text("utf-8"))["sessions"]
        notes = ("", note) if note else ()
        print("", *table(jobs, time.monotonic() - since), *notes, sep="\n", flush=True)


def table(jobs: Sequence[Mapping[str, Any]], all_seconds: float) -> list[str]:
    """Return a line for each job of nox's report, and one for all of them with the wall seconds."""
    rows = [("job", "seconds", "")]
    for job in jobs:
        if job["name"] != "tests":  # that is all of them
            ended = job["reason"] or job["result"]
            rows.append((job["name"], f"{job['duration']:.0f}", ended))
    rows.append(("all, side by side", f"{all_seconds:.0f}", ""))
    name, seconds = (max(len(row[at]) for row in rows) for at in (0, 1))
    return [f"{row[0]:<{name}}  {row[1]:>{seconds}}  {row[2]}".rstrip() for row in rows]


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Let one job at a time do what follows; the lock ends with the process that holds it."""
    file.parent.mkdir(exist_ok=True)
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
