"""Reads the layers of an image out of `docker save`, in every layout that engines write."""

from __future__ import annotations

import gzip
import json
import posixpath
import tarfile
from collections.abc import Callable, Iterator
from typing import IO, TypeVar, cast

from docker.models.images import Image

from advices.engine import Engine
from advices.errors import CommandFailed, EngineLost
from advices.transfer import Stream, link_target

Read = TypeVar("Read")

_TEXT_AT_MOST = 16 << 20
_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"


def diff_ids(image: Image) -> tuple[str, ...]:
    """Return the diff ids of an image's layers, lowest first."""
    return tuple(str(diff_id) for diff_id in image.attrs["RootFS"]["Layers"])


def read_layers(
    engine: Engine, image: Image, wanted: frozenset[str], read: Callable[[tarfile.TarFile], Read]
) -> dict[str, Read]:
    """Return what `read` makes of each wanted layer's archive, by diff id.

    The archive is a stream: `read` goes through it once, forward. Raises EngineLost when the
    saved image is not whole, CommandFailed for layers that are compressed with zstd.
    """
    # Every engine names a plain layer of the new layout by its diff id: no need to open others.
    unwanted = {diff_id.rpartition(":")[2] for diff_id in set(diff_ids(image)) - wanted}
    made: dict[str, Read] = {}
    texts: dict[str, bytes] = {}
    links: dict[str, str] = {}
    stream = cast("IO[bytes]", Stream(engine.saved(image)))
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_CHUNK) as saved:
            for member in saved:
                if member.issym() or member.islnk():
                    # Engines before 25 save the second of two equal layers as a link.
                    links[member.name] = link_target(member)
                if not member.isfile() or posixpath.basename(member.name) in unwanted:
                    continue
                source = saved.extractfile(member)
                assert source is not None
                head = source.read(tarfile.BLOCKSIZE)
                whole = cast("IO[bytes]", Stream(_from(head, source)))
                if head.startswith(_ZSTD_MAGIC):
                    raise CommandFailed(
                        "a layer of this image is compressed with zstd, which cannot be read here",
                        why="the engine uses containerd's image store and keeps layers as pulled",
                        next_step="use an engine with the classic image store",
                    )
                if _is_layer(head):
                    plain = _plain(head, whole)
                    with tarfile.open(fileobj=plain, mode="r|", bufsize=_CHUNK) as layer:
                        made[member.name] = read(layer)
                elif member.size <= _TEXT_AT_MOST:
                    texts[member.name] = whole.read(member.size)
        manifest = json.loads(texts["manifest.json"])[0]
        ids = json.loads(texts[manifest["Config"]])["rootfs"]["diff_ids"]
        return {
            diff_id: made[links.get(name, name)]
            for diff_id, name in zip(ids, manifest["Layers"], strict=True)
            if diff_id in wanted
        }
    except (tarfile.TarError, KeyError, EOFError, gzip.BadGzipFile) as error:
        # A stream that ends between two files looks whole to the reader of the tar.
        raise EngineLost(f"`docker save` broke off: {error}") from None


def _from(head: bytes, source: IO[bytes]) -> Iterator[bytes]:
    yield head
    while chunk := source.read(_CHUNK):
        yield chunk


def _is_layer(head: bytes) -> bool:
    """Return whether a file of a saved image begins as a layer: a tar, an empty one, or gzip."""
    return head[257:262] == b"ustar" or head.startswith(_GZIP_MAGIC) or head == bytes(512)


def _plain(head: bytes, whole: IO[bytes]) -> IO[bytes]:
    """Return a layer's tar. An engine with containerd's store saves gzip."""
    if not head.startswith(_GZIP_MAGIC):
        return whole
    return cast("IO[bytes]", gzip.GzipFile(fileobj=whole, mode="rb"))
