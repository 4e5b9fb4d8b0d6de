"""The engine that `advices engine start` started: which process it is, and how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path

from advices.engine import connection

LOG = Path("/var/log/docker-advices/dockerd.log")
STATE = Path("/var/lib/docker-advices/engine.json")
_LOG_TAIL_BYTES = 2_000_000
# How Go's runtime begins to say why it ends a program; thousands of lines may follow.
_CRASH = re.compile(r"(panic|fatal error|runtime|SIG[A-Z]+): ")


def note_start(pid: int) -> None:
    """Keep which process our engine is."""
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(json.dumps({"pid": pid, "started_ticks": _started_ticks(pid)}), "utf-8")


def forget() -> None:
    """Keep no engine as ours."""
    STATE.unlink(missing_ok=True)


def running_pid() -> int | None:
    """Return the process id of the running engine that we started, None if there is none."""
    found = _noted()
    if found is None or found[1] is None:
        return None
    pid, ticks = found
    return pid if _started_ticks(pid) == ticks and not is_zombie(pid) else None


def is_in_use() -> bool:
    """Return whether the engine in use is the one that we started, at its own socket.

    Who sets DOCKER_HOST or a context has chosen an engine, wherever that leads: it is theirs.
    """
    chosen = os.environ.get("DOCKER_HOST") or connection.context_name() != "default"
    return not chosen and running_pid() is not None


def how_it_ended() -> str:
    """Return that the engine we started has ended, and what its log says last.

    Returns "" where we started none, it still runs, or another engine is looked for.
    """
    found = _noted()
    if found is None or running_pid() is not None or not connection.is_default_socket():
        return ""
    return f"the engine that we started (process {found[0]}) has ended: {last_words()}"


def last_words() -> str:
    """Return the line of our engine's log that says why it ended, else its last line."""
    try:
        with LOG.open("rb") as file:
            file.seek(max(0, LOG.stat().st_size - _LOG_TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return f"its log {LOG} cannot be read"
    said = [line for line in lines if line.strip()]
    return next(filter(_CRASH.match, reversed(said)), said[-1]) if said else "its log is empty"


def is_zombie(pid: int) -> bool:
    """Return whether a process has ended, reaped by its parent or not."""
    with contextlib.suppress(OSError, IndexError):
        return _stat(pid)[0] == "Z"
    return True


def _noted() -> tuple[int, str | None] | None:
    try:
        state = json.loads(STATE.read_text("utf-8"))
        return int(state["pid"]), state["started_ticks"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _started_ticks(pid: int) -> str | None:
    """Return when a process started, in ticks since boot: with its id this names it for good."""
    with contextlib.suppress(OSError, IndexError):
        return _stat(pid)[19]
    return None


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/<pid>/stat behind the name, as proc(5) numbers them from 3."""
    return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
