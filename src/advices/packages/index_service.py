"""The caching index on this host: one for each address, as long as any run of this user needs it.

Each run holds a shared lock, and the one that can take the lock alone at its end stops the index.
Where the last run was killed, the index takes it and ends by itself.
Whatever else answers at its port is left alone: ours is known by a token that it was started
with. A challenge is answered with a proof of the token, so that the token stays where it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import hmac
import http.client
import os
import secrets
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from advices.core import (
    AdvicesError,
    PortTaken,
    cache_folder,
    poll,
    service_folder,
    spawn_daemon,
    state_folder,
)

PORT = 5081
_APP = Path(__file__).parent / "served" / "known_index.py"


@contextlib.contextmanager
def caching_index(
    address: str, upstream: str | None, env: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Keep the index running while the body runs; it fetches from `upstream`, else from PyPI.

    `env` is what it needs on the way there. Raises PortTaken.
    """
    folder = service_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(_lock_file(address), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with _only_starter(address):
            fcntl.flock(lock, fcntl.LOCK_SH)
            if _pid(address) is None:
                _start(address, upstream, env)
        yield
    finally:
        with _only_starter(address), contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stop(address)
        os.close(lock)


@contextlib.contextmanager
def _only_starter(address: str) -> Iterator[None]:
    with (service_folder() / f"index-{address}.starting.lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


def _lock_file(address: str) -> Path:
    return service_folder() / f"index-{address}.lock"


def _token_file(address: str) -> Path:
    return service_folder() / f"index-{address}.token"


def _pid(address: str) -> int | None:
    """Return the process of our index at an address, None where nothing answers.

    Raises PortTaken when something else does.
    """
    try:
        token = _token_file(address).read_bytes()
    except OSError:
        token = b""
    return _who_knows(token, address)


def _who_knows(token: bytes, address: str) -> int | None:
    """Return the process at an address that knows a token, None where nothing answers.

    Raises PortTaken when what answers does not know it. Nobody knows an empty one.
    """
    challenge = secrets.token_hex(16)
    try:
        # An address literal of this machine: no proxy may stand between.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        place = f"http://{address}:{PORT}/docker-advices/{challenge}"
        with opener.open(place, timeout=5) as answer:
            pid, _, proof = answer.read(200).decode("latin-1").partition(" ")
    except urllib.error.HTTPError as error:
        raise _taken(address, f"HTTP {error.code}") from None
    except http.client.HTTPException:
        raise _taken(address, "no HTTP") from None
    except OSError:
        return None
    with contextlib.suppress(ValueError, TypeError):
        wanted = hmac.digest(token, f"{challenge} {pid}".encode(), hashlib.sha256).hex()
        if token and hmac.compare_digest(proof, wanted):
            return int(pid)
    raise _taken(address, "it does not know our token")


def _taken(address: str, seen: str) -> PortTaken:
    return PortTaken(
        f"something else uses port {PORT} on {address} ({seen})",
        why="the caching index for builds needs this port",
        next_step=f"stop that program: `ss -ltnp 'sport = :{PORT}'` shows it",
    )


def _start(address: str, upstream: str | None, more: Mapping[str, str] | None = None) -> None:
    token = secrets.token_hex(32)
    env = {
        **(more or {}),
        "FLASK_APP": str(_APP),
        # In the environment, which no other user reads: not on the command line.
        "ADVICES_INDEX_TOKEN": token,
        "ADVICES_INDEX_LOCK": str(_lock_file(address)),
        "PROXPI_CACHE_DIR": str(cache_folder() / "index"),
        # By default proxpi sends a client that waits for a second to the index itself,
        # which is what a build cannot reach.
        "PROXPI_DOWNLOAD_TIMEOUT": "600",
        "PROXPI_LOGGING_LEVEL": "WARNING",
        **({"PROXPI_INDEX_URL": upstream} if upstream else {}),
    }
    (cache_folder() / "index").mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "flask", "run", "--host", address, "--port", str(PORT)]
    log = state_folder() / "index.log"
    pid = spawn_daemon(argv, log, env)
    try:
        for _ in poll(timeout_seconds=60, every_seconds=0.1):
            # One that was too busy to answer may hold the port, and answers while ours ends.
            with contextlib.suppress(PortTaken):
                if _who_knows(token.encode(), address) is not None:
                    _token_file(address).touch(0o600)
                    _token_file(address).write_text(token, "utf-8")
                    return
            if _ended(pid):
                break
    except BaseException:
        _end(pid)
        raise
    _end(pid)
    if _pid(address) is not None:
        return
    raise AdvicesError(
        "the caching package index for builds did not start",
        why=f"its log is {log}",
        next_step="read the log's last lines",
    )


def stop(address: str) -> None:
    """Stop the index that a run of this user started at an address, and nothing else."""
    with contextlib.suppress(PortTaken):
        pid = _pid(address)
        if pid is not None:
            _end(pid)
            _token_file(address).unlink(missing_ok=True)


def _end(pid: int) -> None:
    """End a process that is our index for sure."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    for _ in poll(timeout_seconds=10):
        if _ended(pid):
            break


def _ended(pid: int) -> bool:
    """Return whether a process has ended; our child would stay a zombie unless waited for."""
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) != (0, 0)
    try:
        os.kill(pid, 0)
    except OSError:
        return True
    return False
