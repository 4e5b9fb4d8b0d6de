"""The files of a class that the hub and its service share. All are root's alone."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TypeVar

from advices.classroom.hub.address import Address
from advices.classroom.records import Classroom
from advices.classroom.sending.destination import Destination
from advices.core import KEEP_DAYS, ClassMissing, Record, write_whole

FOLDER_VARIABLE = "ADVICES_CLASS_FOLDER"
"""The variable by which the hub and its service are told the folder of the class."""
DATABASE = "hub.sqlite"
"""The file of the hub's own database."""
_CLASS = "class.json"
_OPENED = "hub.json"
_CODES = "codes.json"
# Without letters and digits that look alike.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
Kind = TypeVar("Kind", bound=Record)


class Codes(Record):
    """The two secrets of a class: what learners type, and what the trainer does."""

    learners: str
    trainer: str


class Opened(Record):
    """How a class is served. `extra` is a file of settings that the trainer added, or None.

    `xapi` is where progress is sent to as well, None where nothing leaves the machine.
    """

    address: Address
    keep_days: int = KEEP_DAYS
    extra: Path | None = None
    proxy: tuple[str, ...] = ()
    hub_port: int = 8081
    proxy_api_port: int = 8001
    board_port: int = 8082
    xapi: Destination | None = None

    @property
    def store_host(self) -> str | None:
        """Return the host of the store as pages name it, None without one."""
        return self.xapi.host if self.xapi else None


def classroom(folder: Path) -> Classroom:
    """Return the class that is prepared in a folder. Raises ClassMissing for none."""
    return _read(folder / _CLASS, Classroom)


def opened(folder: Path) -> Opened:
    """Return how the class is served. Raises ClassMissing when it never was started."""
    return _read(folder / _OPENED, Opened)


def save_opened(folder: Path, how: Opened) -> None:
    """Write how the class is served."""
    _write(folder / _OPENED, how.model_dump_json())


def codes(folder: Path) -> Codes:
    """Return the codes of a class; they are made when somebody asks first."""
    file = folder / _CODES
    if not file.is_file():
        made = Codes(
            learners="-".join("".join(secrets.choice(_LETTERS) for _ in "1234") for _ in "12"),
            trainer=secrets.token_hex(16),
        )
        _write(file, made.model_dump_json())
    return _read(file, Codes)


def _read(file: Path, kind: type[Kind]) -> Kind:
    try:
        return kind.model_validate_json(file.read_text("utf-8"))
    except FileNotFoundError:
        raise ClassMissing(f"there is no file {file.name} of a class") from None
    except PermissionError:
        raise ClassMissing(
            "the files of the class are root's alone",
            why="this is another account",
            next_step="run the command as root",
        ) from None


def _write(file: Path, text: str) -> None:
    """Write a file whole, for root alone."""
    write_whole(file, text, 0o600)
