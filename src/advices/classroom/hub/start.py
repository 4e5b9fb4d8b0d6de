"""Starts the hub of a prepared class, and ends it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from advices.classroom.hub.address import Address
from advices.classroom.hub.files import FOLDER_VARIABLE, KEEP_DAYS, Opened, classroom, save_opened
from advices.core import (
    ClassSettingInvalid,
    ExtraMissing,
    HubFailed,
    PortTaken,
    ProxyMissing,
    SiteMissing,
    poll,
    run,
)

LOG = "hub.log"
CONFIG = Path(__file__).with_name("jupyterhub_config.py")
START_SECONDS = 90
END_SECONDS = 30
_PROXY = "configurable-http-proxy"
_LINES = 15


def how_opened(
    address: Address,
    project: Path,
    *,
    keep_days: int = KEEP_DAYS,
    extra: Path | None = None,
    hub_port: int = 8081,
    inner_ports: tuple[int, int] = (8001, 8082),
) -> Opened:
    """Return how a class is to be served. `inner_ports` are the proxy's own and the service's.

    Raises ProxyMissing, ExtraMissing without JupyterHub, and ClassSettingInvalid for a file of
    settings that others can write.
    """
    for module in ("jupyterhub", "jupyterhub_idle_culler"):
        if importlib.util.find_spec(module) is None:
            raise ExtraMissing(
                f"this Python has no package {module.replace('_', '-')}",
                why="a class stands on JupyterHub, and requirements/hub.txt brings it",
                next_step="`./run class` installs all of it, or "
                "`pip install --require-hashes -r requirements/hub.txt`",
            )
    if extra is not None:
        _demand_roots_own(extra.resolve())
    proxy_api_port, board_port = inner_ports
    return Opened(
        address=address,
        keep_days=keep_days,
        extra=extra.resolve() if extra else None,
        proxy=proxy_words(project),
        hub_port=hub_port,
        proxy_api_port=proxy_api_port,
        board_port=board_port,
    )


def proxy_words(project: Path) -> tuple[str, ...]:
    """Return the words that start the proxy: the project's own, else the one that is installed.

    Raises ProxyMissing for none, and without Node.
    """
    node = shutil.which("node")
    own = project / ".nox" / "class-proxy" / "node_modules" / _PROXY / "bin" / _PROXY
    found = str(own) if own.is_file() else shutil.which(_PROXY)
    if found is None:
        raise ProxyMissing(f"the program {_PROXY} is not here")
    if node is None:
        raise ProxyMissing(
            "there is no program node",
            why=f"{_PROXY} is here and needs Node to run",
            next_step="install Node, version 20 or later: `./run class` brings one",
        )
    # Node's wheel brings a small program that starts Node: what ended it would leave Node running.
    real = run([node, "-p", "process.execPath"]).stdout.strip()
    return (real, str(Path(found).resolve()))


def _demand_roots_own(file: Path) -> None:
    """Refuse a file of settings that another account could change: root would run it."""
    if not file.is_file():
        raise ClassSettingInvalid(
            f"there is no file {file}",
            why="it is named after --config",
            next_step="check the path",
        )
    for place in (file, *file.parents):
        about = place.stat()
        sticky = bool(about.st_mode & stat.S_ISVTX)
        if about.st_uid not in (0, os.geteuid()) or (about.st_mode & 0o022 and not sticky):
            raise ClassSettingInvalid(
                f"another account can change {place}",
                why="root executes the file that --config names",
                next_step=f"`chown root {place}` and `chmod go-w {place}`, or put the file elsewhere",
            )


@contextlib.contextmanager
def running(folder: Path, how: Opened) -> Iterator[subprocess.Popen[bytes]]:
    """Run the hub until the block ends; the servers of learners go on.

    Raises SiteMissing, PortTaken when something listens where the hub would, HubFailed when the hub
    ends or does not answer.
    """
    room = classroom(folder)
    if not (room.project / "site" / "index.html").is_file():
        raise SiteMissing(f"{room.project / 'site'} holds no site")
    if is_running(folder):
        raise PortTaken(
            "this class is started already",
            why=f"its hub runs, with the log {folder / LOG}",
            next_step="go on with it, or end it with Ctrl-C where it was started",
        )
    # A hub that was killed left its proxy.
    end(folder)
    _demand_free(how)
    save_opened(folder, how)
    log = os.open(folder / LOG, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    env = {**os.environ, FOLDER_VARIABLE: str(folder)}
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)],
            **{"cwd": folder, "env": env, "stdin": subprocess.DEVNULL},
            **{"stdout": log, "stderr": log, "start_new_session": True},
        )
    finally:
        os.close(log)
    try:
        _await(process, folder, how)
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        process.kill()
        process.wait()


def _demand_free(how: Opened) -> None:
    address = how.address
    for at, port, what in (
        (address.listens_at, address.port, "the class"),
        ("127.0.0.1", how.hub_port, "the hub"),
        ("127.0.0.1", how.board_port, "the trainer's page"),
    ):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((at, port))
            except OSError:
                raise PortTaken(f"port {port}, which {what} needs, is in use") from None


def _await(process: subprocess.Popen[bytes], folder: Path, how: Opened) -> None:
    """Wait until the hub answers and says that it started. Raises HubFailed."""
    for _ in poll(START_SECONDS, 0.2):
        if process.poll() is not None:
            raise HubFailed(
                f"{_last_lines(folder)}\nthe hub ended with exit code {process.returncode}"
            )
        if answers(how):
            return
    raise HubFailed(
        f"{_last_lines(folder)}\nthe hub did not answer within {START_SECONDS} seconds",
    )


def answers(how: Opened) -> bool:
    """Return whether proxy and hub answer to who comes by the address of the class."""
    address = how.address
    # Through the proxy; on this machine, where a name below localhost may resolve to nothing.
    url = f"http://127.0.0.1:{how.hub_port}/hub/health"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with contextlib.suppress(OSError):
        opener.open(url, timeout=5).close()
        with socket.create_connection(("127.0.0.1", address.port), timeout=5):
            pass
        with socket.create_connection(("127.0.0.1", how.board_port), timeout=5):
            return True
    return False


def is_running(folder: Path) -> bool:
    """Return whether the hub of a class runs."""
    return _pid(folder / "hub.pid", "jupyterhub") is not None


def end(folder: Path) -> None:
    """End the hub of a class and its proxy, if they run; what stops a class calls this first."""
    for name, word in (("hub.pid", "jupyterhub"), ("proxy.pid", _PROXY)):
        if (pid := _pid(folder / name, word)) is None:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            for _ in poll(END_SECONDS, 0.1):
                if _pid(folder / name, word) is None:
                    break
            else:
                os.kill(pid, signal.SIGKILL)


def _pid(file: Path, word: str) -> int | None:
    """Return the process that a file names, None if it ended or is another program by now."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int(file.read_text("utf-8").split()[0])
        if word.encode() in Path(f"/proc/{pid}/cmdline").read_bytes():
            return pid
    return None


def _last_lines(folder: Path) -> str:
    text = (folder / LOG).read_text("utf-8", errors="replace")
    return "\n".join(text.splitlines()[-_LINES:])
