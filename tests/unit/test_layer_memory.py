"""What is remembered of layers, in files and at hand."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from advices.images import memory as memory_
from advices.images.files import Entry, Listing
from advices.images.memory import LayerMemory

LARGE = Listing(
    tuple(Entry(f"a{number}", "file", 1, 2, "", True) for number in range(600)), {"p": 3}
)
ABC = "sha256:abc"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '{"sha256:a": "x"}',
        "\x00",
        '{"sha256:a": null}',
        '{"sha256:a": []}',
    ],
)
def test_damaged_sizes_are_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "layers.json").write_text(text)
    memory = LayerMemory(tmp_path)
    assert memory.transfer_bytes("sha256:a") is None
    memory.add_sizes({"sha256:b": 7})
    assert LayerMemory(tmp_path).transfer_bytes("sha256:b") == 7


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
    assert memory.listing(ABC) == LARGE, "at hand it is all the same"
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
