"""How a container is started, and what one leaves that ran to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO


@dataclass(frozen=True)
class Start:
    """How a container is started, as the options of `docker run` say it.

    `command` and `entrypoint` replace those of the image. By default all capabilities are
    dropped; `default_capabilities` leaves those that plain `docker run` gives. `files` is a tar,
    or a file that holds one, that is unpacked at / before the start: it takes the place of a mount.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    read_only: bool = False
    default_capabilities: bool = False
    command: Sequence[str] = ()
    entrypoint: Sequence[str] | None = None
    network: str | None = None
    alias: str | None = None
    memory: str = "512m"
    processes: int = 256
    files: bytes | IO[bytes] = b""


HARDENED = Start()


@dataclass(frozen=True)
class Once:
    """What a container that ran to its end left.

    `fetched` is the file that was asked for, None when there is none. `out_of_memory` says that
    the kernel killed it.
    """

    exit_code: int
    stdout: str
    stderr: str
    fetched: bytes | None = None
    out_of_memory: bool = False
