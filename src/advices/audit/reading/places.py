"""Which paths an audit may read: those of the project, wherever its files point."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from advices.audit.reading.printable import printable
from advices.core import LabInvalid

_TEXT_AT_MOST_BYTES = 1_000_000
# What --file may name.
_BUILDS = re.compile(r"(?:docker|container)file|\.(?:ya?ml|hcl|json)$", re.I)


@dataclass(frozen=True)
class Places:
    """The folder that the reader named, and the root of the repository that it is in.

    Nothing outside of `root` is read because a file of the project says so: neither by `..` nor by
    a link. Without a repository the root is the folder itself.
    """

    folder: Path
    root: Path

    def within(self, path: Path) -> bool:
        """Return whether a path leads to something in the project, links followed."""
        try:
            found = path.resolve()
            found.exists()
        # A circle of links, a name that is too long, and one with a zero byte.
        except (OSError, RuntimeError, ValueError):
            return False
        return found.is_relative_to(self.root)

    def shown(self, path: Path) -> str:
        """Return a path of the project as its reader writes it in the folder."""
        return shown_from(self.folder, self.root, path)

    def named(self, base: Path, written: str, where: str, option: str) -> Path:
        """Return what a file in the folder `base` means by a path.

        Raises LabInvalid for an address, and for a path that leads out of the project. `where` says
        what names it, `option` what the reader may say instead.
        """
        next_step = f"say it yourself: {option}"
        if "://" in written or written.startswith(("git@", "github.com/")):
            raise LabInvalid(
                printable(f"{where}: `{written}` is on another machine"),
                why="an audit builds what is in your folder",
                next_step=next_step,
            )
        path = base / written
        if not self.within(path):
            raise LabInvalid(
                printable(f"{where}: `{written}` leads out of {self.root}"),
                why="an audit reads nothing outside of the project because a file of it says so",
                next_step=next_step,
            )
        return path.resolve()

    def text(self, base: Path, written: str, where: str, option: str) -> str | None:
        """Return the text of a file that one in `base` names, None where there is none.

        Raises LabInvalid as `named` does, and for what is no text or a very large one.
        """
        path = self.named(base, written, where, option)
        return file_text(path, f"{where}: {self.shown(path)}", option)


def file_text(path: Path, called: str, option: str) -> str | None:
    """Return the text of a file, None where there is none.

    Raises LabInvalid for what is no text or a very large one. `option` says what the reader may say
    instead.
    """
    if not path.exists():
        return None
    try:
        if not path.is_file() or path.stat().st_size > _TEXT_AT_MOST_BYTES:
            raise OSError("it is no file, or a very large one")
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabInvalid(
            printable(f"{called} cannot be read: {error}"),
            why="it is no UTF-8 text, or belongs to another user",
            next_step=f"correct it, or say it yourself: {option}",
        ) from None


def is_there(path: Path) -> bool:
    """Return whether a path leads to anything; what this user may not look at is not there."""
    # Path.exists raises there.
    return os.path.exists(path)  # noqa: PTH110


def is_file(path: Path) -> bool:
    """Return whether a path leads to a file; what this user may not look at does not."""
    # Path.is_file raises there.
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Return whether a path leads to a folder; what this user may not look at does not."""
    # Path.is_dir raises there.
    return os.path.isdir(path)  # noqa: PTH112


def shown_from(folder: Path, root: Path, path: Path) -> str:
    """Return a path of a repository as it is written in a folder of it, another one as it is."""
    if path.is_relative_to(folder):
        return path.relative_to(folder).as_posix()
    # The folder of somebody's machine is no part of a report.
    return (
        Path(os.path.relpath(path, folder)).as_posix() if path.is_relative_to(root) else str(path)
    )


def repository_of(folder: Path) -> Path:
    """Return the root of the repository that a folder is in, the folder where there is none."""
    above = (one for one in (folder, *folder.parents) if (one / ".git").exists())
    return next(above, folder)


def places_of(folder: Path) -> Places:
    """Return the places of a project in a folder. Raises LabInvalid where none can be read."""
    folder = folder.resolve()
    if not is_folder(folder):
        names_file = is_file(folder)
        told = f"advices audit {shlex.quote(str(folder.parent))}"
        if _BUILDS.search(folder.name):
            told += f" --file {shlex.quote(str(folder))}"
        raise LabInvalid(
            f"{folder} is no folder" if names_file else f"there is no folder {folder}",
            why="an audit reads a project's folder",
            next_step=told if names_file else "name the folder of your project",
        )
    if not os.access(folder, os.R_OK | os.X_OK):
        raise LabInvalid(
            f"{folder} cannot be read",
            why="its permissions do not let this user list and enter it",
            next_step="run this as a user who may read it, or change its permissions",
        )
    return Places(folder, repository_of(folder))
