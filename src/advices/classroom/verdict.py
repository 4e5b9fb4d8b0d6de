"""Whether a machine can have a class: from what is known of the machine, without asking it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from advices.classroom.records import Limits
from advices.core import counted

KERNEL = (5, 12)
"""Since then one mount can be made read-only, or shown with other owners."""
KERNEL_SHARES = (5, 19)
"""Since then layers that are shown so can be below a container's files."""
SEAT_BYTES = 450_000_000
"""Memory that a seat takes after a lab: its server, a kernel and its engine."""
MACHINE_BYTES = 1_600_000_000
"""Memory that is left to the machine, the hub and its proxy."""
SEAT_FILES_BYTES = 1_000_000_000
"""Disk for a seat's own files, next to what a lab wants free."""
SPARE_DISK_BYTES = 4_000_000_000
"""Disk that is left to the machine."""
SEATS_AT_MOST = 200
LEAST = Limits(memory_bytes=768_000_000, disk_bytes=1_000_000_000, processes=200, cpus=0.1)
"""Less of anything, and a seat's engine, server and one build do not fit."""
Mark = Literal["ok", "note", "bad"]


@dataclass(frozen=True)
class Facts:
    """What is known of a machine. Sizes are bytes; `programs` are those that are missing."""

    is_root: bool
    system: str
    kernel: tuple[int, int]
    user_namespaces: str
    cgroup_version: int
    controllers_missing: tuple[str, ...]
    has_tun: bool
    has_loop: bool
    disk_free_bytes: int
    memory_bytes: int
    cpus: int
    programs_missing: tuple[str, ...]
    sub_ids_missing: str
    proxy: str


@dataclass(frozen=True)
class Wanted:
    """What class is asked for. `stored_bytes` are on the disk for it already.

    `lab_bytes` are what the labs want free before they build.
    """

    seats: int
    limits: Limits
    store_bytes: int = 0
    stored_bytes: int = 0
    lab_bytes: int = 0


@dataclass(frozen=True)
class Row:
    """A line of the table: about what, what is so, and how to change that."""

    subject: str
    mark: Mark
    says: str
    fix: str = ""


@dataclass(frozen=True)
class Verdict:
    """The table, how many seats the machine allows, and the first thing that forbids the class."""

    rows: tuple[Row, ...]
    seats_allowed: int

    @property
    def fault(self) -> Row | None:
        """Return the first row that forbids the class, None where nothing does."""
        return next((row for row in self.rows if row.mark == "bad"), None)


def judge(facts: Facts, wanted: Wanted) -> Verdict:
    """Return what a machine allows of the class that is asked for."""
    allowed = min(_by_memory(facts), _by_disk(facts, wanted), SEATS_AT_MOST)
    return Verdict((*_of_the_machine(facts), *_of_the_size(facts, wanted)), max(0, allowed))


def _of_the_machine(facts: Facts) -> Iterator[Row]:
    yield _row(
        "root",
        facts.is_root,
        "you are root",
        "only root makes accounts and networks",
        "run the command as root",
    )
    kernel = ".".join(map(str, facts.kernel))
    if facts.system != "Linux":
        yield Row("kernel", "bad", f"{facts.system} is no Linux", "use a Linux machine or a VM")
        return
    if facts.kernel < KERNEL:
        wanted = ".".join(map(str, KERNEL))
        yield Row(
            "kernel",
            "bad",
            f"Linux {kernel} is older than {wanted}",
            "use a newer system: Debian 12 or Ubuntu 22.04",
        )
    elif facts.kernel < KERNEL_SHARES:
        wanted = ".".join(map(str, KERNEL_SHARES))
        yield Row(
            "kernel",
            "bad",
            f"Linux {kernel} cannot share images between seats",
            f"use Linux {wanted} or newer: Debian 12 or Ubuntu 24.04",
        )
    else:
        yield Row("kernel", "ok", f"Linux {kernel}")
    yield _row(
        "user namespaces",
        not facts.user_namespaces,
        "accounts may have them",
        facts.user_namespaces,
        "allow them for ordinary accounts, then run the command again",
    )
    yield _row(
        "control groups",
        not facts.controllers_missing,
        f"version {facts.cgroup_version}, with pids, memory and cpu",
        f"this machine limits no {' and no '.join(facts.controllers_missing)}",
        "mount the control groups, or boot the kernel with them; in a container, use a machine",
    )
    yield _row(
        "network device",
        facts.has_tun,
        "/dev/net/tun is there",
        "there is no /dev/net/tun",
        "`modprobe tun`",
    )
    yield _row(
        "disks in files",
        facts.has_loop,
        "/dev/loop-control is there",
        "there is no /dev/loop-control",
        "`modprobe loop`",
    )
    yield _row(
        "subordinate ids",
        not facts.sub_ids_missing,
        "useradd gives each account a range",
        facts.sub_ids_missing,
        "set SUB_UID_COUNT and SUB_GID_COUNT in /etc/login.defs to 65536 and "
        "`touch /etc/subuid /etc/subgid`",
    )
    yield _row(
        "programs",
        not facts.programs_missing,
        "all are here",
        f"missing: {', '.join(facts.programs_missing)}",
        "install the packages that have them",
    )
    yield Row(
        "hub's proxy",
        "ok" if facts.proxy else "note",
        facts.proxy or "configurable-http-proxy is not here: `advices class start` needs it",
        ""
        if facts.proxy
        else "`./run class` installs it; by hand: `npm install --global configurable-http-proxy`",
    )


