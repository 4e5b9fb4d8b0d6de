"""Where the programs in a container listen, as its kernel tells it."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Iterator

from advices.engine import Container, Engine

_FILES = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTENS = "0A"
# What Docker's own name server listens on in a container of a network that was made.
_DOCKER_DNS = ipaddress.ip_address("127.0.0.11")


def listeners(engine: Engine, container: Container) -> tuple[str, ...] | None:
    """Return the addresses with ports on which a container accepts TCP, in order.

    None when it has ended, or has neither cat nor Python to ask with.
    """
    told = [said for file in _FILES if (said := _read(engine, container, file)) is not None]
    return tuple(sorted({one for said in told for one in _listeners(said)})) if told else None


def _read(engine: Engine, container: Container, file: str) -> str | None:
    """Return a file in a container, as one without a shell may have it read too."""
    said = engine.exec_output(container, ["cat", file])
    if said is not None:
        return said
    return engine.exec_output(container, ["python3", "-c", f"print(open({file!r}).read())"])


def _listeners(said: str) -> Iterator[str]:
    """Yield each listening socket of tables in the form of /proc/net/tcp (proc_net_tcp.rst)."""
    for line in said.splitlines():
        words = line.split()
        if len(words) > 3 and words[3] == _LISTENS:
            address, _, port = words[1].partition(":")
            found = _address(address)
            if found != _DOCKER_DNS:
                shown = f"[{found}]" if found.version == 6 else str(found)
                yield f"{shown}:{int(port, 16)}"


def _address(written: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return an address that is written as 32-bit words of the machine, in hexadecimal digits."""
    words = [int(written[at : at + 8], 16) for at in range(0, len(written), 8)]
    packed = struct.pack(f"={len(words)}I", *words)
    if len(packed) == 4:
        return ipaddress.IPv4Address(packed)
    return ipaddress.IPv6Address(socket.inet_ntop(socket.AF_INET6, packed))
