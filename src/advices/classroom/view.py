"""The words that lead into what a seat sees: its network, files and processes, as its account."""

from __future__ import annotations

from collections.abc import Sequence

from advices.classroom import places
from advices.classroom.records import Seat

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_FLAG = {"mnt": "mount", "pid": "pid", "ipc": "ipc", "uts": "uts"}


def within(seat: Seat, argv: Sequence[str], *, clean: bool) -> list[str]:
    """Return the words by which root runs `argv` in a seat's view; no limits hold by them.

    The environment is the caller's, with what belongs to a seat set; with `clean` it is that alone.
    """
    namespaces = [f"--{_FLAG[kind]}={places.namespace(seat, kind)}" for kind in places.NAMESPACES]
    return [
        *("nsenter", f"--net={places.network(seat)}", *namespaces, "--"),
        *("setpriv", f"--reuid={seat.uid}", f"--regid={seat.uid}", "--clear-groups"),
        # Of nsenter's two processes a caller knows the outer one.
        *("--pdeathsig=TERM", "--"),
        *("env", *(("-i",) if clean else ()), f"--chdir={seat.home}"),
        *(f"{name}={value}" for name, value in environment(seat, clean=clean).items()),
        *argv,
    ]


def environment(seat: Seat, *, clean: bool = False) -> dict[str, str]:
    """Return the variables that belong to a seat; with `clean` also what every program needs."""
    every = {"PATH": _PATH, "LANG": "C.UTF-8"} if clean else {}
    return every | {
        "HOME": str(seat.home),
        "USER": seat.account,
        "LOGNAME": seat.account,
        "SHELL": "/bin/sh",
        "XDG_RUNTIME_DIR": str(seat.runtime),
        "DOCKER_HOST": seat.docker_host,
    }
