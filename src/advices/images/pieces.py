"""Cuts the archive of a layer into pieces that another build of the same files has too.

Two builds of the same files differ in times: those of the files, and those that Python writes into
what it compiles. A piece says what it holds apart from them. It begins where a file begins whose
name says so, and not at a round number of bytes: one file more, and the pieces behind it are the
same again. Source: POSIX pax, ustar header; PEP 552, .pyc header; content-defined chunking.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from tarfile import BLOCKSIZE

LARGEST_PIECE_BYTES = 2 << 20
_SMALLEST_PIECE_BYTES = 640 << 10
# One name in so many begins a piece: some hundred kilobytes of a Python package.
_ONE_NAME_IN = 32
_MAGIC = slice(257, 262)
_NAME = slice(0, 100)
_SIZE = slice(124, 136)
# The time of a file, and the checksum that changes with it.
_TIME_AND_CHECKSUM = (136, 156)
_PYC_TIME = (8, 12)
_OCTAL = re.compile(rb" *([0-7]+)[ \0]*")


@dataclass(frozen=True)
class Piece:
    """Some bytes of a file, and the same bytes with all times zero."""

    content: bytes
    timeless: bytes


class Cutter:
    """Takes the bytes of a file in order. What is no plain tar is cut at the largest size."""

    def __init__(self) -> None:
        self._held = bytearray()
        # Where the next header begins in what is held, or will; None in what is no tar.
        self._header: int | None = 0
        self._times: list[tuple[int, int]] = []

    def add(self, chunk: bytes) -> Iterator[Piece]:
        """Yield the pieces that are whole now. Something is always held back for the end."""
        self._held += chunk
        while (cut := self._next_cut()) is not None:
            yield self._cut_off(cut)

    def rest(self) -> Piece:
        """Return the last piece, which is empty only where there was nothing at all."""
        return self._cut_off(len(self._held))

    def _next_cut(self) -> int | None:
        while self._header is not None and self._header + BLOCKSIZE <= len(self._held):
            here = self._header
            header = bytes(self._held[here : here + BLOCKSIZE])
            if here > LARGEST_PIECE_BYTES:
                return LARGEST_PIECE_BYTES
            if here >= _SMALLEST_PIECE_BYTES and _begins_a_piece(header):
                return here
            self._pass_over(here, header)
        return LARGEST_PIECE_BYTES if len(self._held) > LARGEST_PIECE_BYTES else None

    def _pass_over(self, here: int, header: bytes) -> None:
        if not any(header):
            self._header = here + BLOCKSIZE
            return
        size = _OCTAL.fullmatch(header[_SIZE])
        if header[_MAGIC] != b"ustar" or size is None:
            self._header = None
            return
        self._times.append((here + _TIME_AND_CHECKSUM[0], here + _TIME_AND_CHECKSUM[1]))
        body, body_bytes = here + BLOCKSIZE, int(size[1], 8)
        if body_bytes and header[_NAME].rstrip(b"\0").endswith(b".pyc"):
            self._times.append((body + _PYC_TIME[0], body + _PYC_TIME[1]))
        self._header = body + -(-body_bytes // BLOCKSIZE) * BLOCKSIZE

    def _cut_off(self, end: int) -> Piece:
        content = bytes(memoryview(self._held)[:end])
        timeless = bytearray(content)
        # Pieces are whole blocks, so no cut goes through a time.
        for first, behind in self._times:
            if behind <= end:
                timeless[first:behind] = bytes(behind - first)
        del self._held[:end]
        self._times = [(first - end, behind - end) for first, behind in self._times if first >= end]
        if self._header is not None:
            self._header -= end
        return Piece(content, bytes(timeless))


def _begins_a_piece(header: bytes) -> bool:
    return zlib.crc32(header[_NAME]) % _ONE_NAME_IN == 0
