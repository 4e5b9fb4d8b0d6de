"""Starts the hub of a prepared class, and ends it."""

from __future__ import annotations

import contextlib
import http
import importlib.util
import os
import shutil
import signal
import socket
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from advices.classroom.hub.address import Address, board_url
from advices.classroom.hub.files import (
    DATABASE,
    FOLDER_VARIABLE,
    Opened,
    classroom,
    demand_roots_own,
    save_opened,
)
from advices.classroom.sending.destination import Destination
from advices.core import (
    KEEP_DAYS,
    ExtraMissing,
    HubFailed,
    PortTaken,
    ProxyMissing,
    SiteMissing,
    poll,
    run,
    spawn_daemon,
)

LOG = "hub.log"
CONFIG = Path(__file__).with_name("jupyterhub_config.py")
START_SECONDS = 90
END_SECONDS = 30
_FREE_SECONDS = 10
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
    xapi: Destination | None = None,
) -> Opened:
    """Return how a class is to be served. `inner_ports` are the proxy's own and the service's.

    `xapi` is where progress is sent to as well.

    Raises ProxyMissing, ExtraMissing without JupyterHub, and ClassSettingInvalid for a file of
    settings that others can write.
    """
    for module in ("jupyterhub", "jupyterhub_idle_culler"):
        if importlib.util.find_spec(module) is None:
            raise ExtraMissing(
                f"this Python has no package {module.replace('_', '-')}",
                why="a class is a JupyterHub, and requirements/hub.txt brings it",
                next_step="`./run class` installs all of it, or "
                "`pip install --require-hashes -r requirements/hub.txt`",
            )
    if extra is not None:
        demand_roots_own(extra.resolve())
    proxy_api_port, board_port = inner_ports
    return Opened(
        address=address,
        keep_days=keep_days,
        extra=extra.resolve() if extra else None,
        proxy=proxy_words(project),
        hub_port=hub_port,
        proxy_api_port=proxy_api_port,
        board_port=board_port,
        xapi=xapi,
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


@contextlib.contextmanager
def running(folder: Path, how: Opened) -> Iterator[Hub]:
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
    # A hub that was killed left its proxy, and its service needs a moment to hear of it.
    was_killed = (folder / "hub.pid").is_file()
    end(folder)
    for _ in poll(_FREE_SECONDS if was_killed else 0):
        if _taken(how) is None:
            break
    if fault := _taken(how):
        raise fault
    save_opened(folder, how)
    # Nobody else may read them: the log names learners, the database has the hashes of tokens.
    for name in (LOG, DATABASE):
        os.close(os.open(folder / name, os.O_CREAT | os.O_WRONLY, 0o600))
    words = [sys.executable, "-m", "jupyterhub", "-f", str(CONFIG)]
    hub = Hub(spawn_daemon(words, folder / LOG, {FOLDER_VARIABLE: str(folder)}))
    try:
        _await(hub, folder, how)
        yield hub
    finally:
        hub.end()


@dataclass(frozen=True)
class Hub:
    """The process of a hub that this one started."""

    pid: int

    def runs(self) -> bool:
        """Return whether it has not ended."""
        try:
            return os.waitpid(self.pid, os.WNOHANG) == (0, 0)
        except ChildProcessError:
            return False

    def wait(self, timeout_seconds: float = float("inf")) -> None:
        """Return when it has ended, or the time is over."""
        for _ in poll(timeout_seconds, 0.2):
            if not self.runs():
                return

    def end(self) -> None:
        """Let it end, with its proxy and its services."""
        for sign in (signal.SIGTERM, signal.SIGKILL):
            if self.runs():
                os.kill(self.pid, sign)
                self.wait(END_SECONDS)


def _taken(how: Opened) -> PortTaken | None:
    """Return the fault of the first port that is in use, None when all are free."""
    address = how.address
    for at, port, what, option in (
        (address.listens_at, address.port, "the class", "--address"),
        ("127.0.0.1", how.hub_port, "the hub", ""),
        ("127.0.0.1", how.proxy_api_port, "the hub's proxy", ""),
        ("127.0.0.1", how.board_port, "the trainer's page", "--trainer-port"),
    ):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((at, port))
            except OSError:
                other = f", or choose another port: `{option}`" if option else ""
                return PortTaken(
                    f"port {port}, which {what} needs, is in use",
                    next_step=f"stop that program and run the same command again{other}",
                )
    return None


def _await(hub: Hub, folder: Path, how: Opened) -> None:
    """Wait until the hub answers and says that it started. Raises HubFailed."""
    for _ in poll(START_SECONDS, 0.2):
        if not hub.runs():
            raise HubFailed(f"{_last_lines(folder)}\nthe hub ended")
        if answers(how):
            return
    said = _last_lines(folder)
    raise HubFailed(f"{said}\nthe hub did not answer within {START_SECONDS} seconds")


def answers(how: Opened) -> bool:
    """Return whether the hub and the trainer's page answer through the proxy, as browsers ask."""
    page = urlsplit(board_url(how.address))
    return (
        _status(how, how.address.host, "/hub/health") == http.HTTPStatus.OK
        # It knows nobody without a token, and says so.
        and _status(how, page.hostname or "", f"{page.path}seat/mine") == http.HTTPStatus.FORBIDDEN
    )


def lets_in_by_code(how: Opened) -> bool:
    """Return whether a code lets learners in; the trainer's file may have set another way.

    The hub that runs says so to laptops, which come by the code alone.
    """
    return _status(how, how.address.host, "/hub/class/join") != http.HTTPStatus.FORBIDDEN


def _status(how: Opened, host: str, path: str) -> int:
    """Return the status of an address of this machine under the name of a host, 0 for no answer."""
    # What a name below localhost resolves to differs, and a certificate names no number.
    request = urllib.request.Request(
        f"{how.address.scheme}://127.0.0.1:{how.address.port}{path}",
        headers={"Host": f"{host}:{how.address.port}"},
    )
    unverified = ssl.create_default_context()
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=unverified)
    )
    try:
        with opener.open(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


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
