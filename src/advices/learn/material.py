"""What the page shows beside an exercise's editor: the files of the project, and the solution.

The solution is asked for by itself, once the learner wants it; it is never among the files.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path, PurePath

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from advices.core import LabInvalid, project
from advices.lab import NOT_SOURCE, Lab, labfile

_LARGEST_BYTES = 100_000


def project_files(exercise: Lab) -> dict[str, str]:
    """Return the text of each file that a build of an exercise may get, by its path, sorted.

    What is no text, or is longer than a page should hold, is told in a sentence in place of it.
    Links are left out: they may lead anywhere.
    """
    found: dict[str, str] = {}
    gets = exercise.variants["bad"]
    overlays = [exercise.folder / name for name in (exercise.overlay, gets.overlay) if name]
    for folder in (exercise.context, *overlays):
        found |= {file.relative_to(folder).as_posix(): _text(file) for file in _files(folder)}
    for name in gets.leaves_out:
        found = {
            path: text for path, text in found.items() if not PurePath(path).is_relative_to(name)
        }
    return dict(sorted(found.items()))


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_left_out(name)]
        for file in (Path(parent) / name for name in files if not _is_left_out(name)):
            if file.is_file() and not file.is_symlink():
                yield file


def _is_left_out(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in NOT_SOURCE)


def _text(file: Path) -> str:
    size = file.stat().st_size
    if size > _LARGEST_BYTES:
        return f"({size} bytes, too many to show here)"
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        return f"({size} bytes that are no text)"


class Material(JupyterHandler):
    """Sends what belongs to an exercise, for who is let in."""

    def initialize(self, root: str) -> None:
        """Take a folder of the project."""
        self._root = Path(root)

    @web.authenticated
    def get(self, slug: str, what: str) -> None:
        """Send the files, or the solution, as JSON."""
        try:
            exercise = labfile.read(project(self._root).labs, slug).its_exercise()
        except LabInvalid:
            raise web.HTTPError(404) from None
        told = (
            {"files": project_files(exercise)}
            if what == "files"
            else {"solution": exercise.dockerfile("good").read_text("utf-8").rstrip()}
        )
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(told))
