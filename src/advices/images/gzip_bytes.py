"""How many bytes a layer takes as gzip, counted on all cores while it is read.

A layer is cut into blocks of one size, and each is compressed to a gzip file of its own: one after
another they are the layer as one gzip file. Its size depends on the layer's content alone.
Source: RFC 1952, members of a gzip file.

A registry stores what Go's compress/gzip makes at its default level. libdeflate's level 4 came
nearer to that than zlib's level 6 on layers of Debian and of Python packages, in a quarter of the
time, and it writes the same bytes on every processor.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from typing import IO

import deflate

WEIGHING_METHOD = 2
# Its version belongs to the method: another one may write other bytes.
COMPRESSOR = f"deflate {version('deflate')}"

BLOCK_BYTES = 1 << 20
_LEVEL = 4
_READ_BYTES = 1 << 20
# What is read and not yet compressed stays in memory.
_WAITING_BLOCKS = 32


@contextmanager
def cores() -> Iterator[Executor]:
    """Give what compresses blocks on all cores."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


class Weighing:
    """A file that only reads forward, and is weighed on the way."""

    def __init__(self, source: IO[bytes], on: Executor) -> None:
        self._source = source
        self._on = on
        self._held = bytearray()
        self._waiting: deque[Future[int]] = deque()
        self._bytes = 0

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes of the source."""
        chunk = self._source.read(size)
        self._held += chunk
        while len(self._held) >= BLOCK_BYTES:
            self._put(bytes(memoryview(self._held)[:BLOCK_BYTES]))
            del self._held[:BLOCK_BYTES]
        return chunk

    def transfer_bytes(self) -> int:
        """Read what is left of the source; return the size of all that it held, compressed."""
        while self.read(_READ_BYTES):
            pass
        if self._held or not (self._waiting or self._bytes):
            self._put(bytes(self._held))
            self._held.clear()
        while self._waiting:
            self._bytes += self._waiting.popleft().result()
        return self._bytes

    def _put(self, block: bytes) -> None:
        if len(self._waiting) == _WAITING_BLOCKS:
            self._bytes += self._waiting.popleft().result()
        self._waiting.append(self._on.submit(_compressed_bytes, block))


def _compressed_bytes(block: bytes) -> int:
    return len(deflate.gzip_compress(block, _LEVEL))
