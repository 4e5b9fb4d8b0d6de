"""pip in builds: straight out, through a caching index on the host, or from the shelf.

A build does not know the host's private CA nor its index settings. Where the host has any,
builds reach a caching index (proxpi) on the engine's bridge over plain HTTP, and the host's
own settings fetch for it. The index lives as long as any run needs it: each run holds a
shared lock, and the one that can take the lock alone at its end stops the index.

Where packages were prefetched and the host's pip reaches no index, builds take them from the
shelf, which a container of ours serves.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

from advices.core import (
    AdvicesError,
    BaseUnavailable,
    CommandFailed,
    PortTaken,
    cache_folder,
    poll,
    run,
    spawn_daemon,
    state_folder,
)
from advices.engine import Engine
from advices.packages import shelf, shelf_server

PORT = 5081
_CA_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_INDEX_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_PROXY", "PIP_CLIENT_CERT")
WAY_VARIABLE = "ADVICES_INDEX_WAY"
Way = Literal["direct", "host", "shelf"]
_SETTINGS = ("cert", "index-url", "extra-index-url", "proxy", "client-cert")


def host_settings() -> tuple[str, ...]:
    """Return the names of this host's CA and index settings; empty means straight out."""
    found = [name for name in (*_CA_VARIABLES, *_INDEX_VARIABLES) if os.environ.get(name)]
    return (*found, *_pip_settings())


def _pip_settings() -> tuple[str, ...]:
    """Return the names of the settings in pip's files that builds would need as well."""
    names = (name for name in _configured() if not name.startswith(":env:"))
    return tuple(f"pip's {name}" for name in names if name.rpartition(".")[2] in _SETTINGS)


def _configured() -> Mapping[str, str]:
    """Return pip's settings."""
    return _read(os.environ.get("PIP_CONFIG_FILE"))


@functools.cache
def _read(_file: str | None) -> Mapping[str, str]:
    """Return pip's settings. Read once a file: pip takes a quarter of a second to tell them."""
    try:
        lines = run([sys.executable, "-m", "pip", "config", "list"]).stdout.splitlines()
    except CommandFailed:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip("\"'") for name, _, value in pairs}


def way() -> Way:
    """Return how builds reach packages. Decided once; kernels inherit it.

    The shelf is taken only where the network is not: what it holds is less than an index.
    """
    ways: tuple[Way, ...] = get_args(Way)
    for known in ways:
        if os.environ.get(WAY_VARIABLE) == known:
            return known
    if shelf.read() is None:
        return "host" if host_settings() else "direct"
    found: Way = "shelf"
    if answers():
        found = "host" if host_settings() else "direct"
    os.environ[WAY_VARIABLE] = found
    return found


def answers() -> bool:
    """Return whether this host's pip reaches an index, with all settings that it has."""
    argv = [sys.executable, "-m", "pip", "index", "versions", "pip"]
    try:
        # Local folders would answer in the index's place.
        quick = {"PIP_FIND_LINKS": "", "PIP_DEFAULT_TIMEOUT": "5", "PIP_RETRIES": "0"}
        run(argv, env=quick, timeout_seconds=30)
    except CommandFailed:
        return False
    return True


def conf_for_builds(engine: Engine) -> str | None:
    """Return the /etc/pip.conf that a build's pip needs, None where it goes straight out.

    Raises what `reachable_address` raises.
    """
    match way():
        case "shelf":
            return shelf_server.pip_conf()
        case "host":
            return pip_conf(reachable_address(engine))
        case "direct":
            return None


def pip_conf(bridge_address: str) -> str:
    """Return the /etc/pip.conf that sends a build's pip to the index on the host."""
    return (
        "[global]\n"
        f"index-url = http://{bridge_address}:{PORT}/index/\n"
        f"trusted-host = {bridge_address}\n"
    )


