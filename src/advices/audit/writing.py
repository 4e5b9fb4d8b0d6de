"""Files of a project that a fix changes: written whole, and as executable as they were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from advices.audit.reading.places import Places, places_of
from advices.core import FileRefused, write_together


def write_fix(folder: Path, files: Mapping[str, tuple[str, str]]) -> None:
    """Write the new texts of files, by path below a folder; each is its text before and after.

    What is a link stays one: the file that it leads to is written. Raises DiskFull or FileRefused,
    also for a link that leads out of the project; then every old file stays as it was.
    """
    places = places_of(folder)
    paths = {_written_at(places, folder / name): new for name, (_, new) in files.items()}
    modes = {path: path.stat().st_mode & 0o777 for path in paths if path.is_file()}
    write_together(paths)
    for path, mode in modes.items():
        path.chmod(mode)


def _written_at(places: Places, path: Path) -> Path:
    """Return the file to write for a path. Raises FileRefused for a link that leads out."""
    if not path.is_symlink():
        return path
    if not places.within(path):
        raise FileRefused(
            f"{places.shown(path)} was not written: it is a link that leads out of {places.root}",
            why="a fix changes nothing outside of the project",
            next_step="put the file itself there, or apply the diff by hand",
        )
    return path.resolve()
