"""A bundle: one tar with images, package files, and a manifest that names each by its digest.

It is written in one pass, so the manifest stands behind what it speaks of, and its own digest
behind the manifest. It is read twice: once to verify all of it, then to use it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Literal

from pydantic import Field, ValidationError

from advices.core import BundleRefused, DiskFull, FileRefused, Record
from advices.packages import Sha256, Shelf

FORMAT = 1
HEAD, IMAGES, MANIFEST, SEAL = "bundle.json", "images.tar", "manifest.json", "manifest.sha256"
_KIND = "docker-advices-bundle"
_TEXT_AT_MOST = 16 << 20
_CHUNK = 1 << 20
_END = bytes(2 * tarfile.BLOCKSIZE)
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

    format: Literal[1] = 1
    toolkit_version: str
    date: str
    platform: str
    images_sha256: Sha256
    images_bytes: Annotated[int, Field(ge=0)]
    images: tuple[BundledImage, ...]
    shelf: Shelf

    def parts(self) -> dict[str, tuple[str, int]]:
        """Return digest and size in bytes of every file of the bundle, by its name there."""
        files = {part_name(f.project, f.name): (f.sha256, f.size_bytes) for f in self.shelf.files}
        return {IMAGES: (self.images_sha256, self.images_bytes), **files}


def part_name(project: str, name: str) -> str:
    """Return the name that a package file has in a bundle."""
    return f"packages/{project}/{name}"


class Writer:
    """Writes the files of a bundle one behind the other; sizes need not be known before."""

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink = sink
        self.add(HEAD, [json.dumps({"kind": _KIND, "format": FORMAT}).encode()])

    def add(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write a file and return its SHA-256 and its size in bytes."""
        start = self._sink.tell()
        self._sink.write(_header(name, 0))
        digest, size = hashlib.sha256(), 0
        for chunk in chunks:
            digest.update(chunk)
            size += self._sink.write(chunk)
        self._sink.write(bytes(-size % tarfile.BLOCKSIZE))
        end = self._sink.tell()
        self._sink.seek(start)
        self._sink.write(_header(name, size))
        self._sink.seek(end)
        return digest.hexdigest(), size

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, its digest, and the end."""
        sha256, _ = self.add(MANIFEST, [manifest.model_dump_json(indent=1).encode()])
        self.add(SEAL, [sha256.encode()])
        self._sink.write(_END)


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.GNU_FORMAT)


def write(file: Path, fill: Callable[[Writer], Manifest]) -> Manifest:
    """Write a bundle whole or not at all: `fill` adds its files and returns the manifest.

    Raises DiskFull, FileRefused; then what stood at `file` before still stands.
    """
    half = file.with_name(f".{file.name}.half")
    try:
        with half.open("wb") as sink:
            writer = Writer(sink)
            manifest = fill(writer)
            writer.finish(manifest)
        half.replace(file)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"there is no room for {file}") from None
        if error.filename is None:
            raise
        raise FileRefused(f"{file} cannot be written: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)
    return manifest


@dataclass(frozen=True)
class Opened:
    """A bundle whose every byte was verified."""

    manifest: Manifest
    _tar: tarfile.TarFile
    _members: Mapping[str, tarfile.TarInfo]

    def open(self, part: str) -> IO[bytes]:
        """Return a file of the bundle, to be read."""
        found = self._tar.extractfile(self._members[part])
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
        yield _verified(file, tar)


def _foreign(file: Path) -> BundleRefused:
    return BundleRefused(
        f"{file} is no bundle of Docker Advices", why="`advices bundle save` did not write it"
    )


def _cut_off(file: Path) -> BundleRefused:
    return BundleRefused(f"{file} is cut off: its end is missing", why="it was not copied whole")


def _damaged(file: Path, what: str) -> BundleRefused:
    return BundleRefused(f"{file} is damaged: {what}", why="it was changed after it was saved")


def _verified(file: Path, tar: tarfile.TarFile) -> Opened:
    head = tar.next()
    if head is None or head.name != HEAD or not head.isfile() or head.size > _TEXT_AT_MOST:
        raise _foreign(file)
    _check_format(file, _text(tar, head))
    members: dict[str, tarfile.TarInfo] = {}
    try:
        for member in iter(tar.next, None):
            if not member.isfile() or member.issparse() or member.name in (*members, HEAD):
                raise _damaged(file, f"`{member.name}` is no plain file, or is there twice")
            members[member.name] = member
        if SEAL not in members:
            raise _cut_off(file)
        manifest = _manifest(file, tar, members)
        _check_names(file, manifest, members)
        for name, (sha256, size) in manifest.parts().items():
            if members[name].size != size or _sha256(tar, members[name]) != sha256:
                raise _damaged(file, f"the digest of `{name}` is not the one in its manifest")
        _check_end(file, members[SEAL])
        found = Opened(manifest, tar, members)
        _check_images(file, found)
    except (tarfile.ReadError, EOFError):
        raise _cut_off(file) from None
    except tarfile.TarError as error:
        raise _damaged(file, str(error)) from None
    return found


def _text(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    found = tar.extractfile(member)
    return found.read(_TEXT_AT_MOST) if found else b""


def _check_format(file: Path, head: bytes) -> None:
    try:
        said = json.loads(head)
        kind, number = said["kind"], int(said["format"])
    except (ValueError, KeyError, TypeError):
        raise _foreign(file) from None
    if kind != _KIND:
        raise _foreign(file)
    if number != FORMAT:
        raise BundleRefused(
            f"{file} has format {number}, and this toolkit reads format {FORMAT}",
            why="another version of the toolkit wrote it",
            next_step="use the same version of the project on both machines",
        )


def _manifest(file: Path, tar: tarfile.TarFile, members: Mapping[str, tarfile.TarInfo]) -> Manifest:
    if MANIFEST not in members:
        raise _cut_off(file)
    text = _text(tar, members[MANIFEST])
    if hashlib.sha256(text).hexdigest().encode() != _text(tar, members[SEAL]):
        raise _damaged(file, "the digest of its manifest is another")
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise _damaged(file, f"its manifest says something unknown at {where}") from None


def _check_names(file: Path, manifest: Manifest, members: Mapping[str, tarfile.TarInfo]) -> None:
    """Let in the files of the manifest alone; its own patterns let no name leave a folder."""
    wanted = {*manifest.parts(), MANIFEST, SEAL}
    for odd in sorted(set(members) ^ wanted):
        what = "is not in its manifest" if odd in members else "is missing"
        raise _damaged(file, f"`{odd}` {what}")


def _check_end(file: Path, last: tarfile.TarInfo) -> None:
    blocks = -(-last.size // tarfile.BLOCKSIZE)
    end = last.offset_data + blocks * tarfile.BLOCKSIZE + len(_END)
    if (size := file.stat().st_size) != end:
        raise _cut_off(file) if size < end else _damaged(file, "something stands behind its end")


def _check_images(file: Path, found: Opened) -> None:
    """Refuse images that bring names of their own: `docker load` would take them from others."""
    with found.open(IMAGES) as source, tarfile.open(fileobj=source, mode="r:") as archive:
        named: list[str] = []
        for name in ("manifest.json", "index.json"):
            with contextlib.suppress(KeyError):
                said = json.loads(_text(archive, archive.getmember(name)))
                entries = said if isinstance(said, list) else said.get("manifests", [])
                for entry in entries:
                    named += entry.get("RepoTags") or []
                    notes = entry.get("annotations") or {}
                    named += [v for k, v in notes.items() if k == "io.containerd.image.name"]
        if named:
            raise _damaged(file, f"its images bring names of their own: {', '.join(named[:3])}")


def _sha256(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    digest = hashlib.sha256()
    source = tar.extractfile(member)
    assert source is not None
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()
