"""How many bytes a layer takes as gzip, counted on all cores while it is read.

A registry stores layers as gzip at Go's default level, which is 6; Python's zlib at level 6
comes within a few per mille of it. Source: docker's distribution push, compress/gzip.
Pieces of one stream are compressed at once, each with what stands before it as its dictionary:
that costs some bytes a piece. Source: pigz, RFC 1951.

A piece that differs only in times from one that was weighed weighs the same, but for some bytes:
variants, edits and mistakes install the same packages again and again.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from collections.abc import Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

from advices.images.pieces import Cutter, Piece

_READ_BYTES = 1 << 20
_DICTIONARY_BYTES = 32 << 10
# Header and trailer of a gzip file without a name. Source: RFC 1952.
_AROUND_BYTES = 10 + 8
# What is read and not yet compressed stays in memory.
_WAITING_PIECES = 64


class Scale:
    """Compresses pieces in threads; whoever brings too many waits.

    `known` are the bytes of pieces by what they hold; it learns those that were not known.
    """

    def __init__(self, pool: ThreadPoolExecutor, known: MutableMapping[bytes, int]) -> None:
        self._pool = pool
        self._known = known
        self._room = threading.BoundedSemaphore(_WAITING_PIECES)

    def put(self, piece: Piece, before: Piece, *, last: bool) -> Future[int]:
        """Return the bytes that a piece of a stream takes, as soon as they are known."""
        self._room.acquire()
        weight = self._pool.submit(self._weight, piece, before, last)
        weight.add_done_callback(lambda _: self._room.release())
        return weight

    def _weight(self, piece: Piece, before: Piece, last: bool) -> int:
        held = hashlib.blake2b(b"%d %d " % (last, len(piece.timeless)), digest_size=16)
        held.update(piece.timeless)
        held.update(before.timeless[-_DICTIONARY_BYTES:])
        known = self._known.get(held.digest())
        if known is None:
            dictionary = before.content[-_DICTIONARY_BYTES:]
            known = len(compressed(piece.content, dictionary, last=last))
            self._known[held.digest()] = known
        return known


@contextmanager
def scale(known: MutableMapping[bytes, int]) -> Iterator[Scale]:
    """Give a scale that uses all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield Scale(pool, known)


class Weighing:
    """A file that only reads forward, and is weighed on the way."""

    def __init__(self, source: IO[bytes], on: Scale) -> None:
        self._source = source
        self._on = on
        self._cutter = Cutter()
        self._before = Piece(b"", b"")
        self._weights: list[Future[int]] = []

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of the source."""
        chunk = self._source.read(size)
        for piece in self._cutter.add(chunk):
            self._put(piece, last=False)
        return chunk

    def to_its_end(self) -> Weighing:
        """Read what is left of the source."""
        while self.read(_READ_BYTES):
            pass
        self._put(self._cutter.rest(), last=True)
        return self

    def transfer_bytes(self) -> int:
        """Return the size of all that the source held, compressed; waits until it is known."""
        return _AROUND_BYTES + sum(weight.result() for weight in self._weights)

    def _put(self, piece: Piece, *, last: bool) -> None:
        self._weights.append(self._on.put(piece, self._before, last=last))
        self._before = piece


def compressed(piece: bytes, before: bytes, *, last: bool) -> bytes:
    """Return a piece of a raw deflate stream; all pieces in order are one stream."""
    deflate = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS, zdict=before)
    return deflate.compress(piece) + deflate.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)
