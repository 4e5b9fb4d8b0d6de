"""Where the engine is looked for, and connections to it."""

from __future__ import annotations

import contextlib
import os
import socket
from urllib.parse import urlsplit

import docker
import docker.errors
from requests.exceptions import RequestException

from advices.core import EngineMissing
from advices.engine import contexts

DEFAULT_SOCKET = "/var/run/docker.sock"
_TIMEOUT_SECONDS = 120


def context_name() -> str:
    """Return the docker context in force, `default` where none was chosen."""
    return contexts.DEFAULT if os.environ.get("DOCKER_HOST") else contexts.chosen()


def address() -> str:
    """Return where the engine is looked for: DOCKER_HOST, else the context's, else the socket.

    Raises EngineMissing when the chosen context does not exist.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    name = context_name()
    if name == contexts.DEFAULT:
        return f"unix://{DEFAULT_SOCKET}"
    found = contexts.endpoint(name)
    if found is None:
        raise EngineMissing(
            f"the docker context `{name}` does not exist",
            why="DOCKER_CONTEXT or Docker's settings name it",
            next_step="`docker context ls` shows the contexts; `docker context use` chooses one",
        )
    return found.host


def is_default_socket() -> bool:
    """Return whether the engine is looked for on this machine's default socket."""
    return address() in (f"unix://{DEFAULT_SOCKET}", "unix:///run/docker.sock")


def is_here(place: str) -> bool:
    """Return whether an engine's address is one of this machine's. A name is looked up."""
    # Without a scheme docker takes it for a host.
    parts = urlsplit(place if "://" in place else f"tcp://{place}")
    if parts.scheme not in ("tcp", "http", "https", "ssh"):
        return True
    if parts.scheme == "ssh":
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, 0, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_is_own(family, sockaddr) for family, _, _, _, sockaddr in found)


def _is_own(family: int, sockaddr: object) -> bool:
    """Return whether an address belongs to this machine: only those can be bound."""
    with contextlib.closing(socket.socket(family)) as probe:
        try:
            probe.bind(sockaddr)  # type: ignore[arg-type]
        except OSError:
            return False
    return True


def client(
    timeout_seconds: int = _TIMEOUT_SECONDS, version: str | None = None
) -> docker.DockerClient:
    """Return a client of the engine, for one thread. Raises EngineMissing as `address` does.

    `version` is that of the API to speak; without one the engine is asked which it speaks.
    """
    if context_name() == contexts.DEFAULT:
        return docker.from_env(timeout=timeout_seconds, version=version)
    place = address()
    found = contexts.endpoint(context_name())
    tls = (found.tls if found else None) or False
    return docker.DockerClient(base_url=place, tls=tls, timeout=timeout_seconds, version=version)


def answers() -> bool:
    """Return whether an engine answers at `address()`."""
    try:
        with contextlib.closing(client()) as asked:
            return bool(asked.ping())
    except (docker.errors.DockerException, RequestException, OSError):
        return False
