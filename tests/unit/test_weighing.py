"""The bytes of a layer as gzip: the pieces are one stream, and as small as one made at once."""

from __future__ import annotations

import gzip
import io
import tarfile
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import IO, cast

import pytest
from advices.images.pieces import LARGEST_PIECE_BYTES as PIECE_BYTES

from advices.core import process
from advices.images import gzip_bytes
from advices.images.gzip_bytes import Scale, Weighing, compressed, scale


def text(size: int) -> bytes:
    """Return words that shrink as source code does."""
    lines = (f"def function_{n % 7919}(argument_{n * n % 997}):\n" for n in range(size // 25 + 1))
    return "".join(lines).encode()[:size]


def weighed(source: IO[bytes], known: dict[bytes, int] | None = None) -> int:
    with scale({} if known is None else known) as on:
        return Weighing(source, on).to_its_end().transfer_bytes()


@pytest.mark.parametrize("size", [0, 1, 1000, PIECE_BYTES - 1, PIECE_BYTES])
def test_what_is_one_piece_weighs_what_gzip_makes_of_it(size: int) -> None:
    content = text(size)
    assert len(content) == size
    assert weighed(io.BytesIO(content)) == len(gzip.compress(content, 6, mtime=0))


@pytest.mark.parametrize("size", [PIECE_BYTES + 1, 3 * PIECE_BYTES, 5 * PIECE_BYTES - 7])
def test_many_pieces_weigh_what_gzip_makes_of_it_to_a_per_mille(size: int) -> None:
    content = text(size)
    whole = len(gzip.compress(content, 6, mtime=0))
    assert weighed(io.BytesIO(content)) == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize("size", [1000, 3 * PIECE_BYTES, 3 * PIECE_BYTES + 5])
def test_what_is_weighed_is_one_gzip_file(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[bytes] = []

    def kept(piece: bytes, before: bytes, *, last: bool) -> bytes:
        pieces.append(compressed(piece, before, last=last))
        return pieces[-1]

    monkeypatch.setattr(gzip_bytes, "compressed", kept)
    content = text(size)
    with ThreadPoolExecutor(1) as in_order:
        told = Weighing(io.BytesIO(content), Scale(in_order, {})).to_its_end().transfer_bytes()
    head = b"\x1f\x8b\x08" + bytes(7)
    tail = zlib.crc32(content).to_bytes(4, "little") + size.to_bytes(4, "little")
    file = head + b"".join(pieces) + tail
    assert gzip.decompress(file) == content
    assert told == len(file)


def test_who_reads_gets_what_is_there() -> None:
    content = text(2 * PIECE_BYTES + 3)
    with scale({}) as on:
        one = Weighing(io.BytesIO(content), on)
        parts = [one.read(1000), one.read(PIECE_BYTES)]
        assert b"".join(parts) == content[: 1000 + PIECE_BYTES]
        assert one.to_its_end().transfer_bytes() == weighed(io.BytesIO(content))


def built_at(seconds: int, code: bytes) -> bytes:
    """Return a layer of some modules, with the time of its build in each header."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        for number in range(600):
            member = tarfile.TarInfo(f"site/{number}.py")
            member.size, member.mtime = len(code) - number, seconds + number % 7
            tar.addfile(member, io.BytesIO(code[number:]))
    return sink.getvalue()


def test_what_was_built_again_is_not_compressed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, again = (built_at(time, text(9_000)) for time in (1_700_000_000, 1_765_432_109))
    known: dict[bytes, int] = {}
    weight = weighed(io.BytesIO(first), known)
    monkeypatch.setattr(gzip_bytes, "compressed", lambda *_, **__: pytest.fail("it was compressed"))
    assert first != again
    assert weighed(io.BytesIO(again), known) == weight
    assert len(gzip.compress(again, 6)) == pytest.approx(weight, rel=3e-3)


def test_what_holds_something_else_is_compressed() -> None:
    known: dict[bytes, int] = {}
    for code in (text(9_000), text(9_000)[::-1]):
        content = built_at(1_700_000_000, code)
        assert weighed(io.BytesIO(content), known) == weighed(io.BytesIO(content))


class Endless:
    """A source that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int) -> bytes:
        self.read_bytes += size
        return bytes(size)


def test_reading_waits_where_compressing_is_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, source = threading.Event(), Endless()

    def slow(*_: object, **__: object) -> bytes:
        go_on.wait(30)
        return b""

    monkeypatch.setattr(gzip_bytes, "compressed", slow)
    with ThreadPoolExecutor(1) as pool:
        reading = Weighing(cast("IO[bytes]", source), Scale(pool, {}))
        ended = threading.Event()

        def read() -> None:
            while not ended.is_set():
                reading.read(PIECE_BYTES)

        reader = threading.Thread(target=read)
        reader.start()
        most = (gzip_bytes._WAITING_PIECES + 2) * PIECE_BYTES
        waited = (source.read_bytes == most for _ in process.poll(30))
        held = any(waited)
        ended.set()
        go_on.set()
        reader.join()
    assert held, "it did not stop at what may be in memory"
