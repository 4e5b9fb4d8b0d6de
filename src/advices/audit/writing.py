"""Files of a project that a fix changes: written whole, and as executable as they were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from advices.core import write_together


def write_fix(folder: Path, files: Mapping[str, tuple[str, str]]) -> None:
    """Write the new texts of files, by path below a folder; each is its text before and after.

    Raises DiskFull or FileRefused; then every old file stays as it was.
    """
    paths = {folder / name: new for name, (_, new) in files.items()}
    modes = {path: path.stat().st_mode & 0o777 for path in paths if path.is_file()}
    write_together(paths)
    for path, mode in modes.items():
        path.chmod(mode)
