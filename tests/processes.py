"""The processes of this machine, as far as tests of faults look at them."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from advices.core.process import poll


@dataclass(frozen=True)
class Process:
    """A process: its number, who started it, its words, its folder and its environment."""

    pid: int
    parent: int
    command: str
    folder: Path
    environment: frozenset[str]

    def kill(self) -> None:
        """Kill it, unless it is gone already."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


def processes() -> Iterator[Process]:
    """Yield every process that runs at this moment; one that ended and was not reaped is none."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (entry / "stat").read_text("utf-8").rpartition(")")[2].split()[:2]
            words, variables = (
                (entry / name).read_bytes().decode("utf-8", "replace").split("\0")
                for name in ("cmdline", "environ")
            )
            folder = (entry / "cwd").resolve()
        except OSError:
            continue
        if state != "Z":
            command = " ".join(words).strip()
            yield Process(int(entry.name), int(parent), command, folder, frozenset(variables))


def named(words: str, folder: Path | None = None) -> list[Process]:
    """Return the processes that are called by `words`, those in `folder` only if given.

    Not those that only pass the words on: docker's command, or `sh -c`.
    """
    return [
        process
        for process in processes()
        if words in process.command
        and "buildx" not in process.command
        and " -c " not in process.command
        and (folder is None or folder in process.folder.parents)
    ]


def end(words: str) -> None:
    """End what a build of a killed engine or client still runs; the engine has no more hold."""
    for process in named(words):
        process.kill()


def wait(condition: Callable[[], object]) -> None:
    """Return as soon as a condition holds."""
    assert any(condition() for _ in poll(120, every_seconds=0.05)), "it never came to that"
