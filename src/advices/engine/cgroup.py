"""A control group for the RUN steps of a build: how many processes, how much memory.

BuildKit starts a step without limits, in a group below the one that `--cgroup-parent` names. The
kernel holds a group to the limits of those above it, in both versions of its interface. So a group
is made here, on the engine's machine, and named. Only root may, and no rootless engine heeds it.
Source: the kernel's Documentation/admin-guide/cgroup-v1/{pids,memory}.rst and cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from advices.core import poll
from advices.engine.limits import Limits

MOUNT = Path("/sys/fs/cgroup")
# The layer that a container writes to, on engines whose store is overlayfs.
_UPPER = re.compile(r"upperdir=([^,\s]+)")
_CONTROLLERS = ("pids", "memory")


def why_not(address: str, *, rootless: bool, mount: Path = MOUNT) -> str:
    """Return why builds of an engine get no limits of processes and memory, "" where they do."""
    if rootless:
        return "a rootless engine puts builds into no group of ours"
    return _why_not_of_engine(address) or _why_not_here(mount)


def _why_not_of_engine(address: str) -> str:
    if not address.startswith("unix://"):
        return "the engine is not reached through a socket of this machine"
    if not _is_same_tree(address.removeprefix("unix://")):
        return "the engine has separate control groups"
    return ""


def _why_not_here(mount: Path) -> str:
    if os.geteuid() != 0 or not all(os.access(one, os.W_OK) for one in tops(mount)):
        return "only root may make control groups, where the machine shows any"
    if is_unified(mount):
        given = (mount / "cgroup.subtree_control").read_text("utf-8").split()
        if not set(_CONTROLLERS) <= set(given):
            return "this machine's control groups limit neither processes nor memory"
    return ""


def _is_same_tree(path: str) -> bool:
    """Return whether who listens at a socket sees the control groups that we see."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as asked:
        asked.settimeout(5)
        asked.connect(path)
        size = struct.calcsize("3i")
        credentials = asked.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        pid, _, _ = struct.unpack("3i", credentials)
        ours, theirs = (Path(f"/proc/{of}/ns/cgroup").readlink() for of in ("self", pid))
        return ours == theirs
    return False


def is_unified(mount: Path = MOUNT) -> bool:
    """Return whether the kernel's interface is of version 2: one tree for all controllers."""
    return (mount / "cgroup.controllers").is_file()


def tops(mount: Path = MOUNT, controllers: Sequence[str] = _CONTROLLERS) -> list[Path]:
    """Return the folders in which a group is made: one, or one for each controller of version 1."""
    return [mount] if is_unified(mount) else [mount / one for one in controllers]


def hold(
    pids: Path, memory: Path, *, processes: int, memory_bytes: int, unified: bool = False
) -> None:
    """Limit a group, whose folders may be one. Raises OSError where the kernel does not take it."""
    (pids / "pids.max").write_text(str(processes), "utf-8")
    if unified:
        (memory / "memory.max").write_text(str(memory_bytes), "utf-8")
        swap, given = "memory.swap.max", "0"
    else:
        (memory / "memory.limit_in_bytes").write_text(str(memory_bytes), "utf-8")
        swap, given = "memory.memsw.limit_in_bytes", str(memory_bytes)
    # A kernel without accounting of swap has no such file.
    with contextlib.suppress(OSError):
        (memory / swap).write_text(given, "utf-8")


