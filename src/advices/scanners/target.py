"""The container of a learner behind an address, if this engine runs one there.

No name is looked up outside: an address that is no container of this engine is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from advices.core import TargetRefused
from advices.engine import Container

_HERE = ("localhost", "127.0.0.1", "::1", "0.0.0.0")
_SERVICE = "com.docker.compose.service"
_NO_NETWORK = ("host", "none", "container")
_HOST_NAME = re.compile(r"(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.I)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Relay:
    """A port of the scanner's own loopback that leads to the target."""

    port: int
    host: str
    target_port: int


@dataclass(frozen=True)
class Chosen:
    """A running container, its name on our network, and the address that a scanner asks for.

    There is a relay where that address is one of the scanner's own loopback.
    """

    container: Container
    alias: str
    url: str
    relay: Relay | None = None


def chosen(address: str, containers: list[Container], known_as: str | None = None) -> Chosen:
    """Return the one running container that an address names.

    A host may be a published port's (`http://127.0.0.1:8000/`), a container's name or id, or a
    compose service. `known_as` is the host name that the scanner uses, else the one of the address.
    Raises TargetRefused.
    """
    parts = _parsed(address)
    if known_as is not None and not _is_host_name(known_as):
        raise TargetRefused(
            f"`{known_as}` cannot be the target's name",
            why="it must be a host name, and not one that means the scanner itself",
            next_step="use a name that the application knows, such as `www.example.com`",
        )
    host, port = parts.hostname or "", parts.port or _DEFAULT_PORTS[parts.scheme]
    if host in _HERE:
        found = [(one, inner) for one in containers for inner in _published(one, port)]
        what = f"no running container publishes port {port}"
    else:
        found = [(one, port) for one in containers if _is_called(one, host)]
        what = f"`{host}` is not a running container or compose service of this engine"
    if not found:
        raise TargetRefused(what)
    if len(found) > 1:
        names = ", ".join(one.name for one, _ in found)
        raise TargetRefused(
            f"{address} may mean several containers: {names}",
            why="a service can have several containers",
            next_step="name one of them in the address",
        )
    container, inner = found[0]
    mode = container.network_mode
    if mode.partition(":")[0] in _NO_NETWORK:
        raise TargetRefused(
            f"the container `{container.name}` has no separate network (--network {mode})",
            why="a scan would reach everything else on that network",
            next_step="start it on a bridge network, the default of `docker run`",
        )
    if host in _HERE and known_as is None:
        # Frameworks refuse a host name with an underscore, as docker likes to make them.
        alias = container.name.replace("_", "-")
        return Chosen(container, alias, _url(parts, host, port), Relay(port, alias, inner))
    alias = known_as or host
    return Chosen(container, alias, _url(parts, alias, inner))


def _url(parts: SplitResult, host: str, port: int) -> str:
    """Return an address; a port that goes without saying is left out, as ZAP wants it."""
    shown = f"[{host}]" if ":" in host else host
    colon = "" if port == _DEFAULT_PORTS[parts.scheme] else f":{port}"
    return f"{parts.scheme}://{shown}{colon}{parts.path or '/'}"


def _parsed(address: str) -> SplitResult:
    try:
        parts = urlsplit(address if "//" in address else f"http://{address}")
        fits = parts.scheme in _DEFAULT_PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise TargetRefused(
            f"cannot scan the address `{address}`",
            why="it must be http:// or https:// with a host, and a port if it is not the default",
            next_step="write it as `http://127.0.0.1:8000/` or `http://CONTAINER:8000/`",
        )
    if parts.username or parts.password:
        raise TargetRefused(
            "the address has a name and a password in it",
            why="addresses appear on screen, in logs and in reports",
            next_step="leave them out: the scan sees what a visitor without a login sees",
        )
    if parts.query:
        raise TargetRefused(
            "the address has a query in it",
            why=(
                "a scanner starts at a page and finds the rest itself; a query may contain a secret"
            ),
            next_step="leave out the question mark and everything after it",
        )
    return parts


def _is_host_name(name: str) -> bool:
    return name not in _HERE and _HOST_NAME.fullmatch(name) is not None


def _is_called(container: Container, host: str) -> bool:
    # A host has no case: an address is read in small letters.
    names = {container.name.lower(), container.labels.get(_SERVICE, "").lower()}
    return host in names or (len(host) >= 12 and container.id.startswith(host))


def _published(container: Container, port: int) -> list[int]:
    """Return the ports inside of a container that its host's port leads to, each once."""
    return sorted({inner for inner, outer in container.published if outer == port})
