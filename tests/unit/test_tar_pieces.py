"""How a layer's archive is cut: two builds of the same files have the same pieces, times apart."""

from __future__ import annotations

import io
import random
import tarfile
from itertools import pairwise

import pytest
from advices.images.pieces import LARGEST_PIECE_BYTES, Cutter, Piece

FILES = 900
CODE = random.Random(7).randbytes(6_000)


def package(time: int, **changed: bytes) -> bytes:
    """Return the archive of a package as pip leaves it: modules, and their times once more."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for number in range(FILES):
            stem = f"site/module_{number}"
            head = b"\xcb\r\r\n" + bytes(4) + time.to_bytes(4, "little")
            for name, usual in (
                (f"{stem}.py", CODE[number:]),
                (f"{stem}.pyc", head + CODE[-number - 1 :]),
            ):
                member = tarfile.TarInfo(name)
                content = changed.get(name.rpartition("/")[2], usual)
                member.size, member.mtime = len(content), time + number % 3
                tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def pieces(content: bytes, chunk: int = 1 << 20) -> list[Piece]:
    cutter = Cutter()
    found = [
        piece
        for start in range(0, len(content), chunk)
        for piece in cutter.add(content[start : start + chunk])
    ]
    return [*found, cutter.rest()]


def timeless(content: bytes) -> list[bytes]:
    return [piece.timeless for piece in pieces(content)]


FIRST, LATER = 1_700_000_000, 1_765_432_109


def test_the_pieces_are_the_whole() -> None:
    content = package(FIRST)
    found = pieces(content)
    assert len(found) > 4
    assert b"".join(piece.content for piece in found) == content
    assert all(0 < len(piece.content) <= LARGEST_PIECE_BYTES for piece in found)
    assert all(len(piece.content) == len(piece.timeless) for piece in found)


def test_two_builds_of_the_same_files_differ_in_no_piece() -> None:
    first, later = pieces(package(FIRST)), pieces(package(LATER))
    assert [one.timeless for one in first] == [one.timeless for one in later]
    assert all(one.content != other.content for one, other in zip(first, later, strict=True))


@pytest.mark.parametrize("chunk", [512, 10_240, 1_000_003, 1 << 30])
def test_where_it_is_cut_does_not_hang_on_how_it_comes(chunk: int) -> None:
    content = package(FIRST)
    assert pieces(content, chunk) == pieces(content)


@pytest.mark.parametrize(
    ("name", "at", "differ"),
    [
        # The header of a .pyc file is magic, flags, time and size, four bytes each: PEP 552.
        *(("module_400.pyc", at, 1) for at in (0, 7, 12, 15, -1)),
        *(("module_400.pyc", at, 0) for at in (8, 11)),
        *(("module_400.py", at, 1) for at in (8, 11, -1)),
    ],
)
def test_another_byte_is_another_piece_unless_it_is_a_time(name: str, at: int, differ: int) -> None:
    old = bytes(16) + CODE[:5_000]
    new = bytearray(old)
    new[at] ^= 1
    first = timeless(package(FIRST, **{name: old}))
    other = timeless(package(FIRST, **{name: bytes(new)}))
    assert sum(one != two for one, two in zip(first, other, strict=True)) == differ


@pytest.mark.parametrize("field", ["mode", "uid", "name"])
def test_what_else_a_header_says_is_no_time(field: str) -> None:
    def of(value: int) -> list[bytes]:
        member = tarfile.TarInfo(f"file_{value}" if field == "name" else "file")
        if field != "name":
            setattr(member, field, value)
        return timeless(member.tobuf(tarfile.PAX_FORMAT) + bytes(2 * tarfile.BLOCKSIZE))

    assert of(1) != of(2)


def test_behind_a_file_that_grew_the_pieces_are_the_same_again() -> None:
    grown = {"module_0.py": CODE + random.Random(8).randbytes(300_000)}
    first, other = timeless(package(FIRST)), timeless(package(LATER, **grown))
    assert first[0] != other[0]
    # The last piece ends with as many zeros as fill up a whole record.
    assert first[-3:-1] == other[-3:-1]
    assert first[-1].rstrip(b"\0") == other[-1].rstrip(b"\0")


@pytest.mark.parametrize("rest", [b"", b"\n", CODE * 3])
def test_a_large_file_is_cut_at_the_largest_size(rest: bytes) -> None:
    large = random.Random(9).randbytes(3 * LARGEST_PIECE_BYTES) + rest
    content = package(FIRST, **{"module_3.py": large})
    found = pieces(content)
    assert b"".join(piece.content for piece in found) == content
    assert [len(piece.content) for piece in found[:3]] == [LARGEST_PIECE_BYTES] * 3
    assert timeless(content) == timeless(package(LATER, **{"module_3.py": large}))


@pytest.mark.parametrize("start", [b"", b"ustar" * 200, package(FIRST)[:50_000] + b"x" * 700])
def test_what_is_no_archive_keeps_every_byte(start: bytes) -> None:
    content = start + random.Random(3).randbytes(2 * LARGEST_PIECE_BYTES)
    found = pieces(content)
    assert b"".join(piece.content for piece in found) == content
    for piece, behind in pairwise(found):
        assert len(piece.content) == LARGEST_PIECE_BYTES
        assert behind.content == behind.timeless


def test_nothing_is_one_empty_piece() -> None:
    assert pieces(b"") == [Piece(b"", b"")]
