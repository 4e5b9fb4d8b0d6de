"""Installs and starts an engine on Debian or Ubuntu, where none answers; stops only that one."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
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
from advices.engine import client, connection

LOG = Path("/var/log/docker-advices/dockerd.log")
STATE = Path("/var/lib/docker-advices/engine.json")
# Debian 12 ships an engine without buildx; Debian 13's packages need nothing newer than its
# libc. Only these may come from there.
_FROM_TRIXIE = ("docker.io", "docker-cli", "docker-buildx", "containerd")
PID_FILE = Path("/var/run/docker.pid")
SYSTEMD = Path("/run/systemd/system")
_SILENT_SECONDS = 5
_START_SECONDS = 60
# apt-get waits for dpkg's lock, and ends with an error where another updates its lists.
_APT_LOCK = Path("/run/docker-advices-apt.lock")
Say = Callable[[str], None]


@dataclass(frozen=True)
class System:
    """What /etc/os-release says: `id` such as debian, `codename` such as bookworm."""

    id: str
    codename: str
    like: str

    @property
    def has_apt(self) -> bool:
        """Return whether packages are Debian's."""
        return "debian" in (self.id, *self.like.split()) and shutil.which("apt-get") is not None


def system(file: Path = Path("/etc/os-release")) -> System:
    """Return this machine's distribution; empty words where there is no such file."""
    values: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in file.read_text("utf-8").splitlines():
            key, _, value = line.partition("=")
            values[key] = value.strip("\"'")
    return System(
        values.get("ID", ""), values.get("VERSION_CODENAME", ""), values.get("ID_LIKE", "")
    )


def _allowed(question: str) -> None:
    """Return when we may change this machine: as root, or after a yes on a terminal."""
    if os.geteuid() == 0:
        return
    if sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes"):
        return
    raise InstallRefused(
        f"{question} That needs a yes on a terminal, or root",
        why="this user is not root and nobody said yes",
        next_step="run the command as root, or install docker.io and docker-buildx yourself",
    )


def install_packages(packages: tuple[str, ...], *, because: str) -> None:
    """Install Debian packages. Raises InstallRefused or CommandFailed."""
    if not system().has_apt:
        raise InstallRefused(
            f"{', '.join(packages)} must be installed: {because}",
            why="only Debian and Ubuntu packages can be installed by this command",
            next_step="install it with this system's own tools",
        )
    _allowed(f"Install {', '.join(packages)} ({because})?")
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *packages)


def _apt(*words: str) -> None:
    argv = ["env", "DEBIAN_FRONTEND=noninteractive", "flock", str(_APT_LOCK)]
    argv += ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    run(as_root([*argv, *words]), timeout_seconds=1800)


