"""Where a class is on this machine: all of it is below two folders, and has our prefix."""

from __future__ import annotations

from pathlib import Path

from advices.classroom.records import Seat

PREFIX = "adv-seat-"
"""What the accounts, groups, networks and control groups of seats begin with, and nothing else."""
FOLDER = Path("/var/lib/docker-advices/class")
"""Root's own, but for the mount points that accounts pass through."""
RUN = Path("/run/docker-advices/class")
"""What does not outlive a reboot: the names of the seats' namespaces."""
NETWORKS = Path("/run/netns")
NAMESPACES = ("mnt", "pid", "ipc", "uts")
GROUP = "docker-advices-class"
"""The control group that has those of all seats."""


def class_file(folder: Path = FOLDER) -> Path:
    """Return the file that says what a class is."""
    return folder / "class.json"


def name_of(number: int) -> str:
    """Return the name of a seat, which is that of its account, network and control group."""
    return f"{PREFIX}{number:02}"


def disk(seat: Seat, folder: Path = FOLDER) -> Path:
    """Return the file that is the disk of a seat."""
    return folder / "disks" / f"{seat.name}.img"


def store(folder: Path = FOLDER) -> Path:
    """Return the disk with the images and packages that all seats share, never written to again."""
    return folder / "store.img"


def store_shown(folder: Path = FOLDER) -> Path:
    """Return where the shared disk is mounted: below a folder that only root may pass."""
    return folder / "disks" / "store"


def inside_of(seat: Seat) -> Path:
    """Return where a seat's disk is mounted, which only the seat's own processes see."""
    return seat.home.parent


def namespace(seat: Seat, kind: str) -> Path:
    """Return the file that keeps a namespace of a seat, for one of `NAMESPACES`."""
    return RUN / seat.name / kind


def network(seat: Seat) -> Path:
    """Return the file that keeps the network of a seat."""
    return NETWORKS / seat.network


def link(seat: Seat) -> str:
    """Return the name of this machine's end of the link to a seat: at most 15 characters."""
    return f"adv-seat{seat.number}"
