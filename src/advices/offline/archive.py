"""A bundle: one tar with what it holds, images, package files, and a list of their digests.

It is written in one pass, so the list is its last file, as `sha256sum --check` reads it. It is read
twice: once to verify all of it, then to use it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import itertools
import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import Field, ValidationError

from advices.core import BundleRefused, DiskFull, FileRefused, Record
from advices.packages import Shelf

FORMAT = 2
MANIFEST, IMAGES, SUMS = "bundle.json", "images.tar", "SHA256SUMS"
_KIND = "docker-advices-bundle"
_TEXT_AT_MOST = 16 << 20
# A name with its tag, as `docker tag` takes it; never one by digest.
Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9./_-]*:[\w][\w.-]{0,127}$")]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class BundledImage(Record):
    """An image of a bundle.

    `name` is what FROM or a scanner's recipe calls it, `tag` the name that it gets where it is
    loaded, `identity` the registry's digest or that of a recipe. Engines may give it another `id`,
    so `layers` tell it too: the digests of what its layers hold.
    """

    name: str
    kind: Literal["official", "stand-in", "scanner"]
    tag: Tag
    identity: str
    id: Digest
    layers: tuple[Digest, ...]


class Manifest(Record):
    """What a bundle holds."""

    kind: str = _KIND
    format: int = FORMAT
    toolkit_version: str
    date: str
    platform: str
    images: tuple[BundledImage, ...]
    shelf: Shelf


def part_name(project: str, name: str) -> str:
    """Return the name that a package file has in a bundle."""
    return f"packages/{project}/{name}"


def write(file: Path, manifest: Manifest, parts: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Write a bundle whole or not at all: the manifest, the parts by name, their digests.

    Raises DiskFull, FileRefused; then what stood at `file` before still stands.
    """
    half = file.with_name(f".{file.name}.half")
    first = (MANIFEST, [manifest.model_dump_json(indent=1).encode()])
    try:
        with (
            half.open("wb") as sink,
            tarfile.open(fileobj=sink, mode="w", format=tarfile.GNU_FORMAT) as tar,
        ):
            sums = [
                f"{_add(tar, sink, name, chunks)}  {name}\n".encode()
                for name, chunks in itertools.chain([first], parts)
            ]
            _add(tar, sink, SUMS, sums)
        half.replace(file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"there is no disk space for {file}") from None
        if error.filename is None:
            raise
        raise FileRefused(f"{file} cannot be written: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, sink: IO[bytes], name: str, chunks: Iterable[bytes]) -> str:
    """Write a file whose size nobody knows yet, and return its SHA-256."""
    info, digest, start = tarfile.TarInfo(name), hashlib.sha256(), sink.tell()
    tar.addfile(info)
    for chunk in chunks:
        digest.update(chunk)
        info.size += sink.write(chunk)
    sink.write(bytes(-info.size % tarfile.BLOCKSIZE))
    tar.offset = sink.tell()
    sink.seek(start)
    sink.write(info.tobuf(tarfile.GNU_FORMAT))
    sink.seek(tar.offset)
    return digest.hexdigest()


@dataclass(frozen=True)
class Opened:
    """A bundle whose every file was verified."""

    manifest: Manifest
    _tar: tarfile.TarFile

    def open(self, part: str) -> IO[bytes]:
        """Return a file of the bundle, to be read."""
        found = self._tar.extractfile(part)
        assert found is not None  # only plain files were let in
        return found


@contextlib.contextmanager
def opened(file: Path) -> Iterator[Opened]:
    """Verify a bundle, all of it, and give it. Raises BundleRefused, FileRefused."""
    try:
        source = file.open("rb")
    except OSError as error:
        raise FileRefused(
            f"{file} cannot be read: {error.strerror}",
            why="there is no such file, or it belongs to another user",
            next_step="name the file that `advices bundle save` wrote",
        ) from None
    with source, contextlib.ExitStack() as held:
        try:
            tar = held.enter_context(tarfile.open(fileobj=source, mode="r:"))
        except (tarfile.TarError, OSError):
            raise _foreign(file) from None
        try:
            found = _verified(file, tar)
        except tarfile.ReadError:
            raise _cut_off(file) from None
        except tarfile.TarError as error:
            raise _damaged(file, str(error)) from None
        yield found


def _foreign(file: Path) -> BundleRefused:
    return BundleRefused(
        f"{file} is not a bundle of Docker Advices", why="`advices bundle save` did not write it"
    )


def _cut_off(file: Path) -> BundleRefused:
    return BundleRefused(f"{file} is incomplete: its end is missing", why="the copy stopped early")


def _damaged(file: Path, what: str) -> BundleRefused:
    return BundleRefused(f"{file} is damaged: {what}", why="it was changed after it was saved")


def _verified(file: Path, tar: tarfile.TarFile) -> Opened:
    head = tar.next()
    if head is None or head.name != MANIFEST or not head.isfile():
        raise _foreign(file)
    _check_format(file, _text(tar, MANIFEST))
    found: dict[str, str] = {}
    for member in tar:
        if not member.isfile() or member.issparse() or member.name in found:
            raise _damaged(file, f"`{member.name}` is not a plain file, or is there twice")
        with tar.extractfile(member) as source:  # type: ignore[union-attr]
            found[member.name] = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
    if found.popitem()[0] != SUMS:
        raise _cut_off(file)
    lines = re.findall(r"^([0-9a-f]{64})  (.+)$", _text(tar, SUMS).decode("utf-8", "replace"), re.M)
    _check_same(file, found, {name: sha256 for sha256, name in lines}, f"in {SUMS}")
    try:
        manifest = Manifest.model_validate_json(_text(tar, MANIFEST))
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"]))
        raise _damaged(file, f"its manifest has something unknown at {where}") from None
    # Only files of the manifest are let in; its own patterns let no name leave a folder.
    known = {part_name(one.project, one.name): one.sha256 for one in manifest.shelf.files}
    known |= {MANIFEST: found[MANIFEST], IMAGES: found.get(IMAGES, "")}
    _check_same(file, found, known, "in its manifest")
    bundle = Opened(manifest, tar)
    _check_images(file, bundle)
    return bundle


def _check_same(
    file: Path, found: Mapping[str, str], listed: Mapping[str, str], where: str
) -> None:
    for name in (*found, *listed):
        if found.get(name) != listed.get(name):
            raise _damaged(file, f"the digest of `{name}` is not the one {where}")


def _text(tar: tarfile.TarFile, name: str) -> bytes:
    found = tar.extractfile(name)
    return found.read(_TEXT_AT_MOST) if found else b""


def _check_format(file: Path, text: bytes) -> None:
    said = re.search(rf'"kind":\s*"{_KIND}",\s*"format":\s*(\d+)'.encode(), text)
    if said is None:
        raise _foreign(file)
    if int(said[1]) != FORMAT:
        raise BundleRefused(
            f"{file} has format {int(said[1])}, and this toolkit reads format {FORMAT}",
            why="another version of the toolkit wrote it",
            next_step="use the same version of the project on both machines",
        )


def _check_images(file: Path, found: Opened) -> None:
    """Refuse images that bring names of their own: `docker load` would take them from others."""
    with found.open(IMAGES) as source, tarfile.open(fileobj=source, mode="r:") as archive:
        named: list[str] = []
        for name in ("manifest.json", "index.json"):
            with contextlib.suppress(KeyError):
                said = json.loads(_text(archive, name))
                entries = said if isinstance(said, list) else said.get("manifests", [])
                for entry in entries:
                    named += entry.get("RepoTags") or []
                    notes = entry.get("annotations") or {}
                    named += [v for k, v in notes.items() if k == "io.containerd.image.name"]
        if named:
            raise _damaged(file, f"its images bring their own names: {', '.join(named[:3])}")