def _write_as_root(file: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as source:
        source.write(text)
        source.flush()
        run(as_root(["install", "-D", "-m", "0644", source.name, file]))


def pin_trixie(mirror: str) -> dict[str, str]:
    """Return the apt files, by path, that let only the engine come from Debian 13."""
    return {
        "/etc/apt/sources.list.d/docker-advices-trixie.sources": (
            "Types: deb\n"
            f"URIs: {mirror}\n"
            "Suites: trixie\n"
            "Components: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        ),
        "/etc/apt/preferences.d/docker-advices-trixie": (
            "Package: *\nPin: release n=trixie\nPin-Priority: -1\n\n"
            f"Package: {' '.join(_FROM_TRIXIE)}\nPin: release n=trixie\nPin-Priority: 600\n"
        ),
    }


def _mirror(codename: str) -> str:
    """Return the mirror that this machine's own apt sources use."""
    listed = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"]
    ).stdout
    for line in listed.splitlines():
        uri, _, name = line.partition(" ")
        if name == codename:
            return uri
    raise EngineMissing(f"apt has no source for {codename}", why="its sources were changed")


def install_engine(say: Say) -> None:
    """Install Docker and buildx from the distribution. Raises EngineMissing, InstallRefused."""
    here = system()
    if not here.has_apt:
        raise EngineMissing(
            "no Docker engine answers, and this system's packages are not Debian's",
            why="only on Debian and Ubuntu can this command install one",
            next_step="install Docker Engine 24 or newer with buildx (Docker Desktop has both), "
            "start it, and run the same command again",
        )
    _allowed("Install Docker and buildx from the distribution's packages?")
    say("installing Docker and buildx from the distribution's packages")
    _apt("update")
    if here.codename == "bookworm":
        for file, text in pin_trixie(_mirror(here.codename)).items():
            _write_as_root(file, text)
        _apt("update")
    # git is named by docker.io's recommendations and used by builds from repositories only.
    _apt("install", "--yes", "--no-install-recommends", "docker.io", "docker-cli", "docker-buildx")


def ensure_engine(say: Say) -> None:
    """Return when an engine with buildx answers; install and start one where it may.

    Raises EngineMissing when the address is somebody else's and does not answer there.
    """
    if connection.answers():
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
    _allowed("Start the Docker engine (dockerd)?")
    if SYSTEMD.exists() and _service_started():
        return
    if os.geteuid() != 0:
        raise InstallRefused(
            "dockerd must be started by root",
            why="this machine has no service manager that starts it for others",
            next_step="run `advices engine start` as root",
        )
    # Of an engine that was killed; dockerd does not start when its number is another process's.
    PID_FILE.unlink(missing_ok=True)
    pid = spawn_daemon([daemon], LOG)
    STATE.parent.mkdir(parents=True, exist_ok=True)
    STATE.write_text(json.dumps({"pid": pid, "started_ticks": _started_ticks(pid)}), "utf-8")
    if not _came_up(_START_SECONDS):
        raise EngineMissing(
            f"dockerd was started and did not answer within {_START_SECONDS} s",
            why=_last_error(),
            next_step=f"read its log: {LOG}",
        )
    say(f"started the Docker engine; its log is {LOG}")


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
        f"the service `docker` was started and did not answer within {_START_SECONDS} s",
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
    if not runs or _is_zombie(pid):
        return
    say(f"a Docker engine runs (process {pid}) and does not answer yet: waiting for it")
    if not _came_up(_START_SECONDS):
        _stop_if_forbidden()
        raise EngineMissing(
            f"a Docker engine runs (process {pid}) and does not answer at {connection.address()}",
            why="it hangs, it is still starting, or it listens elsewhere",
            next_step="read its log, or restart it; if it listens elsewhere set DOCKER_HOST",
        )


def _last_error() -> str:
    with contextlib.suppress(OSError):
        lines = [x for x in LOG.read_text("utf-8", "replace").splitlines() if x.strip()]
        return lines[-1] if lines else "its log is empty"
    return "it has no log"


def _started_ticks(pid: int) -> str | None:
    """Return when a process started, in ticks since boot: with its id this names it for good."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return None
    return stat.rpartition(")")[2].split()[19]


def own_engine_pid() -> int | None:
    """Return the process id of the running engine that we started, None if there is none."""
    try:
        state = json.loads(STATE.read_text("utf-8"))
        pid, ticks = int(state["pid"]), state["started_ticks"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if ticks is not None and _started_ticks(pid) == ticks else None


def stop_engine(say: Say) -> bool:
    """Stop the engine that we started and return whether there was one."""
    pid = own_engine_pid()
    if pid is None:
        STATE.unlink(missing_ok=True)
        return False
    run(["kill", "-TERM", str(pid)])
    for _ in poll(60, every_seconds=0.1):
        if own_engine_pid() is None or _is_zombie(pid):
            break
    else:
        raise CommandFailed(
            f"the engine (process {pid}) did not end within 60 s", next_step=f"read {LOG}"
        )
    STATE.unlink(missing_ok=True)
    say("stopped the engine")
    return True


def _is_zombie(pid: int) -> bool:
    with contextlib.suppress(OSError, IndexError):
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
        return stat.rpartition(")")[2].split()[0] == "Z"
    return True