class BuildGroup:
    """A group with limits. `in_group` makes and removes it."""

    def __init__(self, limits: Limits, mount: Path = MOUNT) -> None:
        self.name = group_name(limits.group)
        self._limits = limits
        self._mount = mount
        self._unified = is_unified(mount)
        top = mount if self._unified else mount / "pids"
        self._pids = top / self.name
        self._memory = (mount if self._unified else mount / "memory") / self.name
        self._killed_before = 0
        self._crowded = self._out_of_memory = False
        self._alarm: tuple[int, ...] = ()

    def make(self) -> None:
        """Make the group. Raises OSError where the kernel does not take it."""
        limits = self._limits
        for folder in {self._pids, self._memory}:
            folder.mkdir(exist_ok=True)
        hold(
            self._pids,
            self._memory,
            processes=limits.processes,
            memory_bytes=limits.memory_bytes,
            unified=self._unified,
        )
        if self._unified:
            self._killed_before = self._killed()
        else:
            self._set_alarm()

    def _set_alarm(self) -> None:
        """Let the kernel tell when memory runs out: what counts it goes with the step."""
        told = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        of = os.open(self._memory / "memory.oom_control", os.O_RDONLY)
        self._alarm = (told, of)
        (self._memory / "cgroup.event_control").write_text(f"{told} {of}", "utf-8")

    def is_crowded(self) -> bool:
        """Return whether the group has, or had when it was last asked, all processes it may."""
        if not self._crowded:
            top = self._limits.processes
            events = (_value(leaf / "pids.events", "max") for leaf in self._below(self._pids))
            known = (_number(self._pids / one) for one in ("pids.current", "pids.peak"))
            self._crowded = any(found >= top for found in known) or any(events)
        return self._crowded

    def ran_out_of_memory(self) -> bool:
        """Return whether the kernel killed something in the group because it had no memory left."""
        if self._unified:
            return self._killed() > self._killed_before
        # Read, an alarm is silent again, and builds that share the group ask one after the other.
        with contextlib.suppress(OSError):
            heard = bool(self._alarm) and os.eventfd_read(self._alarm[0]) > 0
            self._out_of_memory = self._out_of_memory or heard
        return self._out_of_memory

    def _killed(self) -> int:
        return _value(self._memory / "memory.events", "oom_kill")

    def written_bytes(self) -> int:
        """Return the bytes of the files that the steps which run now wrote into their layers."""
        layers: set[Path] = set()
        for leaf in self._below(self._pids):
            with contextlib.suppress(OSError):
                for pid in (leaf / "cgroup.procs").read_text("utf-8").split():
                    mounts = Path(f"/proc/{pid}/mountinfo").read_text("utf-8")
                    layers |= {Path(one) for one in _UPPER.findall(mounts)}
        return sum(_bytes_below(layer) for layer in layers)

    @staticmethod
    def _below(folder: Path) -> list[Path]:
        return [folder, *folder.glob("*/*/")]

    def remove(self) -> None:
        """Remove the group."""
        while self._alarm:
            *rest, last = self._alarm
            self._alarm = tuple(rest)
            os.close(last)
        remove_group(self._limits.group, self._mount)


_made: dict[str, tuple[BuildGroup | None, int]] = {}
_lock = threading.Lock()


@contextlib.contextmanager
def in_group(limits: Limits, mount: Path = MOUNT) -> Iterator[BuildGroup | None]:
    """Give the group of a word, None where the kernel takes none.

    Builds of one word run side by side: the first one makes the group, and it goes with the last.
    """
    with _lock:
        group, builds = _made.get(limits.group, (None, 0))
        if builds == 0:
            group = BuildGroup(limits, mount)
            try:
                group.make()
            except OSError:
                group.remove()
                group = None
        _made[limits.group] = group, builds + 1
    try:
        yield group
    finally:
        with _lock:
            group, builds = _made.pop(limits.group)
            if builds > 1:
                _made[limits.group] = group, builds - 1
            elif group is not None:
                group.remove()


def _bytes_below(folder: Path) -> int:
    """Return the bytes that a folder takes on its disk; what goes meanwhile counts nothing."""
    found = 0
    for at, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                found += (Path(at) / name).lstat().st_blocks * 512
    return found


def group_name(word: str) -> str:
    """Return the name of the group of a word."""
    return f"docker-advices-{word}"


def remove_group(word: str, mount: Path = MOUNT) -> None:
    """Remove the group of a word and what BuildKit made in it, if nothing runs there any more."""
    made = [top / group_name(word) for top in (mount, *mount.glob("*/")) if not top.is_symlink()]
    left = [one for one in made if one.is_dir()]
    # BuildKit removes the group of a step a moment after the step.
    for _ in poll(2.0):
        for group in left:
            for folder in (*group.glob("*/*/"), *group.glob("*/"), group):
                with contextlib.suppress(OSError):
                    folder.rmdir()
        left = [one for one in left if one.is_dir()]
        if not left:
            return


def _number(file: Path) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(file.read_text("utf-8"))
    return 0


def _value(file: Path, name: str) -> int:
    """Return the number behind a name in a file of names and numbers, 0 where there is none."""
    with contextlib.suppress(OSError, ValueError):
        for line in file.read_text("utf-8").splitlines():
            known, _, number = line.partition(" ")
            if known == name:
                return int(number)
    return 0
