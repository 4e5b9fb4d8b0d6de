"""The rootless engine of a seat as words: Docker's own script, and what it is asked for."""

from __future__ import annotations

from pathlib import Path

from advices.classroom import places
from advices.classroom.records import Seat
from advices.core import EngineMissing

SCRIPTS = ("/usr/share/docker.io/contrib/dockerd-rootless.sh", "/usr/bin/dockerd-rootless.sh")
"""Debian's place for it, and Docker's own."""


def script() -> str | None:
    """Return the script that starts a rootless engine, None where it is not installed."""
    return next((one for one in SCRIPTS if Path(one).exists()), None)


def data(seat: Seat) -> Path:
    """Return the folder of a seat's engine, as it is seen in the seat."""
    return places.inside_of(seat) / "docker"


def log(seat: Seat) -> Path:
    """Return the file that the engine of a seat prints to, as it is seen in the seat.

    It is on the seat's disk: a learner could let it fill this machine's.
    """
    return data(seat) / "engine.log"


def pid_file(seat: Seat) -> Path:
    """Return the file in which the engine notes its number; of one that was killed it stays."""
    return seat.runtime / "docker.pid"


def words(seat: Seat) -> list[str]:
    """Return the words that start the engine of a seat. Raises EngineMissing without the script."""
    found = script()
    if found is None:
        raise EngineMissing(
            "the script dockerd-rootless.sh is not here",
            why="the engine's packages bring it: docker.io, or docker-ce-rootless-extras",
            next_step="`advices class prepare` installs it on Debian and Ubuntu",
        )
    return [found, "--host", seat.docker_host, "--data-root", str(data(seat))]
