"""What .dockerignore lets into a build."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from e2b_dockerfile_utils import PatternMatcher

from advices.core import LabInvalid

_NAME = ".dockerignore"


def ignore_patterns(context: Path) -> tuple[str, ...]:
    """Return the patterns of a context's .dockerignore in their shortest spelling.

    Raises LabInvalid for a pattern that no builder reads.
    """
    return tuple(_matcher(context).patterns)


def context_files(context: Path, ignore: Path | None = None) -> Iterator[Path]:
    """Yield the files that .dockerignore, itself left out, lets into the build of a context.

    `ignore` is the file that is read in its place, such as a Dockerfile's own: it may be missing.
    Raises LabInvalid for a pattern that no builder reads, and for a folder that may not be read.
    """
    matcher = _matcher(context, ignore)
    for parent, folders, files in os.walk(context, onerror=_refuse):
        below = Path(parent).relative_to(context)
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in (*files, *links):
            path = (below / name).as_posix()
            if path != _NAME and not matcher.matches(path):
                yield context / path
        # A folder that is left out is looked through only for what an exception brings back.
        paths = {name: (below / name).as_posix() for name in folders}
        folders[:] = [
            name
            for name, path in paths.items()
            if not matcher.matches(path) or matcher.may_match_under(path)
        ]


def _refuse(error: OSError) -> None:
    # A folder that is gone meanwhile is no fault.
    if isinstance(error, PermissionError):
        raise unreadable(error)


def unreadable(error: PermissionError) -> LabInvalid:
    """Return what is said of a file or folder of a project that this user may not read."""
    return LabInvalid(
        f"{error.filename} cannot be read: {error.strerror}",
        why="its permissions do not let this user read it, as docker build has to",
        next_step="list it in .dockerignore if no build needs it, or let this user read it",
    )


def _matcher(context: Path, ignore: Path | None = None) -> PatternMatcher:
    file = ignore or context / _NAME
    try:
        lines = file.read_text("utf-8-sig").splitlines() if file.is_file() else []
    except UnicodeDecodeError as error:
        raise LabInvalid(
            f"{file} cannot be read: {error}",
            why="it is no UTF-8 text",
            next_step="save it as UTF-8",
        ) from None
    except PermissionError as error:
        raise unreadable(error) from None
    try:
        return PatternMatcher(lines)
    except ValueError as error:
        raise LabInvalid(f"{file.name}: {error}") from None
