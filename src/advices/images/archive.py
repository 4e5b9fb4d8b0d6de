"""Reads the layers of images out of `docker save`, in every layout that engines write."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import posixpath
import sys
import tarfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Generic, TypeVar, cast

from advices.core import EngineLost, alive
from advices.engine import ChunkReader, Engine, Image

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Read = TypeVar("Read")

_TEXT_AT_MOST = 16 << 20
_BLOBS = "blobs/sha256/"
_GZIP_MAGIC = b"\x1f\x8b"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_DAMAGED = (gzip.BadGzipFile, zlib.error, zstd.ZstdError)
# tarfile copies the rest of its buffer with each read: a large one makes headers slow.
_BUFFER_BYTES = 64 << 10


def saved_stream(engine: Engine, images: Sequence[Image]) -> io.BufferedReader:
    """Return what `docker save` writes of some images, to be read forward once."""
    return io.BufferedReader(ChunkReader(engine.saved(images)), 1 << 20)


@dataclass(frozen=True)
class Config:
    """What the archive of an image says of it besides its layers: settings, history, diff ids.

    `digest` is that of its text, by which an engine with the classic store names the image.
    """

    digest: str
    content: Mapping[str, Any]

    @property
    def diff_ids(self) -> tuple[str, ...]:
        """Return the diff ids of the image's layers, lowest first."""
        return tuple(map(str, self.content["rootfs"]["diff_ids"]))

    @property
    def history(self) -> list[Mapping[str, Any]]:
        """Return an entry for each instruction, oldest first; some images have none."""
        return list(self.content.get("history") or ())


@dataclass(frozen=True)
class Saved(Generic[Read]):
    """What was read of saved images: of each wanted layer, by diff id, and their configs.

    `names` are the files of the archive that held layers, with the diff id of each.
    """

    layers: Mapping[str, Read]
    configs: tuple[Config, ...]
    names: Mapping[str, str]

    def config(self, image: Image) -> Config:
        """Return the config of one of the images."""
        named = [one for one in self.configs if one.digest == image.id]
        # An engine with containerd's store names an image by its manifest.
        alike = [one for one in self.configs if one.diff_ids == image.diff_ids]
        return (named or alike)[0]


def read_images(
    engine: Engine,
    images: Sequence[Image],
    wanted: frozenset[str],
    read: Callable[[IO[bytes]], Read],
    names: Mapping[str, str] | None = None,
) -> Saved[Read]:
    """Return what `read` makes of the tar of each wanted layer of some images.

    A layer that several images share is read once. One that the engine keeps compressed is given
    unpacked. `names` are those of earlier reads: what is known not to be wanted is not opened.
    Raises EngineLost when what the engine saves is not whole, and what `read` raises.
    """
    # Every engine names a plain layer of the new layout by its diff id.
    every = {diff_id for image in images for diff_id in image.diff_ids}
    unwanted = {_BLOBS + diff_id.rpartition(":")[2] for diff_id in every - wanted}
    # Others read at the same time, and add what they found.
    known = tuple((names or {}).items())
    unwanted |= {name for name, diff_id in known if diff_id not in wanted}
    made: dict[str, Read] = {}
    texts: dict[str, bytes] = {}
    links: dict[str, str] = {}
    stream = saved_stream(engine, images)
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_BUFFER_BYTES) as saved:
            for member in saved:
                alive()
                if member.issym() or member.islnk():
                    # Engines before 25 save the second of two equal layers as a link.
                    links[member.name] = _link_target(member)
                if not member.isfile() or member.name in unwanted:
                    continue
                # It is a BufferedReader, whatever its type says.
                source = cast("io.BufferedReader", saved.extractfile(member))
                head = source.peek(tarfile.BLOCKSIZE)
                if _is_layer(head):
                    made[member.name] = read(_unpacked(source, head))
                elif member.size <= _TEXT_AT_MOST:
                    texts[member.name] = source.read()
        found: dict[str, Read] = {}
        configs, told = [], {}
        for entry in json.loads(texts["manifest.json"]):
            text = texts[entry["Config"]]
            config = Config(f"sha256:{hashlib.sha256(text).hexdigest()}", json.loads(text))
            configs.append(config)
            for diff_id, name in zip(config.diff_ids, entry["Layers"], strict=True):
                if diff_id in wanted:
                    found[diff_id] = made[links.get(name, name)]
                # In older layouts a name says nothing of the content.
                if name.startswith(_BLOBS):
                    told[name] = diff_id
    except (tarfile.TarError, KeyError, EOFError, *_DAMAGED) as error:
        # A stream that ends between two files looks whole to the reader of the tar.
        raise EngineLost(f"`docker save` broke off: {error}") from None
    return Saved(found, tuple(configs), told)


def layer_files(source: IO[bytes]) -> tarfile.TarFile:
    """Return the files of a layer's tar, to be read forward once."""
    return tarfile.open(fileobj=source, mode="r|", bufsize=_BUFFER_BYTES)


def _unpacked(source: IO[bytes], head: bytes) -> IO[bytes]:
    """Return the tar of a layer. An engine with containerd's store keeps layers compressed."""
    if head.startswith(_GZIP_MAGIC):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=source, mode="rb"))
    if head.startswith(_ZSTD_MAGIC):
        return cast("IO[bytes]", zstd.ZstdFile(source))
    return source


def _is_layer(head: bytes) -> bool:
    """Return whether a file of a saved image begins as a layer: a tar, an empty one, compressed."""
    return (
        head[257:262] == b"ustar"
        or head.startswith((_GZIP_MAGIC, _ZSTD_MAGIC))
        or head[: tarfile.BLOCKSIZE] == bytes(tarfile.BLOCKSIZE)
    )


def _link_target(link: tarfile.TarInfo) -> str:
    """Return the name that a link in a saved image points to, from the top of the archive."""
    if link.islnk():
        return link.linkname
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.name), link.linkname))
