"""Several archives of `docker save` as one."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from advices.core import EngineLost

# What tells the images of an archive, in the layouts of all engines; else a name tells a content.
_IMAGES = "manifest.json"
_LISTS = (_IMAGES, "index.json", "repositories")
_CHUNK = 1 << 20


class ChunkReader(io.RawIOBase):
    """The chunks of an archive as a file that only reads forward."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill a buffer; return how many bytes went into it, 0 at the end."""
        while not self._rest:
            # An empty piece is not the end.
            if (chunk := next(self._chunks, None)) is None:
                return 0
            self._rest = memoryview(chunk)
        size = min(len(into), len(self._rest))
        into[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size


def joined(archives: Iterable[Iterator[bytes]]) -> Iterator[bytes]:
    """Yield one archive with the images of several, in their order; each file of them once.

    Raises EngineLost when one of them is not whole.
    """
    written: set[str] = set()
    lists: dict[str, Any] = {}
    for archive in archives:
        told = len(lists.get(_IMAGES, ()))
        try:
            yield from _files(archive, written, lists)
        except (tarfile.TarError, ValueError) as error:
            raise EngineLost(f"`docker save` broke off: {error}") from None
        # A stream that ends between two files looks whole to the reader of the tar.
        if len(lists.get(_IMAGES, ())) == told:
            raise EngineLost("`docker save` broke off: it tells of no image")
    for name, content in lists.items():
        text = json.dumps(content).encode()
        info = tarfile.TarInfo(name)
        info.size = len(text)
        yield info.tobuf(tarfile.PAX_FORMAT)
        yield from _padded([text])
    yield bytes(2 * tarfile.BLOCKSIZE)


def _files(archive: Iterator[bytes], written: set[str], lists: dict[str, Any]) -> Iterator[bytes]:
    """Yield the files of an archive that are not written yet; add to the lists what it tells."""
    stream = io.BufferedReader(ChunkReader(archive), _CHUNK)
    with tarfile.open(fileobj=stream, mode="r|") as saved:
        for member in saved:
            source = saved.extractfile(member) if member.isfile() else None
            if source is not None and member.name in _LISTS:
                lists[member.name] = _both(lists.get(member.name), json.load(source))
            elif member.name not in written:
                written.add(member.name)
                yield member.tobuf(tarfile.PAX_FORMAT)
                if source is not None:
                    yield from _padded(iter(partial(source.read, _CHUNK), b""))


def _padded(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the content of a file of a tar, filled up to whole blocks."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        yield chunk
    yield bytes(-size % tarfile.BLOCKSIZE)


def _both(before: Any, more: Any) -> Any:
    """Return what two lists of an archive's images tell together."""
    if isinstance(before, list):
        return [*before, *more]
    if isinstance(before, Mapping):
        return {**before, **{key: _both(before.get(key), one) for key, one in more.items()}}
    return more
