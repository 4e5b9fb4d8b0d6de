"""The files of a class that the hub and its service share, and the trainer's. All are root's."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path
from typing import TypeVar

from advices.classroom.hub.address import Address
from advices.classroom.records import Classroom
from advices.classroom.sending.destination import Destination
from advices.core import KEEP_DAYS, ClassMissing, ClassSettingInvalid, Record, write_whole

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


def demand_roots_own(file: Path) -> None:
    """Refuse a file that another account could change, because root executes it, or read.

    Raises ClassSettingInvalid.
    """
    if not file.is_file():
        raise ClassSettingInvalid(
            f"there is no file {file}",
            why="it is named after --config",
            next_step="check the path",
        )
    for place in (file, *file.parents):
        about = place.stat()
        sticky = bool(about.st_mode & stat.S_ISVTX)
        if about.st_uid not in (0, os.geteuid()) or (about.st_mode & 0o022 and not sticky):
            raise ClassSettingInvalid(
                f"another account can change {place}",
                why="root executes the file that --config names",
                next_step=f"`chown root {place}` and `chmod go-w {place}`, or move the file",
            )
    if file.stat().st_mode & 0o077:
        raise ClassSettingInvalid(
            f"another account can read {file}",
            why="a file of settings may hold the secret that a provider of logins gave you",
            next_step=f"`chmod 600 {file}`",
        )


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
