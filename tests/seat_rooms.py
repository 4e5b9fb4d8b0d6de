"""A class of real seats for tests: small, with one image, and gone afterwards."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from advices.bases.resolve import Bases
from advices.classroom import (
    Asked,
    Classroom,
    Limits,
    Seat,
    inside,
    install,
    of_engine,
    prepared,
    read,
    stop,
    units,
)
from advices.core.paths import Layout
from advices.engine import provision
from advices.engine.client import connect
from advices.images.memory import LayerMemory

ROOT = Path(__file__).parents[1]
LIMITS = Limits(memory_bytes=768 << 20, disk_bytes=1 << 30, processes=400, cpus=1.0)


def slim() -> str:
    """Return the name that the small Python image has on this machine's engine."""
    bases = Bases(connect(), Layout(ROOT).bases, LayerMemory(), lambda _: None)
    return bases.resolve(["python:3.14-slim"])["python:3.14-slim"].image


def asked(seats: int) -> Asked:
    """Return a class as these tests ask for it."""
    return Asked(seats=seats, limits=LIMITS, project=ROOT)


@contextlib.contextmanager
def class_of(seats: int, image: str) -> Iterator[Classroom]:
    """Give a class, and remove it. One that somebody prepared on this machine is left alone."""
    assert read() is None, "a class is prepared on this machine: `advices class stop` first"
    install(lambda _: None)
    try:
        yield prepared(asked(seats), contextlib.nullcontext(of_engine(image)), lambda _: None)
    finally:
        stop()


def at(
    room: Classroom, seat: Seat, *words: str, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run a program in a seat, as a learner there would, and return what came of it."""
    return subprocess.run(
        inside(room, seat, words, clean=True),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )


def sh(room: Classroom, seat: Seat, script: str, timeout: float = 60) -> str:
    """Run a script in a seat that must succeed, and return what it printed."""
    done = at(room, seat, "sh", "-ec", script, timeout=timeout)
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


@contextlib.contextmanager
def spawned(room: Classroom, seat: Seat, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Let a program run in a seat meanwhile; it is killed at the end, whatever happened."""
    process = subprocess.Popen(
        inside(room, seat, words, clean=True),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


def group_of(seat: Seat) -> Path:
    """Return the control group that counts the processes of a seat, and has its limit of them."""
    name = f"user-{seat.uid}.slice" if provision.SYSTEMD.exists() else seat.name
    (file,) = Path("/sys/fs/cgroup").glob(f"**/{name}/pids.max")
    return file.parent


def lines(words: Sequence[str]) -> list[str]:
    """Return what a program of this machine prints, line by line."""
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.strip()]


def left() -> dict[str, list[str]]:
    """Return all that is on this machine of any class, by kind: nothing where none is."""
    groups = [str(one) for one in Path("/sys/fs/cgroup").glob("**/docker-advices-class")]
    ours = ("adv-seat", "docker-advices-class")
    return {
        kind: found
        for kind, found in {
            "accounts": [
                line
                for name in ("passwd", "group", "shadow", "subuid", "subgid")
                for line in Path("/etc", name).read_text("utf-8").splitlines()
                if "adv-seat" in line
            ],
            "networks": [one for one in lines(["ip", "netns", "list"]) if "adv-seat" in one],
            "links": [one for one in lines(["ip", "-o", "link"]) if "adv-seat" in one],
            "rules": [
                line
                for table in ("filter", "nat")
                for line in lines(["iptables", "-t", table, "-S"])
                if "ADVICES-CLASS" in line or "adv-seat" in line
            ],
            "disks": [one for one in lines(["losetup", "--all"]) if "docker-advices" in one],
            "mounts": [
                line
                for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
                if "docker-advices" in line or "adv-seat" in line
            ],
            "groups": groups,
            "units": [
                str(one)
                for folder in (units.FOLDER, units.LINGER)
                for one in folder.glob("**/*")
                if any(word in one.name for word in ours)
            ],
            "folders": [
                str(one)
                for one in (
                    Path("/var/lib/docker-advices/class"),
                    Path("/run/docker-advices"),
                    Path("/var/log/docker-advices/class"),
                )
                if one.exists()
            ],
            "processes": [
                line
                for line in lines(["ps", "axo", "pid,args"])
                if "docker-advices/class" in line and " ps axo" not in line
            ],
        }.items()
        if found
    }
