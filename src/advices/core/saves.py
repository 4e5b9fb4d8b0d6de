"""Hears when a file is saved, by whatever an editor does to save it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from advices.core.process import poll

_LOOK_SECONDS = 0.25


def saves(file: Path) -> Iterator[None]:
    """Yield at once, and again after each save, without an end.

    Two looks a quarter of a second apart must see the same file, so that a save that is still
    written, and several in a row, count once. One that came while the caller was busy counts too.
    A file that is gone counts as saved, and so does one that comes back.
    """
    while True:
        # Looked at before the caller reads it: what is saved from now on is new.
        known = _seen(file)
        yield
        before = known
        # No watcher of the system: it hears nothing on folders that WSL, a virtual machine or a
        # network share, and an editor that renames a new file leaves it with the old one.
        for _ in poll(float("inf"), _LOOK_SECONDS):
            now = _seen(file)
            if now == before != known:
                break
            before = now


def _seen(file: Path) -> tuple[int, int, int] | None:
    """Return what differs after a save, None where there is no file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
