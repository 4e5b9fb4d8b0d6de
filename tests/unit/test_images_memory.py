"""What is remembered of layers, in files and at hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from advices.images import COMPRESSOR, Entry, LayerMemory, Listing, Sizes
from advices.images import memory as memory_

LARGE = Listing(
    tuple(Entry(f"a{number}", "file", 1, 2, "", True) for number in range(600)), {"p": 3}
)
ABC = "sha256:abc"


SIZES = Sizes(70, 7)


def kept(folder: Path) -> Path:
    """Return the file with the sizes of one layer, that of the text ABC."""
    LayerMemory(folder).add_sizes({ABC: SIZES})
    return folder / "layers.json"


def test_sizes_are_remembered(tmp_path: Path) -> None:
    kept(tmp_path)
    assert LayerMemory(tmp_path).sizes(ABC) == SIZES
    assert LayerMemory(tmp_path).sizes("sha256:other") is None


DAMAGES = ["", "{", "[]", "5", "\x00", "{}", '{"method": 1}']


@pytest.mark.parametrize("text", DAMAGES)
def test_damaged_sizes_are_none(text: str, tmp_path: Path) -> None:
    kept(tmp_path).write_text(text)
    memory = LayerMemory(tmp_path)
    assert memory.sizes(ABC) is None
    memory.add_sizes({ABC: SIZES})
    assert LayerMemory(tmp_path).sizes(ABC) == SIZES


@pytest.mark.parametrize("wrong", ["x", 5, None, [], [1], [1, "x"]])
def test_a_damaged_size_is_none(wrong: object, tmp_path: Path) -> None:
    file = kept(tmp_path)
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, "layers": {ABC: wrong}}))
    assert LayerMemory(tmp_path).sizes(ABC) is None


def test_sizes_of_another_method_are_not_believed(tmp_path: Path) -> None:
    file = kept(tmp_path)
    data = json.loads(file.read_text())
    for method in (None, "", "1", data["method"].replace(COMPRESSOR, "deflate 0")):
        file.write_text(json.dumps({**data, "method": method}))
        assert LayerMemory(tmp_path).sizes(ABC) is None
    # What was written before there were methods: bytes to transfer by diff id.
    file.write_text(json.dumps({ABC: 7}))
    assert LayerMemory(tmp_path).sizes(ABC) is None


@pytest.mark.parametrize(
    "damage",
    [b"", b"\x1f\x8b", gzip.compress(b"[]"), gzip.compress(b'{"entries": [[1]]}')],
    # No time of compression in the names: workers of one session must know the tests by the same.
    ids=["empty", "cut", "a-list", "no-entry"],
)
def test_a_damaged_listing_is_none(damage: bytes, tmp_path: Path) -> None:
    LayerMemory(tmp_path).add_listing(ABC, LARGE, of_base=True)
    assert LayerMemory(tmp_path).listing(ABC) == LARGE
    (tmp_path / "listings" / "abc.1.json.gz").write_bytes(damage)
    assert LayerMemory(tmp_path).listing(ABC) is None
    assert LayerMemory(tmp_path).listing("sha256:never") is None


def test_a_memory_that_cannot_be_written_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    memory = LayerMemory(tmp_path / "taken")
    memory.add_listing(ABC, LARGE, of_base=True)
    memory.add_sizes({ABC: SIZES})
    assert (memory.listing(ABC), memory.sizes(ABC)) == (LARGE, SIZES), "at hand all the same"
    assert LayerMemory(tmp_path / "taken").listing(ABC) is None


def test_odd_names_are_remembered(tmp_path: Path) -> None:
    odd = "a\udcff\n\N{SNOWMAN}"
    listing = Listing((Entry(odd, "file", 1, 0o644),) * 500)
    LayerMemory(tmp_path).add_listing("x", listing, of_base=True)
    assert LayerMemory(tmp_path).listing("x") == listing


def test_small_layers_and_own_ones_are_at_hand_only(tmp_path: Path) -> None:
    memory = LayerMemory(tmp_path)
    small = Listing(LARGE.entries[:499])
    memory.add_listing("small", small, of_base=True)
    memory.add_listing("own", LARGE, of_base=False)
    assert (memory.listing("small"), memory.listing("own")) == (small, LARGE)
    assert not (tmp_path / "listings").exists()


def test_the_listing_that_was_asked_for_longest_ago_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_, "_AT_HAND", 2)
    memory = LayerMemory(tmp_path)
    for name in ("a", "b"):
        memory.add_listing(name, Listing(()), of_base=False)
    memory.listing("a")
    memory.add_listing("c", Listing(()), of_base=False)
    assert [memory.listing(name) is None for name in ("a", "b", "c")] == [False, True, False]
