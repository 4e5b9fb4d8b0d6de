"""Reads the layers of images out of `docker save`, in every layout that engines write."""

from __future__ import annotations

import contextlib
import gzip
import json
import posixpath
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TypeVar, cast

from advices.core import CommandFailed, EngineLost, alive
from advices.engine import Engine, Image

Read = TypeVar("Read")

_TEXT_AT_MOST = 16 << 20
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


class Stream:
    """The chunks of an archive as a file that only reads forward."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, fewer only at the end."""
        parts = [self._rest]
        have = len(self._rest)
        while have < size:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            have += len(chunk)
        joined = b"".join(parts)
        self._rest = joined[size:]
        return joined[:size]


@dataclass(frozen=True)
class StoredLayer:
    """A layer as the engine stores it, read forward once.

    Most engines store a plain tar, and name it by its diff id; one with containerd's image store
    keeps layers compressed, and one before 25 has other names.
    """

    name: str
    stored_bytes: int
    compressed: bool
    source: IO[bytes]


@contextlib.contextmanager
def unpacked(source: IO[bytes]) -> Iterator[tarfile.TarFile]:
    """Give the archive of a stored layer. Raises CommandFailed for one compressed with zstd."""
    head = source.read(tarfile.BLOCKSIZE)
    whole = cast("IO[bytes]", Stream(_from(head, source)))
    if head.startswith(_ZSTD_MAGIC):
        raise CommandFailed(
            "a layer of this image is compressed with zstd, which cannot be read here",
            why="the engine uses containerd's image store and keeps layers as pulled",
            next_step="use an engine with the classic image store",
        )
    if head.startswith(_GZIP_MAGIC):
        whole = cast("IO[bytes]", gzip.GzipFile(fileobj=whole, mode="rb"))
    with tarfile.open(fileobj=whole, mode="r|", bufsize=_CHUNK) as layer:
        yield layer


def diff_ids(image: Image) -> tuple[str, ...]:
    """Return the diff ids of an image's layers, lowest first."""
    return image.diff_ids


def read_layers(
    engine: Engine,
    images: Sequence[Image],
    wanted: frozenset[str],
    read: Callable[[StoredLayer], Read],
) -> dict[str, Read]:
    """Return what `read` makes of each wanted layer of some images, by diff id.

    All images are saved at once: the engine writes a layer that they share one time. Raises
    EngineLost when what it saves is not whole, and what `read` raises.
    """
    # Every engine names a plain layer of the new layout by its diff id: no need to open others.
    every = {diff_id for image in images for diff_id in diff_ids(image)}
    unwanted = {diff_id.rpartition(":")[2] for diff_id in every - wanted}
    made: dict[str, Read] = {}
    texts: dict[str, bytes] = {}
    links: dict[str, str] = {}
    stream = cast("IO[bytes]", Stream(engine.saved(images)))
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK) as saved:
            for member in saved:
                alive()
                if member.issym() or member.islnk():
                    # Engines before 25 save the second of two equal layers as a link.
                    links[member.name] = _link_target(member)
                if not member.isfile() or posixpath.basename(member.name) in unwanted:
                    continue
                source = saved.extractfile(member)
                assert source is not None
                head = source.read(tarfile.BLOCKSIZE)
                whole = cast("IO[bytes]", Stream(_from(head, source)))
                if _is_layer(head):
                    compressed = head.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))
                    made[member.name] = read(
                        StoredLayer(posixpath.basename(member.name), member.size, compressed, whole)
                    )
                elif member.size <= _TEXT_AT_MOST:
                    texts[member.name] = whole.read(member.size)
        found: dict[str, Read] = {}
        for entry in json.loads(texts["manifest.json"]):
            ids = json.loads(texts[entry["Config"]])["rootfs"]["diff_ids"]
            for diff_id, name in zip(ids, entry["Layers"], strict=True):
                if diff_id in wanted:
                    found[diff_id] = made[links.get(name, name)]
    except (tarfile.TarError, KeyError, EOFError, gzip.BadGzipFile) as error:
        # A stream that ends between two files looks whole to the reader of the tar.
        raise EngineLost(f"`docker save` broke off: {error}") from None
    return found


def _from(head: bytes, source: IO[bytes]) -> Iterator[bytes]:
    yield head
    while chunk := source.read(_CHUNK):
        yield chunk


def _is_layer(head: bytes) -> bool:
    """Return whether a file of a saved image begins as a layer: a tar, an empty one, compressed."""
    return (
        head[257:262] == b"ustar"
        or head.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))
        or head == bytes(tarfile.BLOCKSIZE)
    )


def _link_target(link: tarfile.TarInfo) -> str:
    """Return the name that a link in a saved image points to, from the top of the archive."""
    if link.islnk():
        return link.linkname
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.name), link.linkname))
