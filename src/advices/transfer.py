"""Bytes to transfer: each layer compressed once, and remembered by its content.

A registry stores layers as gzip at Go's default level, which is 6; Python's zlib at level 6
comes within a few per mille of it. Source: docker's distribution push, compress/gzip.
"""

from __future__ import annotations

import json
import posixpath
import tarfile
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from docker.models.images import Image

from advices.engine import Engine
from advices.errors import EngineLost
from advices.results import Layer, write_whole

_CHUNK = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_AT_ONCE = 64 << 20


class Remembered:
    """The transfer bytes of layers by diff id, kept in a file between runs.

    A layer's diff id is the digest of its content, so what is remembered never goes stale.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        try:
            known = json.loads(file.read_text("utf-8"))
            self._known = {str(key): int(value) for key, value in known.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            self._known = {}

    def get(self, diff_id: str) -> int | None:
        """Return the bytes of a layer, None when it was never compressed."""
        return self._known.get(diff_id)

    def add(self, sizes: dict[str, int]) -> None:
        """Remember more layers."""
        with self._lock:
            self._known.update(sizes)
            text = json.dumps(self._known, indent=0, sort_keys=True)
        write_whole(self._file, text)


@dataclass(frozen=True)
class _Blob:
    """One file of a saved image: its gzip bytes, and its text when it is small."""

    transfer_bytes: int
    text: bytes


class Stream:
    """The chunks of `docker save` as a file that only reads forward."""

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


def layers(
    engine: Engine, image: Image, base_ids: frozenset[str], memory: Remembered
) -> list[Layer]:
    """Return an image's layers, lowest first, with bytes on disk and to transfer.

    `base_ids` are the diff ids of the base image's layers. The image is read from the engine
    only if one of its layers was never compressed.
    """
    diff_ids = [str(diff_id) for diff_id in image.attrs["RootFS"]["Layers"]]
    if any(memory.get(diff_id) is None for diff_id in diff_ids):
        memory.add(_compress(engine, image, memory))
    created = _created_by(engine, image, len(diff_ids))
    return [
        Layer(
            diff_id=diff_id,
            created_by=text,
            disk_bytes=size,
            transfer_bytes=memory.get(diff_id) or 0,
            from_base=diff_id in base_ids,
        )
        for diff_id, (text, size) in zip(diff_ids, created, strict=True)
    ]


def _created_by(engine: Engine, image: Image, count: int) -> list[tuple[str, int]]:
    """Return instruction and bytes of each layer.

    History has an entry per instruction and does not say which of them made a layer: those
    with bytes did, and of the empty ones COPY, ADD, RUN and WORKDIR do (WORKDIR may make an
    empty layer), metadata such as ENV and CMD does not.
    """
    entries = [(str(e.get("CreatedBy") or ""), int(e["Size"])) for e in engine.history(image)]
    made = [entry for entry in entries if entry[1] > 0 or _makes_layer(entry[0])]
    if len(made) != count:
        made = [entry for entry in entries if entry[1] > 0]
    if len(made) != count:
        made = ([("", 0)] * count + made)[-count:]
    return [(_readable(text), size) for text, size in made]


def _makes_layer(created_by: str) -> bool:
    words = created_by.removeprefix("/bin/sh -c ").removeprefix("|").split()
    if "#(nop)" in words:
        return any(word in words[:3] for word in ("ADD", "COPY", "WORKDIR"))
    return bool(words) and words[0] in ("ADD", "COPY", "RUN", "WORKDIR")


def _readable(created_by: str) -> str:
    text = created_by.replace("# buildkit", "").replace("/bin/sh -c #(nop)", "")
    return " ".join(text.replace("RUN /bin/sh -c", "RUN").split()) or "imported root file system"


def _compress(engine: Engine, image: Image, memory: Remembered) -> dict[str, int]:
    """Return the transfer bytes of all layers of an image by diff id."""
    blobs: dict[str, _Blob] = {}
    waiting: dict[str, Future[_Blob]] = {}
    links: dict[str, str] = {}
    stream = cast("IO[bytes]", Stream(engine.saved(image)))
    try:
        with tarfile.open(fileobj=stream, mode="r|") as tar, ThreadPoolExecutor(2) as pool:
            for member in tar:
                if member.issym() or member.islnk():
                    # Engines before 25 save the second of two equal layers as a link.
                    links[member.name] = link_target(member)
                if not member.isfile():
                    continue
                known = memory.get("sha256:" + Path(member.name).name)
                source = tar.extractfile(member)
                assert source is not None
                if known is not None:
                    blobs[member.name] = _Blob(known, b"")
                elif member.size <= _AT_ONCE:
                    waiting[member.name] = pool.submit(_measure_bytes, source.read())
                else:
                    blobs[member.name] = _measure(source)
            blobs.update({name: future.result() for name, future in waiting.items()})
        manifest = json.loads(blobs["manifest.json"].text)[0]
        diff_ids = json.loads(blobs[manifest["Config"]].text)["rootfs"]["diff_ids"]
        return {
            diff_id: blobs[links.get(name, name)].transfer_bytes
            for diff_id, name in zip(diff_ids, manifest["Layers"], strict=True)
        }
    except (tarfile.TarError, KeyError) as error:
        # A stream that ends between two files looks whole to the reader of the tar.
        raise EngineLost(f"`docker save` broke off: {error}") from None


def link_target(link: tarfile.TarInfo) -> str:
    """Return the name that a link in a saved image points to, from the top of the archive."""
    if link.islnk():
        return link.linkname
    return posixpath.normpath(posixpath.join(posixpath.dirname(link.name), link.linkname))


def _measure_bytes(content: bytes) -> _Blob:
    if content.startswith(_GZIP_MAGIC):
        return _Blob(len(content), b"")
    text = content if len(content) < _CHUNK else b""
    return _Blob(_gzip_size([content]), text)


def _measure(source: IO[bytes]) -> _Blob:
    """Return a big file's gzip bytes. An engine with containerd's store saves gzip already."""
    first = source.read(_CHUNK)
    if first.startswith(_GZIP_MAGIC):
        size = len(first)
        while chunk := source.read(_CHUNK):
            size += len(chunk)
        return _Blob(size, b"")
    return _Blob(_gzip_size(_chunks(first, source)), b"")


def _chunks(first: bytes, source: IO[bytes]) -> Iterator[bytes]:
    yield first
    while chunk := source.read(_CHUNK):
        yield chunk


def _gzip_size(chunks: Iterator[bytes] | list[bytes]) -> int:
    squeezer = zlib.compressobj(level=6, wbits=31)
    size = sum(len(squeezer.compress(chunk)) for chunk in chunks)
    return size + len(squeezer.flush())
