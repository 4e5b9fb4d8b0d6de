"""Starts an engine where none answers, installed if need be; stops only that one."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from advices.core import (
    CommandFailed,
    EngineMissing,
    InstallRefused,
    as_root,
    poll,
    run,
    spawn_daemon,
)
from advices.engine import client, connection, own_engine
from advices.engine.apt import allowed, install_engine

PID_FILE = Path("/var/run/docker.pid")
SYSTEMD = Path("/run/systemd/system")
_SILENT_SECONDS = 5
_START_SECONDS = 60
Say = Callable[[str], None]


def ensure_engine(say: Say) -> None:
    """Return when an engine with buildx answers; install and start one where it may.

    Raises EngineMissing when the address is somebody else's and does not answer there, and
    EngineUnsuitable when Podman does.
    """
    if connection.answers():
        client.connect()  # raises where no Docker engine is what answers
        if client.buildx_version():
            return
    else:
        _stop_if_forbidden()
    if not connection.is_default_socket():
        client.connect()  # raises with the cause unless it answers, and then only buildx lacks
        raise EngineMissing("buildx is not installed", next_step="install the docker-buildx plugin")
    if not _daemon() or not client.buildx_version():
        install_engine(say)
    if not _came_up(_SILENT_SECONDS):
        _stop_if_silent(say)
    if not connection.answers():
        _start(say)


def _stop_if_forbidden() -> None:
    """Raise EngineForbidden where an engine runs that this user may not use."""
    with contextlib.suppress(EngineMissing):
        client.connect()


def _daemon() -> str | None:
    return shutil.which("dockerd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def _came_up(seconds: float) -> bool:
    return any(connection.answers() for _ in poll(seconds, every_seconds=0.25))


def _start(say: Say) -> None:
    daemon = _daemon()
    if daemon is None:
        raise EngineMissing("dockerd is not installed", why="the package docker.io has no dockerd")
    allowed("Start the Docker engine (dockerd)?")
    if SYSTEMD.exists() and _service_started():
        return
    if os.geteuid() != 0:
        raise InstallRefused(
            "only root can start dockerd",
            why="this machine has no service manager that could start it for other users",
            next_step="run `advices engine start` as root",
        )
    # Of an engine that was killed; dockerd does not start when its number is another process's.
    PID_FILE.unlink(missing_ok=True)
    own_engine.note_start(spawn_daemon([daemon], own_engine.LOG))
    if not _came_up(_START_SECONDS):
        raise EngineMissing(
            f"dockerd started but did not answer within {_START_SECONDS} s",
            why=own_engine.last_words(),
            next_step=f"read its log: {own_engine.LOG}",
        )
    say(f"started the Docker engine; its log is {own_engine.LOG}")


def _service_started() -> bool:
    """Return whether the service manager knows the engine and started it. Raises EngineMissing."""
    # 5: there is no such unit.
    done = run(as_root(["systemctl", "start", "docker"]), accept=frozenset({0, 5}))
    if done.exit_code != 0:
        return False
    if _came_up(_START_SECONDS):
        return True
    _stop_if_forbidden()
    raise EngineMissing(
        f"the service `docker` started but did not answer within {_START_SECONDS} s",
        why="the service ended, or is slow to start",
        next_step="read its log: `journalctl --unit docker`",
    )


def _stop_if_silent(say: Say) -> None:
    """Raise EngineMissing where dockerd runs and does not answer: a second one would harm it."""
    try:
        pid = int(PID_FILE.read_text("utf-8"))
        runs = Path(f"/proc/{pid}/comm").read_text("utf-8").strip() == "dockerd"
    except (OSError, ValueError):
        return
    if not runs or own_engine.is_zombie(pid):
        return
    say(f"a Docker engine runs (process {pid}) but does not answer yet: waiting for it")
    if not _came_up(_START_SECONDS):
        _stop_if_forbidden()
        raise EngineMissing(
            f"a Docker engine runs (process {pid}) but does not answer at {connection.address()}",
            why="it hangs, it is still starting, or it listens elsewhere",
            next_step="read its log, or restart it; if it listens elsewhere set DOCKER_HOST",
        )


def stop_engine(say: Say) -> bool:
    """Stop the engine that we started and return whether there was one."""
    pid = own_engine.running_pid()
    if pid is None:
        own_engine.forget()
        return False
    run(["kill", "-TERM", str(pid)])
    for _ in poll(60, every_seconds=0.1):
        if own_engine.running_pid() is None:
            break
    else:
        raise CommandFailed(
            f"the engine (process {pid}) did not end within 60 s",
            next_step=f"read {own_engine.LOG}",
        )
    own_engine.forget()
    say("stopped the engine")
    return True