def _of_the_size(facts: Facts, wanted: Wanted) -> Iterator[Row]:
    limits, seats = wanted.limits, wanted.seats
    for name, value, least in (
        ("memory of a seat", limits.memory_bytes, LEAST.memory_bytes),
        ("disk of a seat", limits.disk_bytes, LEAST.disk_bytes),
    ):
        if value < least:
            yield Row(
                name,
                "bad",
                f"{size(value)} is too little for an engine, a server and a build",
                f"give at least {size(least)}",
            )
    least = wanted.lab_bytes + SEAT_FILES_BYTES
    if LEAST.disk_bytes <= limits.disk_bytes < least:
        yield Row(
            "disk of a seat",
            "note",
            f"{size(limits.disk_bytes)}, and labs want {size(wanted.lab_bytes)} free: there they "
            "run no cell and no check",
            f"`--disk` with {size(least)} or more",
        )
    if limits.processes < LEAST.processes:
        yield Row(
            "processes of a seat",
            "bad",
            f"{limits.processes} are too few",
            f"give at least {LEAST.processes}",
        )
    if not LEAST.cpus <= limits.cpus <= facts.cpus:
        yield Row(
            "cores of a seat",
            "bad",
            f"{limits.cpus:g} of {facts.cpus}",
            f"give between {LEAST.cpus:g} and {facts.cpus}",
        )
    if not 1 <= seats <= SEATS_AT_MOST:
        yield Row("seats", "bad", f"{seats}", f"ask for 1 to {SEATS_AT_MOST}")
    memory, disk = _by_memory(facts), _by_disk(facts, wanted)
    yield _row(
        "memory",
        seats <= memory,
        f"{size(facts.memory_bytes)} are enough for {counted(memory, 'seat')} after a lab each",
        f"{size(facts.memory_bytes)} are enough for {counted(memory, 'seat')}, not {seats}: each "
        f"takes {size(SEAT_BYTES)} after a lab",
        f"prepare {counted(memory, 'seat')}, or use a machine with more memory",
    )
    needed = seats * limits.disk_bytes + wanted.store_bytes + SPARE_DISK_BYTES
    room = facts.disk_free_bytes + wanted.stored_bytes
    yield _row(
        "disk",
        seats <= disk,
        f"{size(room)} are free, enough for {counted(disk, 'seat')}",
        f"{size(room)} are free, and {counted(seats, 'seat')} may take {size(needed)} with what "
        "all share",
        _that_fits(room - wanted.store_bytes - SPARE_DISK_BYTES, seats, disk),
    )
    builds = int(facts.cpus / limits.cpus) if limits.cpus else 0
    yield Row(
        "cores",
        "ok",
        f"{facts.cpus}: {counted(builds, 'seat')} may build at once without sharing one",
    )


def _row(subject: str, good: bool, says: str, otherwise: str, fix: str) -> Row:
    return Row(subject, "ok", says) if good else Row(subject, "bad", otherwise, fix)


def _by_memory(facts: Facts) -> int:
    return max(0, (facts.memory_bytes - MACHINE_BYTES) // SEAT_BYTES)


def _by_disk(facts: Facts, wanted: Wanted) -> int:
    room = facts.disk_free_bytes + wanted.stored_bytes - wanted.store_bytes - SPARE_DISK_BYTES
    return max(0, room // max(1, wanted.limits.disk_bytes))


def _that_fits(room: int, seats: int, at_most: int) -> str:
    """Return what lets the seats fit on the disk: a smaller disk each, or fewer seats."""
    tenths = room // max(1, seats) // 100_000_000
    smaller = [f"`--disk {tenths / 10:g}G`"] if tenths >= LEAST.disk_bytes // 100_000_000 else []
    fewer = [f"`--seats {at_most}`"] if at_most > 0 else []
    return ", ".join(
        [*smaller, *fewer, "or a larger disk" if smaller or fewer else "a larger disk"]
    )


def size(bytes_: int) -> str:
    """Return a size as a reader takes it in: MB below one GB."""
    return f"{bytes_ / 1e9:.1f} GB" if bytes_ >= 1e9 else f"{bytes_ / 1e6:.0f} MB"
