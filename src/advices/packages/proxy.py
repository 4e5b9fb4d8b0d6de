"""pip in builds: straight out, through a caching index on the host, or from the shelf.

A build does not know the host's private CA nor its index settings. Where the host has any,
builds reach a caching index (proxpi) on the engine's bridge over plain HTTP, and the host's
own settings fetch for it.

Where packages were prefetched and the host's pip reaches no index, builds take them from the
shelf, which a container of ours serves. So they do on a rootless engine if the host has settings
of its own: from its network no index on this host is found.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, get_args

import platformdirs

from advices.core import (
    BaseUnavailable,
    CommandFailed,
    PackageMissing,
    run,
)
from advices.engine import Engine
from advices.packages import index_service, locks, settings, shelf, shelf_server
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
    if not _may_have_settings():
        return {}
    try:
        lines = run([*_pip(), "config", "list"]).stdout.splitlines()
    except CommandFailed:
        return {}
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip("\"'") for name, _, value in pairs}


def _may_have_settings() -> bool:
    """Return whether pip may have a settings file, so that it is worth asking."""
    named = os.environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return False  # pip takes that for none at all
    if named or sys.platform != "linux" or not _has_pip():
        return True
    # Not `is_file`, which fails at a folder that is not ours to read; to pip nothing is there.
    return any(os.access(file, os.F_OK) for file in settings_files())


def settings_files() -> tuple[Path, ...]:
    """Return where this environment's pip looks for settings on Linux, as its pages say."""
    site = platformdirs.site_config_dir("pip", appauthor=False, multipath=True)
    users = platformdirs.user_config_dir("pip", appauthor=False)
    folders = [*site.split(os.pathsep), "/etc", sys.prefix, str(Path("~/.pip").expanduser()), users]
    return tuple(Path(folder, "pip.conf") for folder in folders)


def _has_pip() -> bool:
    return importlib.util.find_spec("pip") is not None


def _pip() -> list[str]:
    """Return the words that call pip: of this environment, else that of the PATH, as with uvx."""
    if _has_pip():
        return [sys.executable, "-m", "pip"]
    return [shutil.which("pip3") or "pip"]


def way(engine: Engine | None) -> Way:
    """Return how builds on an engine reach packages; without one, as an ordinary engine's do.

    The shelf is taken only where it must: what it holds is less than an index. Whether the network
    answers is asked once; kernels inherit the answer.
    """
    ways: tuple[Way, ...] = get_args(Way)
    for known in ways:
        if os.environ.get(WAY_VARIABLE) == known:
            return known
    settings = host_settings()
    if settings and engine is not None and engine.facts().rootless:
        return "shelf"
    straight: Way = "host" if settings else "direct"
    if shelf.read() is None:
        return straight
    found = straight if answers() else "shelf"
    os.environ[WAY_VARIABLE] = found
    return found


def answers() -> bool:
    """Return whether this host's pip reaches an index, with all settings that it has."""
    argv = [*_pip(), "index", "versions", "pip"]
    try:
        # Local folders would answer in the index's place.
        quick = {"PIP_FIND_LINKS": "", "PIP_DEFAULT_TIMEOUT": "5", "PIP_RETRIES": "0"}
        run(argv, env=quick, timeout_seconds=30)
    except CommandFailed:
        return False
    return True


def index_for_builds(engine: Engine) -> str | None:
    """Return the index that builds go through, None where they go straight out.

    Raises what `reachable_address` raises.
    """
    match way(engine):
        case "shelf":
            return shelf_server.index_url()
        case "host":
            return f"http://{reachable_address(engine)}:{index_service.PORT}/index/"
        case "direct":
            return None


def files_for_builds(engine: Engine, newest: str = "") -> dict[str, str]:
    """Return the settings that a build's pip and uv need, by path; {} where they go straight out.

    `newest` is the list of the versions that pip may take at most, "" where it may take any. Raises
    what `reachable_address` raises.
    """
    index = index_for_builds(engine)
    found = settings.files(index) if index is not None else {}
    return settings.held_back(found, newest) if newest else found


def lead(context: Path, engine: Engine) -> None:
    """Let each uv.lock in a copy of a project lead to the index that builds go through.

    Raises what `reachable_address` raises.
    """
    index = index_for_builds(engine)
    for lock in sorted(context.rglob(locks.NAME)) if index is not None else ():
        # A link may lead out of the copy, to a file that is somebody's.
        if lock.is_symlink() or not lock.is_file():
            continue
        lock.write_text(locks.at_index(lock.read_text("utf-8"), index or ""), "utf-8")


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
            next_step="unset them if you don't need them, or use an engine on this machine",
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
def for_builds(engine: Engine, *, filling: bool = False) -> Iterator[None]:
    """Give builds what their pip needs while the body runs: an index, or nothing at all.

    `filling` says that the body brings packages to the shelf, so that it may be empty yet. Raises
    PackageMissing where it must be served and cannot, and what `reachable_address` and
    `caching_index` raise.
    """
    with contextlib.ExitStack() as held:
        match way(engine):
            case "shelf":
                if not (filling and shelf_server.lacks(engine)):
                    _serve_shelf(held, engine)
            case "host":
                held.enter_context(
                    caching_index(reachable_address(engine), _upstream(), _way_out())
                )
        yield


@contextlib.contextmanager
def kept_for_builds(engine: Engine, run_id: str) -> Iterator[None]:
    """Keep what serves packages to builds, where something does, while the body runs.

    So it need not start again between two builds. What serves the shelf belongs to the run. Builds
    need `for_builds` all the same. Raises what `reachable_address` and `caching_index` raise.
    """
    with contextlib.ExitStack() as held:
        match way(engine):
            case "shelf":
                held.enter_context(shelf_server.kept(engine, run_id))
            case "host":
                held.enter_context(
                    caching_index(reachable_address(engine), _upstream(), _way_out())
                )
        yield


def _serve_shelf(held: contextlib.ExitStack, engine: Engine) -> None:
    if engine.facts().rootless and shelf_server.lacks(engine):
        raise PackageMissing(
            "builds on this rootless engine need prefetched packages, and there are none",
            why=(
                f"the host has its own CA or index settings ({', '.join(host_settings())}), and a "
                "rootless engine's network reaches no index on this host"
            ),
            next_step=(
                "`advices prefetch` downloads them; or unset the settings if builds don't need them"
            ),
        )
    held.enter_context(shelf_server.serving(engine))


@contextlib.contextmanager
def to_fetch_from(engine: Engine) -> Iterator[str]:
    """Give the address of an index on this host that fetches with the host's own settings."""
    # Builds use the same index, if they use one.
    address = reachable_address(engine) if way(engine) == "host" else "127.0.0.1"
    with caching_index(address, _upstream(), _way_out()):
        yield f"http://{address}:{index_service.PORT}/index"


def _upstream() -> str | None:
    """Return the index that this host's own settings name.

    With a slash at its end: pip knows it without, and the caching index would lose the last part.
    """
    found = os.environ.get("PIP_INDEX_URL") or _configured().get("global.index-url")
    return f"{found.rstrip('/')}/" if found else None


def _way_out() -> dict[str, str]:
    """Return what pip's settings alone say of the way to its index, as other programs hear it.

    An account that did not log in by a shell has none of the variables that a shell would set.
    """
    ca, proxy = (
        os.environ.get(f"PIP_{name.upper()}") or _configured().get(f"global.{name}")
        for name in ("cert", "proxy")
    )
    names = {
        **dict.fromkeys(("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), ca),
        **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), proxy),
    }
    return {name: value for name, value in names.items() if value and name not in os.environ}
