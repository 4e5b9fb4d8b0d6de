"""pip in builds: straight out, through a caching index on the host, or from the shelf.

A build does not know the host's private CA nor its index settings. Where the host has any,
builds reach a caching index (proxpi) on the engine's bridge over plain HTTP, and the host's
own settings fetch for it.

Where packages were prefetched and the host's pip reaches no index, builds take them from the
shelf, which a container of ours serves.
"""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from advices.core import (
    BaseUnavailable,
    CommandFailed,
    run,
)
from advices.engine import Engine
from advices.packages import index_service, settings, shelf, shelf_server
from advices.packages.index_service import caching_index

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


def files_for_builds(engine: Engine) -> dict[str, str]:
    """Return the settings that a build's pip and uv need, by path; {} where they go straight out.

    Raises what `reachable_address` raises.
    """
    match way():
        case "shelf":
            return settings.files(shelf_server.index_url())
        case "host":
            host = reachable_address(engine)
            return settings.files(f"http://{host}:{index_service.PORT}/index/")
        case "direct":
            return {}


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
                held.enter_context(caching_index(reachable_address(engine), _upstream()))
        yield


@contextlib.contextmanager
def to_fetch_from(engine: Engine) -> Iterator[str]:
    """Give the address of an index on this host that fetches with the host's own settings."""
    address = reachable_address(engine) if host_settings() else "127.0.0.1"
    with caching_index(address, _upstream()):
        yield f"http://{address}:{index_service.PORT}/index"


def _upstream() -> str | None:
    """Return the index that this host's own settings name."""
    return os.environ.get("PIP_INDEX_URL") or _configured().get("global.index-url")
