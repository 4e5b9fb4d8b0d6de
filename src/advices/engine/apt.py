"""What this machine is, and Debian's packages on it: they are installed only where it may be."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from advices.core import EngineMissing, InstallRefused, as_root, run

# Debian 12 ships an engine without buildx; Debian 13's packages need nothing newer than its
# libc. Only these may come from there.
_FROM_TRIXIE = ("docker.io", "docker-cli", "docker-buildx", "containerd")
# apt-get waits for dpkg's lock, and ends with an error where another updates its lists.
_APT_LOCK = Path("/run/docker-advices-apt.lock")
Say = Callable[[str], None]


@dataclass(frozen=True)
class System:
    """What /etc/os-release says: `id` such as debian, `codename` such as bookworm."""

    id: str
    codename: str
    like: str

    @property
    def has_apt(self) -> bool:
        """Return whether packages are Debian's."""
        return "debian" in (self.id, *self.like.split()) and shutil.which("apt-get") is not None


def system(file: Path = Path("/etc/os-release")) -> System:
    """Return this machine's distribution; empty words where there is no such file."""
    values: dict[str, str] = {}
    with contextlib.suppress(OSError):
        for line in file.read_text("utf-8").splitlines():
            key, _, value = line.partition("=")
            values[key] = value.strip("\"'")
    return System(
        values.get("ID", ""), values.get("VERSION_CODENAME", ""), values.get("ID_LIKE", "")
    )


def allowed(question: str, packages: tuple[str, ...] = ()) -> None:
    """Return when we may change this machine: as root, or after a yes on a terminal.

    Raises InstallRefused, which names the packages that an administrator could install instead.
    """
    if os.geteuid() == 0:
        return
    if sys.stdin.isatty() and input(f"{question} [y/N] ").strip().lower() in ("y", "yes"):
        return
    raise InstallRefused(
        f"{question} This needs root, or a yes on a terminal",
        why="this user is not root, and nobody said yes",
        next_step="run the command as root, or ask an administrator to "
        + (f"install {' and '.join(packages)}" if packages else "do it"),
    )


def install_packages(packages: tuple[str, ...], *, because: str) -> None:
    """Install Debian packages. Raises InstallRefused or CommandFailed."""
    if not system().has_apt:
        raise InstallRefused(
            f"{', '.join(packages)} must be installed: {because}",
            why="this command can only install Debian and Ubuntu packages",
            next_step="install it with this system's own tools",
        )
    allowed(f"Install {', '.join(packages)} ({because})?", packages)
    _apt("update")
    _apt("install", "--yes", "--no-install-recommends", *packages)


def _apt(*words: str) -> None:
    argv = ["env", "DEBIAN_FRONTEND=noninteractive", "flock", str(_APT_LOCK)]
    argv += ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    run(as_root([*argv, *words]), timeout_seconds=1800)


def _write_as_root(file: str, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as source:
        source.write(text)
        source.flush()
        run(as_root(["install", "-D", "-m", "0644", source.name, file]))


def pin_trixie(uri: str) -> dict[str, str]:
    """Return the apt files, by path, that let only the engine come from Debian 13."""
    return {
        "/etc/apt/sources.list.d/docker-advices-trixie.sources": (
            "Types: deb\n"
            f"URIs: {uri}\n"
            "Suites: trixie\n"
            "Components: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
        ),
        "/etc/apt/preferences.d/docker-advices-trixie": (
            "Package: *\nPin: release n=trixie\nPin-Priority: -1\n\n"
            f"Package: {' '.join(_FROM_TRIXIE)}\nPin: release n=trixie\nPin-Priority: 600\n"
        ),
    }


def mirror(codename: str) -> str:
    """Return the mirror that this machine's own apt sources use. Raises EngineMissing."""
    listed = run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME)", "Created-By: Packages"]
    ).stdout
    for line in listed.splitlines():
        uri, _, name = line.partition(" ")
        if name == codename:
            return uri
    raise EngineMissing(f"apt has no source for {codename}", why="somebody changed its sources")


def install_engine(say: Say) -> None:
    """Install Docker and buildx from the distribution. Raises EngineMissing, InstallRefused."""
    here = system()
    if not here.has_apt:
        raise EngineMissing(
            "no Docker engine answers, and this system's packages are not Debian's",
            why="this command can install one only on Debian and Ubuntu",
            next_step="install Docker Engine 24 or newer with buildx (Docker Desktop has both), "
            "start it, and run the same command again",
        )
    packages = ("docker.io", "docker-buildx")
    allowed("Install Docker and buildx from the distribution's packages?", packages)
    say("installing Docker and buildx from the distribution's packages")
    _apt("update")
    if here.codename == "bookworm":
        for file, text in pin_trixie(mirror(here.codename)).items():
            _write_as_root(file, text)
        _apt("update")
    # git is named by docker.io's recommendations and used by builds from repositories only.
    _apt("install", "--yes", "--no-install-recommends", "docker.io", "docker-cli", "docker-buildx")
