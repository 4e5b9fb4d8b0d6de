"""The digest of what a lab is made of."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from advices.core import LabInvalid, Layout
from advices.lab.model import Lab

# What tests, visitors and builds leave in a project. It decides nothing and no build gets it.
NOT_SOURCE = ("__pycache__", "data", "media", "staticfiles", ".venv", ".git", "*.pyc", "*.sqlite3")


def lab_digest(layout: Layout, lab: Lab) -> str:
    """Return the SHA-256 of all that decides what a lab measures.

    That is its Dockerfiles, its overlays, lab.toml, the build context and the notebook's code
    cells; prose is left out, so that rewording never makes a result look old. Of an exercise
    it is the solution and no notebook: a learner may change the rest.
    """
    digest = hashlib.sha256()
    toml = lab.folder / ("exercise.toml" if lab.is_exercise else "lab.toml")
    variants = ["good"] if lab.is_exercise else list(lab.variants)
    for file in sorted([toml, *map(lab.dockerfile, variants)]):
        _add(digest, file.name, file.read_bytes())
    overlays = {lab.overlay, *(lab.variants[name].overlay for name in variants)} - {None}
    for overlay in sorted(str(name) for name in overlays):
        for file in _source_files(lab.folder / overlay):
            _add(digest, str(file.relative_to(lab.folder)), file.read_bytes())
    for file in _source_files(lab.context):
        _add(digest, str(file.relative_to(lab.context)), file.read_bytes())
    for code in () if lab.is_exercise else code_cells(layout.notebook(lab.slug)):
        _add(digest, "cell", code.encode())
    return f"sha256:{digest.hexdigest()}"


def code_cells(notebook: Path) -> tuple[str, ...]:
    """Return the source of a notebook's code cells. Raises LabInvalid when it is no notebook."""
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        return tuple("".join(c["source"]) for c in cells if c["cell_type"] == "code")
    except FileNotFoundError:
        raise LabInvalid(
            f"there is no notebooks/{notebook.name}", why="every lab has a notebook of its name"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise LabInvalid(f"notebooks/{notebook.name} is not a notebook: {error}") from None


def _source_files(folder: Path) -> Iterator[Path]:
    left_out = shutil.ignore_patterns(*NOT_SOURCE)
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(set(folders) - left_out(parent, folders))
        for name in sorted(set(files) - left_out(parent, files)):
            yield Path(parent) / name


def _add(digest: hashlib._Hash, name: str, content: bytes) -> None:
    digest.update(f"{name}\0{len(content)}\0".encode())
    digest.update(content)
