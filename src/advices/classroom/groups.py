"""The control groups of seats: what one seat may take, server, engine and builds together."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from advices.classroom import places, rootless
from advices.classroom.records import Limits, Seat
from advices.core import CommandFailed, counted, poll, spawn_daemon
from advices.engine import cgroup

CONTROLLERS = ("pids", "memory", "cpu")
_PERIOD = 100_000
_JOIN = 'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"'
_CLEAN = ("env", "-i", f"PATH={os.defpath}:/usr/sbin:/sbin", "LANG=C.UTF-8")
_LOGGED = 'rm -f "$0"; exec >>"$1" 2>&1; shift; exec "$@"'
_Enter = Callable[[Sequence[str]], list[str]]


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
    """End all that runs in a seat, at once. Raises CommandFailed where it stays."""
    kill_all(name, lambda: processes(name, mount), timeout_seconds)


def kill_all(name: str, processes: Callable[[], set[int]], timeout_seconds: float = 20) -> None:
    """Kill processes until there are none any more. Raises CommandFailed where some stay.

    The first process of the seat goes first: the kernel ends with it all that it is the first of,
    so that nothing forks faster than it is killed.
    """
    for _ in poll(timeout_seconds):
        left = processes()
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


class Groups:
    """Keeps seats in groups that we make ourselves: see `keeping.Keeper`."""

    def joined(self, seat: Seat) -> list[str]:
        """Return the words of `joined`: they end with 125 where the group is not there."""
        return joined(seat.name)

    def processes(self, seat: Seat) -> set[int]:
        """Return the ids of all processes in a seat."""
        return processes(seat.name)

    def kill(self, seat: Seat) -> None:
        """End all that runs in a seat. Raises CommandFailed where it stays."""
        kill(seat.name)

    def begin(self, seat: Seat, limits: Limits, words: Sequence[str], log: Path) -> None:
        """Start the first process of a seat as a daemon, with nothing of our environment.

        Raises CommandFailed where the kernel takes no limits.
        """
        make(seat.name, limits)
        spawn_daemon([*joined(seat.name), *_CLEAN, *words], log)

    def files(self, seat: Seat, engine: Sequence[str]) -> dict[str, str | None]:
        """Return none: nothing in the seat starts its engine."""
        del seat, engine
        return {}

    def await_engine(self, seat: Seat, enter: _Enter) -> None:
        """Return at once: no engine starts by itself."""

    def begin_engine(self, seat: Seat, enter: _Enter, engine: Sequence[str], log: Path) -> None:
        """Start the engine of a seat as a daemon; before that, `log` has what it prints."""
        files = (str(rootless.pid_file(seat)), str(rootless.log(seat)))
        spawn_daemon(enter(["sh", "-c", _LOGGED, *files, *engine]), log)

    def end_engine(self, seat: Seat, enter: _Enter) -> None:
        """Return at once: nothing starts an engine again."""

    def forget(self, seat: Seat) -> None:
        """Return at once: the empty group of a seat goes with the class."""

    def stay(self) -> None:
        """Return at once: `class prepare` brings the class back after a reboot."""

    def settle(self) -> None:
        """Return at once: nothing brings a class up but our commands."""

    def kill_left(self) -> list[str]:
        """End all that runs in any seat, and return the names of the seats."""
        found = names()
        for name in found:
            kill(name)
        return found

    def remove(self) -> list[str]:
        """Remove the groups of all seats, as far as nothing runs in them."""
        remove()
        return []
