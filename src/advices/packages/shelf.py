"""The shelf: a folder of the cache with the package files that builds install without a network.

Below `index/` each project has a folder, so that any server of files makes it a package index.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from advices.core import Record, cache_folder, write_whole

Project = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.+!-]*\.(whl|tar\.gz|zip)$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class PackageFile(Record):
    """A package file on the shelf."""

    project: Project
    name: FileName
    sha256: Sha256
    size_bytes: Annotated[int, Field(ge=0)]


class Shelf(Record):
    """What is on the shelf.

    `labs` holds for each lab whose packages are there the key of what its builds install.
    `server` is an image with Python, which serves the files to builds.
    """

    format: Literal[1] = 1
    server: str
    labs: dict[str, str]
    files: tuple[PackageFile, ...]


def folder() -> Path:
    """Return the folder that is served."""
    return cache_folder() / "packages"


def place(file: PackageFile) -> Path:
    """Return where a package file lies."""
    return folder() / "index" / file.project / file.name


def read() -> Shelf | None:
    """Return what is on the shelf, None when there is none or it cannot be read."""
    try:
        return Shelf.model_validate_json((folder() / "shelf.json").read_text("utf-8"))
    except (OSError, ValidationError):
        return None


def write(shelf: Shelf) -> None:
    """Keep what is on the shelf. Raises DiskFull or FileRefused."""
    write_whole(folder() / "shelf.json", shelf.model_dump_json(indent=1) + "\n")


def is_there(file: PackageFile) -> bool:
    """Return whether a file lies on the shelf, of its size."""
    path = place(file)
    return path.is_file() and path.stat().st_size == file.size_bytes


def complete(shelf: Shelf | None, slug: str, key: str) -> bool:
    """Return whether what a lab's builds install today is on the shelf, every file of it."""
    return shelf is not None and shelf.labs.get(slug) == key and all(map(is_there, shelf.files))


def put(file: PackageFile, source: Path) -> None:
    """Move a file to its place on the shelf."""
    target = place(file)
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_name(f".{target.name}.half")
    shutil.move(source, half)
    half.replace(target)


def merged(old: Shelf | None, new: Shelf) -> Shelf:
    """Return the shelf with all that is on either; what is new of a lab or a file holds."""
    before = old.files if old else ()
    files = {(one.project, one.name): one for one in (*before, *new.files)}
    return Shelf(
        server=new.server,
        labs={**(old.labs if old else {}), **new.labs},
        files=tuple(files[name] for name in sorted(files)),
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
