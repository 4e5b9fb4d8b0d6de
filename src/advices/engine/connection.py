"""Where the engine is looked for, and a connection to it."""

from __future__ import annotations

import contextlib
import os

import docker
import docker.errors
from docker.context import ContextAPI
from requests.exceptions import RequestException

from advices.core import EngineMissing

DEFAULT_SOCKET = "/var/run/docker.sock"


def context_name() -> str:
    """Return the docker context in force, `default` where none was chosen."""
    if os.environ.get("DOCKER_HOST"):
        return "default"
    chosen = os.environ.get("DOCKER_CONTEXT")
    return chosen or str(ContextAPI.get_current_context().Name)


def address() -> str:
    """Return where the engine is looked for: DOCKER_HOST, else the context's, else the socket.

    Raises EngineMissing when the chosen context does not exist.
    """
    if host := os.environ.get("DOCKER_HOST"):
        return host
    name = context_name()
    if name == "default":
        return f"unix://{DEFAULT_SOCKET}"
    context = ContextAPI.get_context(name)
    if context is None:
        raise EngineMissing(
            f"the docker context `{name}` does not exist",
            why="DOCKER_CONTEXT or docker's own settings name it",
            next_step="`docker context ls` shows the contexts; `docker context use` chooses one",
        )
    return str(context.Host)


def is_default_socket() -> bool:
    """Return whether the engine is looked for on this machine's default socket."""
    return address() in (f"unix://{DEFAULT_SOCKET}", "unix:///run/docker.sock")


def client() -> docker.DockerClient:
    """Return a client of the engine. Raises EngineMissing as `address` does."""
    if os.environ.get("DOCKER_HOST") or context_name() == "default":
        return docker.from_env(timeout=120)
    context = ContextAPI.get_context(context_name())
    if context is None:
        address()  # raises, and says which context is missing
    return docker.DockerClient(base_url=address(), tls=context.TLSConfig or False, timeout=120)


def answers() -> bool:
    """Return whether an engine answers at `address()`."""
    try:
        with contextlib.closing(client()) as asked:
            return bool(asked.ping())
    except (docker.errors.DockerException, RequestException, OSError):
        return False
