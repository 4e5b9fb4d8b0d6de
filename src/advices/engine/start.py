"""How a container is started, and what one leaves that ran to its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import IO, Any


@dataclass(frozen=True)
class Checking:
    """How often the engine runs an image's HEALTHCHECK, instead of what the image says.

    `retries` is how many failures in a row make a container unhealthy; they count from the start.
    """

    every_seconds: float
    timeout_seconds: float
    retries: int


@dataclass(frozen=True)
class Start:
    """How a container is started, as the options of `docker run` say it.

    `command` and `entrypoint` replace those of the image. By default all capabilities are
    dropped; `default_capabilities` leaves those that plain `docker run` gives. `files` is a tar,
    or a file that holds one, that is unpacked at / before the start: it takes the place of a mount.
    `tmpfs` are folders in memory that it may write to. Unless it `swaps`, its limit of memory holds
    on a machine with swap too: else Docker gives as much again there. `also` are further networks
    that it is in from its first moment. `printed_bytes` is how much the engine keeps of what it
    prints, about, None for all.
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
    swaps: bool = True
    processes: int = 256
    files: bytes | IO[bytes] = b""
    tmpfs: tuple[str, ...] = ()
    checking: Checking | None = None
    also: tuple[str, ...] = ()
    printed_bytes: int | None = None

    def with_more(self, more: Start) -> Start:
        """Return this start with all that another one says besides; where both speak, that counts.

        Limits, files and checks are the other one's.
        """
        return replace(
            more,
            env={**self.env, **more.env},
            user=more.user if more.user is not None else self.user,
            read_only=self.read_only or more.read_only,
            default_capabilities=self.default_capabilities or more.default_capabilities,
            command=more.command or self.command,
            entrypoint=more.entrypoint if more.entrypoint is not None else self.entrypoint,
            network=more.network or self.network,
            alias=more.alias or self.alias,
            tmpfs=tuple(dict.fromkeys((*self.tmpfs, *more.tmpfs))),
            also=tuple(dict.fromkeys((*self.also, *more.also))),
            printed_bytes=more.printed_bytes or self.printed_bytes,
        )


HARDENED = Start()


def options(how: Start, port: int | None = None) -> dict[str, Any]:
    """Return what the engine is told of a container besides image, command, labels and network.

    No mounts, limits on memory and processes; `port` is published on 127.0.0.1 only.
    """
    said: dict[str, Any] = {
        "mem_limit": how.memory,
        "pids_limit": how.processes,
        "environment": dict(how.env),
        "read_only": how.read_only,
    }
    if not how.swaps:
        said["memswap_limit"] = how.memory
    if port is not None:
        said["ports"] = {f"{port}/tcp": ("127.0.0.1", 0)}
    if not how.default_capabilities:
        said |= {"cap_drop": ["ALL"], "security_opt": ["no-new-privileges"]}
    if how.user is not None:
        said["user"] = how.user
    if how.entrypoint is not None:
        said["entrypoint"] = list(how.entrypoint)
    if how.tmpfs:
        said["tmpfs"] = dict.fromkeys(how.tmpfs, "")
    if how.printed_bytes is not None:
        # Two files: when one is full it takes the place of the other, so the end is always there.
        size = {"max-size": str(how.printed_bytes // 2), "max-file": "2"}
        said["log_config"] = {"type": "json-file", "config": size}
    if how.checking is not None:
        said["healthcheck"] = _healthcheck(how.checking)
    return said


def _healthcheck(how: Checking) -> dict[str, int]:
    """Return the times of checks as the API takes them: nanoseconds, and 0 for the image's own."""
    return {
        "interval": round(how.every_seconds * 1e9),
        "timeout": round(how.timeout_seconds * 1e9),
        "retries": how.retries,
        # The shortest that an engine accepts: no failure is excused as one of the start.
        "start_period": 1_000_000,
    }


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


Hears = Callable[[float, str], None]
"""Is told of a container that runs: the seconds so far, and the last line that it printed."""
