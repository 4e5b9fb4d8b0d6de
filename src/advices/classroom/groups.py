"""The control groups of seats: what one seat may take, server, engine and builds together."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

from advices.classroom import places
from advices.classroom.records import Limits
from advices.core import CommandFailed, counted, poll
from advices.engine import cgroup

CONTROLLERS = ("pids", "memory", "cpu")
_PERIOD = 100_000
_JOIN = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"'


def folders(name: str, mount: Path = cgroup.MOUNT) -> list[Path]:
    """Return the folders of a seat's group: one, or one for each controller of version 1."""
    return [top / places.GROUP / name for top in cgroup.tops(mount, CONTROLLERS)]


def doors(name: str, mount: Path = cgroup.MOUNT) -> list[Path]:
    """Return the files that a process writes its number to, so that it is in a seat's group."""
    return [folder / "cgroup.procs" for folder in folders(name, mount)]


def joined(name: str) -> list[str]:
    """Return the words before those of a program by which it runs in a seat's group.

    They end with 125 where the group is not there.
    """
    return ["/bin/sh", "-c", _JOIN, "seat", *map(str, doors(name)), "--"]


def make(name: str, limits: Limits, mount: Path = cgroup.MOUNT) -> None:
    """Make a seat's group with its limits, or set the limits of the one that is there.

    Raises CommandFailed where the kernel takes none.
    """
    try:
        for top in cgroup.tops(mount, CONTROLLERS):
            above = top / places.GROUP
            above.mkdir(exist_ok=True)
            if cgroup.is_unified(mount):
                for folder in (top, above):
                    words = " ".join(f"+{one}" for one in CONTROLLERS)
                    (folder / "cgroup.subtree_control").write_text(words, "utf-8")
            (above / name).mkdir(exist_ok=True)
        _limit(name, limits, mount)
    except OSError as error:
        raise CommandFailed(
            f"the control group of {name} could not be made: {error}",
            why="the kernel or a container around this machine allows none",
            next_step="`advices class prepare` says what this machine lacks",
        ) from None


def _limit(name: str, limits: Limits, mount: Path) -> None:
    of = {top.name: top / places.GROUP / name for top in cgroup.tops(mount, CONTROLLERS)}
    unified = cgroup.is_unified(mount)
    pids, memory, cpu = (folders(name, mount)[0] if unified else of[one] for one in CONTROLLERS)
    cgroup.hold(
        pids,
        memory,
        processes=limits.processes,
        memory_bytes=limits.memory_bytes,
        unified=unified,
    )
    quota = int(limits.cpus * _PERIOD)
    if unified:
        (cpu / "cpu.max").write_text(f"{quota} {_PERIOD}", "utf-8")
    else:
        (cpu / "cpu.cfs_period_us").write_text(str(_PERIOD), "utf-8")
        (cpu / "cpu.cfs_quota_us").write_text(str(quota), "utf-8")


def processes(name: str, mount: Path = cgroup.MOUNT) -> set[int]:
    """Return the ids of all processes in a seat, as this machine counts them."""
    found: set[int] = set()
    for door in doors(name, mount):
        with contextlib.suppress(OSError):
            found |= set(map(int, door.read_text("utf-8").split()))
    # What is in no namespace that we see has no number here.
    return found - {0}


def kill(name: str, mount: Path = cgroup.MOUNT, timeout_seconds: float = 20) -> None:
    """End all that runs in a seat, at once and without asking. Raises CommandFailed where it stays.

    The first process of the seat goes first: the kernel ends with it all that it is the first of,
    so that nothing forks faster than it is killed.
    """
    for _ in poll(timeout_seconds):
        left = processes(name, mount)
        if not left:
            return
        for pid in sorted(left, key=lambda one: (not _is_first(one), one)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    raise CommandFailed(
        f"{name} still has {counted(len(left), 'process', 'processes')} that should have ended: "
        f"{sorted(left)[:5]}",
        why="the kernel waits for a disk or a network on their behalf",
        next_step="run the same command again; if that does not help, restart the machine",
    )


def _is_first(pid: int) -> bool:
    """Return whether a process is the first one of a namespace below ours."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
            if line.startswith("NSpid:"):
                known = line.split()[1:]
                return len(known) > 1 and known[-1] == "1"
    return False


def names(mount: Path = cgroup.MOUNT) -> list[str]:
    """Return the names of all seats that have a group."""
    return sorted({one.name for one in all_folders(mount)} - {places.GROUP})


def remove(mount: Path = cgroup.MOUNT) -> None:
    """Remove the groups of all seats, as far as nothing runs in them."""
    for folder in all_folders(mount):
        with contextlib.suppress(OSError):
            folder.rmdir()


def all_folders(mount: Path = cgroup.MOUNT) -> Iterator[Path]:
    """Yield every group of ours that is there, those of seats before the one above them."""
    for top in cgroup.tops(mount, CONTROLLERS):
        yield from (top / places.GROUP).glob(f"{places.PREFIX}*/")
        if (top / places.GROUP).is_dir():
            yield top / places.GROUP