def reachable_address(engine: Engine) -> str:
    """Return the bridge address that builds reach this host by.

    Raises BaseUnavailable when the engine is not on this machine: then no service of ours
    can be bound to its bridge.
    """
    address = engine.bridge_address()
    if address is None or not _is_here(address):
        raise BaseUnavailable(
            "builds cannot reach a package index on this host",
            why="the host has its own CA or index settings "
            f"({', '.join(host_settings())}) and the engine's bridge is not on this machine",
            next_step="unset them if they are not needed, or use an engine on this machine",
        )
    return address


def _is_here(address: str) -> bool:
    """Return whether an address is one of this machine's: only those can be bound."""
    with contextlib.closing(socket.socket()) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def for_builds(engine: Engine) -> Iterator[None]:
    """Give builds what their pip needs while the body runs: an index, or nothing at all.

    Raises what `reachable_address` and `caching_index` raise.
    """
    with contextlib.ExitStack() as held:
        match way():
            case "shelf":
                held.enter_context(shelf_server.serving(engine))
            case "host":
                held.enter_context(caching_index(reachable_address(engine)))
        yield


@contextlib.contextmanager
def to_fetch_from(engine: Engine) -> Iterator[str]:
    """Give the address of an index on this host that fetches with the host's own settings."""
    address = reachable_address(engine) if host_settings() else "127.0.0.1"
    with caching_index(address):
        yield f"http://{address}:{PORT}/index"


@contextlib.contextmanager
def caching_index(address: str) -> Iterator[None]:
    """Keep the index running while the body runs. Raises PortTaken."""
    folder = state_folder()
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / "index.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _only_starter(folder):
            fcntl.flock(lock, fcntl.LOCK_SH)
            if not _is_ours(address):
                _start(address, folder)
        yield
    finally:
        with _only_starter(folder), contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop()
        os.close(lock)


@contextlib.contextmanager
def _only_starter(folder: Path) -> Iterator[None]:
    with (folder / "index.starting.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _pid_file() -> Path:
    return state_folder() / "index.pid"


def _is_ours(address: str) -> bool:
    """Return whether the index answers. Raises PortTaken when something else does."""
    try:
        # An address literal of this machine: no proxy may stand between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{address}:{PORT}/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        raise PortTaken(
            f"port {PORT} on {address} is in use by something else (HTTP {error.code})",
            why="the caching index for builds needs this port",
            next_step=f"stop what listens there: `ss -ltnp 'sport = :{PORT}'`",
        ) from None
    except OSError:
        return False


def _start(address: str, folder: Path) -> None:
    env = {
        "FLASK_APP": "proxpi.server",
        "PROXPI_CACHE_DIR": str(cache_folder() / "index"),
        # By default proxpi sends a client that waits for a second to the index itself,
        # which is what a build cannot reach.
        "PROXPI_DOWNLOAD_TIMEOUT": "600",
        "PROXPI_LOGGING_LEVEL": "WARNING",
    }
    own_index = os.environ.get("PIP_INDEX_URL") or _configured().get("global.index-url")
    if own_index:
        env["PROXPI_INDEX_URL"] = own_index
    (cache_folder() / "index").mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "flask", "run", "--host", address, "--port", str(PORT)]
    pid = spawn_daemon(argv, folder / "index.log", env)
    _pid_file().write_text(str(pid), "utf-8")
    for _ in poll(timeout_seconds=60, every_seconds=0.1):
        if _is_ours(address):
            return
        if _ended(pid):
            break
    stop()
    raise AdvicesError(
        "the caching package index for builds did not start",
        why=f"its log is {folder / 'index.log'}",
        next_step="read the log's last lines",
    )


def _ended(pid: int) -> bool:
    """Return whether our child has ended; it would stay a zombie unless waited for."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    return not Path(f"/proc/{pid}").exists()


def stop() -> None:
    """Stop the index that a run of ours started."""
    try:
        pid = int(_pid_file().read_text("utf-8"))
    except (OSError, ValueError):
        return
    # The number may belong to another process by now: ask what it runs first.
    command = Path(f"/proc/{pid}/cmdline")
    if command.exists() and b"flask" in command.read_bytes():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        for _ in poll(timeout_seconds=10):
            if _ended(pid):
                break
    _pid_file().unlink(missing_ok=True)
