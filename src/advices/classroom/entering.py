"""The one door into a seat: everything that runs there was started through it."""

from __future__ import annotations

from collections.abc import Sequence

from advices.classroom import groups, places
from advices.classroom.records import Classroom, Seat

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def inside(
    classroom: Classroom, seat: Seat, argv: Sequence[str], *, clean: bool = False
) -> list[str]:
    """Return the words by which root runs `argv` in a seat, as its account.

    It runs in the seat's control groups, network, and view of files and processes, starts in the
    seat's home, and ends when the process of the words is ended or killed. Its exit code is that of
    the words; 125 says that a control group is not there. The environment is the caller's, with
    what belongs to a seat set; with `clean` it is that alone: what root's shell has is not for a
    learner's eyes. Nothing secret may be in `argv`: other accounts read command lines.
    """
    del classroom  # a seat knows all; a carrier that is no account of this machine would not
    namespaces = [f"--{_FLAG[kind]}={places.namespace(seat, kind)}" for kind in places.NAMESPACES]
    return [
        # First: whatever comes after is held to the limits.
        *groups.joined(seat.name),
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


_FLAG = {"mnt": "mount", "pid": "pid", "ipc": "ipc", "uts": "uts"}


def kill_all(seat: Seat) -> None:
    """End all that runs in a seat, at once and without asking. Raises CommandFailed.

    The seat is down then; `engines.ensure` brings it up again.
    """
    groups.kill(seat.name)


def processes(seat: Seat) -> set[int]:
    """Return the ids of all processes in a seat, as this machine counts them."""
    return groups.processes(seat.name)
