"""The bytes of a layer as gzip: blocks one after another are one gzip file of the layer."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import IO, Any, cast

import deflate
import pytest

from advices.images.gzip_bytes import BLOCK_BYTES, Weighing, cores


def text(size: int) -> bytes:
    """Return words that shrink as source code does."""
    lines = (f"def function_{n % 7919}(argument_{n * n % 997}):\n" for n in range(size // 25 + 1))
    return "".join(lines).encode()[:size]


def weighed(content: bytes) -> int:
    with cores() as on:
        return Weighing(io.BytesIO(content), on).transfer_bytes()


SIZES = [0, 1, 1000, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 5 * BLOCK_BYTES - 7]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_weighed_is_one_gzip_file(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pieces: list[bytes] = []
    compress = deflate.gzip_compress

    def kept(block: bytes, level: int) -> bytes:
        pieces.append(compress(block, level))
        return pieces[-1]

    monkeypatch.setattr(deflate, "gzip_compress", kept)
    content = text(size)
    with cores() as on:
        found = Weighing(io.BytesIO(content), on).transfer_bytes()
    assert found == sum(map(len, pieces))
    # Blocks are done in any order; whichever came first, each is a gzip file.
    assert sorted(map(gzip.decompress, pieces)) == sorted(
        content[start : start + BLOCK_BYTES] for start in range(0, max(size, 1), BLOCK_BYTES)
    )


@pytest.mark.parametrize("size", [20_000, 3 * BLOCK_BYTES])
def test_it_is_about_what_gzip_makes_of_it(size: int) -> None:
    assert weighed(text(size)) == pytest.approx(len(gzip.compress(text(size), 6)), rel=0.1)


@pytest.mark.parametrize("parts", [[1], [1000, 3], [BLOCK_BYTES * 3]])
def test_it_does_not_depend_on_how_it_was_read(parts: list[int]) -> None:
    content = text(2 * BLOCK_BYTES + 3)
    with cores() as on:
        one = Weighing(io.BytesIO(content), on)
        read = b"".join(one.read(size) for size in parts)
        assert content.startswith(read)
        assert one.transfer_bytes() == weighed(content)


class Later(Executor):
    """Does what it is given when its result is asked for, and counts what waits."""

    waiting = most = 0

    def submit(self, work: Callable[..., Any], *given: Any, **_: Any) -> Future[Any]:
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        return cast("Future[Any]", _Asked(self, lambda: work(*given)))


class _Asked:
    def __init__(self, on: Later, work: Callable[[], Any]) -> None:
        self._on, self._work = on, work

    def result(self) -> Any:
        self._on.waiting -= 1
        return self._work()


def test_reading_waits_where_compressing_is_slower() -> None:
    class Zeros:
        left = 300 * BLOCK_BYTES

        def read(self, size: int) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return bytes(size)

    slow = Later()
    assert Weighing(cast("IO[bytes]", Zeros()), slow).transfer_bytes() > 300
    assert slow.most <= 40, "what waits is in memory"
