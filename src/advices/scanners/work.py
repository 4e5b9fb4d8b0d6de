"""Web scanners: what each is told to do, and how its report is read.

`zap` and `wapiti` are pure: an address gives the work of a container, a report gives alerts.
`run` lets a scanner's container do it, `images` finds or builds its image, `target` finds the
container of a learner.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from advices.core import ScanFailed
from advices.lab import EVIDENCE_CHARACTERS, Alert

SMALLER_PART = "scan a smaller part: name a path"
NAMES = ("wapiti", "zap")
"""The scanners, by the name that lab.toml and `advices scan` know them by."""


@dataclass(frozen=True)
class Work:
    """What a scanner's container is started with, and what it must leave.

    `files` lie below `folder`, which belongs to the user `uid`; `report` is the path of the
    report. An exit code outside `accept` means that the scan failed.
    """

    command: tuple[str, ...]
    report: str
    memory: str
    accept: frozenset[int]
    timeout_seconds: float
    folder: str = ""
    uid: int = 0
    files: Mapping[str, str] | None = None

    def archive(self) -> bytes:
        """Return the folder with its files as a tar that is unpacked at /; b"" without one."""
        if not self.folder:
            return b""
        sink = io.BytesIO()
        with tarfile.open(fileobj=sink, mode="w") as tar:
            folder = tarfile.TarInfo(self.folder.lstrip("/"))
            folder.type, folder.mode, folder.uid = tarfile.DIRTYPE, 0o755, self.uid
            tar.addfile(folder)
            for name, text in (self.files or {}).items():
                content = text.encode()
                file = tarfile.TarInfo(f"{folder.name}/{name}")
                file.size, file.mode, file.uid = len(content), 0o644, self.uid
                tar.addfile(file, io.BytesIO(content))
        return sink.getvalue()


@dataclass(frozen=True)
class Report:
    """What a scanner reported: its version, the alerts, and how many addresses it found.

    An address that was found need not have been asked for, nor have answered.
    """

    version: str
    urls: int
    alerts: tuple[Alert, ...]


class Part(BaseModel):
    """A part of a foreign report. Fields that are not known are ignored: they come and go."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


Whole = TypeVar("Whole", bound=Part)


def validated(kind: type[Whole], report: bytes, scanner: str) -> Whole:
    """Return a report as a record. Raises ScanFailed, naming what is missing or not as it was."""
    try:
        return kind.model_validate_json(report)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'it'}: {fault['msg'].lower()}"
            for fault in error.errors()[:3]
        ]
        raise ScanFailed(
            f"the report of {scanner} cannot be read: {'; '.join(faults)}",
            why=(
                "the scanner ended while it wrote the report, or this version writes another format"
            ),
            next_step="use the version that labs/scanners names, or fix our reader of the report",
        ) from None


def cut(text: str) -> str:
    """Return foreign evidence on one line, at most `EVIDENCE_CHARACTERS` long."""
    line = " ".join(text.split())
    return line if len(line) <= EVIDENCE_CHARACTERS else line[: EVIDENCE_CHARACTERS - 1] + "…"


Say = Callable[[str], None]
