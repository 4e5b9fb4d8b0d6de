"""Text files that are written whole or not at all, and the room for them."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from advices.core.errors import DiskFull, FileRefused

_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def free_bytes(folder: str | Path) -> int | None:
    """Return the bytes that are free where a folder is, None where this user sees no such folder.

    An engine may keep its data on another machine, or below what is closed to an ordinary user.
    """
    try:
        return shutil.disk_usage(folder).free if Path(folder).is_dir() else None
    except OSError:
        return None


def write_whole(file: Path, text: str, mode: int = 0o644) -> Path:
    """Write a text file so that a reader sees the old or the new one, never a half.

    At no moment may others do more with it than `mode` says. Raises DiskFull when there is no room;
    then the old file stands as it was.
    """
    write_together({file: text}, mode)
    return file


def write_together(texts: Mapping[Path, str], mode: int = 0o644) -> None:
    """Write text files, each whole, and none of them unless there is room for all.

    They are put in place in the order given. Raises DiskFull or FileRefused; then every old file
    stands as it was.
    """
    halves: dict[Path, Path] = {}
    file = None
    try:
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale(file)
            handle, name = tempfile.mkstemp(prefix=f".{file.name}.{os.getpid()}.", dir=file.parent)
            halves[file] = Path(name)
            with os.fdopen(handle, "w", encoding="utf-8") as sink:
                sink.write(text)
                sink.flush()
                os.fsync(sink.fileno())
            Path(name).chmod(mode)
        for file, half in halves.items():
            half.replace(file)
    except OSError as error:
        kind = FileRefused if error.errno in _REFUSED else DiskFull
        named = file.name if file else ""
        raise kind(f"{named} could not be written: {error.strerror}") from None
    finally:
        for half in halves.values():
            half.unlink(missing_ok=True)


def _remove_stale(file: Path) -> None:
    """Remove half-written copies of a file whose writer was killed: its process is gone."""
    for half in file.parent.glob(f".{file.name}.*"):
        pid = half.name.removeprefix(f".{file.name}.").partition(".")[0]
        if not pid.isdigit():
            continue
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            half.unlink(missing_ok=True)
        except PermissionError:
            continue
