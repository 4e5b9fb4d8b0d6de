"""Pure: what the doctor looks at, and what to do on each system where a thing is not well.

The command and the page *Run the labs* read the same words here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

System = Literal["Debian or Ubuntu", "another Linux", "macOS", "Windows with WSL"]
SYSTEMS: tuple[System, ...] = get_args(System)
MUCH_ROOM_BYTES = 30_000_000_000
# docker buildx build --progress=rawjson came with buildx 0.13.
BUILDX_AT_LEAST = (0, 13)


@dataclass(frozen=True)
class Check:
    """A thing that the doctor looks at: its name there, what is well, and what to do if not.

    `own` holds what a system does in its own way, `fix` what all others do.
    """

    subject: str
    looks: str
    fix: str = ""
    own: Mapping[System, str] = field(default_factory=dict)

    def fix_on(self, system: System) -> str:
        """Return what to do on a system, empty when there is nothing to do."""
        return self.own.get(system, self.fix)


_DESKTOP = "install Docker Desktop, which includes the engine and buildx, and start it"
ENGINE = Check(
    "engine",
    "a Docker engine answers, and this user may use it",
    own={
        "Debian or Ubuntu": "`advices engine start` installs and starts one from the "
        "distribution's packages, as root or with sudo",
        "another Linux": "install Docker Engine with buildx and start it: `sudo systemctl start "
        "docker`",
        "macOS": _DESKTOP,
        "Windows with WSL": f"{_DESKTOP}; switch it on for your distribution in its settings "
        "(Resources, WSL integration), and work inside WSL, in its own file system",
    },
)
MAY_USE = Check(
    "engine of another user",
    "its socket is open to this user",
    fix="`sudo usermod -aG docker $USER`, then log in again",
    own={"macOS": "start Docker Desktop as this user"},
)
STORAGE = Check(
    "storage driver",
    "layers are stored by overlay2 or overlayfs",
    fix="sizes on disk can differ from the site's, which were measured with overlay2",
)
BUILDX = Check(
    "buildx",
    "the plugin buildx is there, 0.13 or newer: older versions do not report each step",
    own={
        "Debian or Ubuntu": "`sudo apt-get install docker-buildx` (Debian 13 and Ubuntu have it)",
        "another Linux": "install the package docker-buildx-plugin, or docker-buildx",
        "macOS": "update Docker Desktop",
        "Windows with WSL": "update Docker Desktop",
    },
)
BUILDER = Check(
    "builder",
    "the engine itself builds: a builder elsewhere does not know its images",
    fix="`docker context use default`, or another context whose builder has the driver `docker`: "
    "`docker buildx ls` shows them",
)
_ROOM = f"free some: stand-ins and all labs together need {MUCH_ROOM_BYTES / 1e9:.0f} GB"
SPACE = Check(
    "disk space",
    "there is disk space where the engine stores images",
    fix=f"{_ROOM}; `docker system df` shows what the engine stores",
    own={
        name: f"{_ROOM}; Docker Desktop's settings (Resources) limit its disk"
        for name in ("macOS", "Windows with WSL")
    },
)
LIMITS = Check(
    "limits of builds",
    "a learner's build may take only so many processes, so much memory and disk",
    fix="give the engine's own service limits: see `What a learner's build may take` on the page "
    "Run the labs",
)
PIP = Check(
    "pip in builds",
    (
        "builds reach Python packages: directly, through a caching index on this host if it has "
        "its own CA or index, or from prefetched packages"
    ),
    fix="connect to a network, or `advices bundle load` a file from a machine that has one",
)
ROOTLESS = Check(
    "pip in builds of a rootless engine",
    (
        "Python packages were prefetched, if this host has its own CA or index: builds of such "
        "an engine reach no index on this host"
    ),
    fix="`advices prefetch` downloads them, `advices prefetch build-cache` those of one lab",
)
REGISTRY = Check(
    "registry",
    "an image registry answers",
    fix=(
        "labs use stand-ins from Debian packages, which need Debian or Ubuntu; elsewhere "
        "`advices bundle load` a file from a machine that has the images"
    ),
)
SCANNERS = Check(
    "scanner",
    "the image of each web scanner is here",
    fix=(
        "`advices prefetch` downloads those that are available; the lab runs without ZAP and "
        "says so"
    ),
)
BASES = Check(
    "each base image",
    "the image behind each `FROM` name is here, official or stand-in",
    fix="it is pulled or built when a lab needs it; `advices prefetch` does it now",
)
PREFETCHED = Check(
    "prefetched",
    (
        "images and Python packages of each lab are here, so it runs without a network, unless "
        "its builds install Debian or Alpine packages"
    ),
    fix="`advices prefetch` downloads the rest while there is a network",
)

ALL = (
    ENGINE,
    MAY_USE,
    STORAGE,
    BUILDX,
    BUILDER,
    SPACE,
    LIMITS,
    PIP,
    ROOTLESS,
    REGISTRY,
    SCANNERS,
    BASES,
    PREFETCHED,
)
