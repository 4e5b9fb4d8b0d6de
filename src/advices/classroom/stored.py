"""The file of a class: written whole, root's alone."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from advices.classroom import places
from advices.classroom.records import Classroom, Seat
from advices.core import ClassMissing, FileRefused, SeatUnknown, write_whole

_LOCK = Path("/run/docker-advices-class.lock")


def read(folder: Path = places.FOLDER) -> Classroom | None:
    """Return the class that is prepared on this machine, None without one. Raises FileRefused."""
    file = places.class_file(folder)
    try:
        return Classroom.model_validate_json(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except ValidationError:
        raise FileRefused(
            f"{file} is not as this toolkit writes it",
            why="somebody edited it, or another version of the toolkit wrote it",
            next_step="`advices class stop` removes the class, whatever the file says",
        ) from None
    except PermissionError:
        raise FileRefused(
            f"{file} cannot be read", why="it is root's", next_step="run the command as root"
        ) from None


def write(classroom: Classroom, folder: Path = places.FOLDER) -> None:
    """Keep what a class is. Raises DiskFull, FileRefused."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    folder.chmod(0o711)
    write_whole(places.class_file(folder), classroom.model_dump_json(indent=1) + "\n", 0o600)


def seat_of(classroom: Classroom | None, word: str) -> Seat:
    """Return the seat of a class by its name or its number. Raises SeatUnknown, ClassMissing."""
    if classroom is None:
        raise ClassMissing("no class is prepared on this machine")
    for seat in classroom.seats:
        if word in (seat.name, str(seat.number), f"{seat.number:02}"):
            return seat
    names = f"{classroom.seats[0].name} to {classroom.seats[-1].name}"
    raise SeatUnknown(f"there is no seat `{word}`", why=f"this class has {names}")


@contextlib.contextmanager
def changed_alone() -> Iterator[None]:
    """Let only one command at a time make or remove seats. Raises FileRefused."""
    try:
        with _locked():
            yield
    except PermissionError:
        raise FileRefused(
            f"{_LOCK} cannot be written",
            why="only root changes a class",
            next_step="run the command as root",
        ) from None


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    while True:
        with _LOCK.open("a") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            # The one before may have removed the file: then others do not know of this lock.
            with contextlib.suppress(FileNotFoundError):
                if os.fstat(held.fileno()).st_ino != _LOCK.stat().st_ino:
                    continue
                try:
                    yield
                finally:
                    _LOCK.unlink(missing_ok=True)
                return
