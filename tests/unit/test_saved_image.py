"""The layers of saved images, read from archives made here: every layout, one pass, one save."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any, cast

import pytest
from layer_tars import (
    FakeEngine,
    config_of,
    file,
    folder,
    image_of,
    layer_tar,
    manifest,
    new_layout,
    old_layout,
    saved,
    sha,
)

from advices.core.errors import CommandFailed, EngineLost
from advices.engine.client import Engine
from advices.images import gzip_bytes, layers
from advices.images.archive import diff_ids
from advices.images.files import Entry, Listing
from advices.images.memory import LayerMemory


def read(archive: bytes, contents: list[bytes], folder: Path, base: frozenset[str] = frozenset()):
    engine = FakeEngine(archive)
    memory = LayerMemory(folder)
    found = layers.listings(cast("Engine", engine), image_of(contents), base, memory)
    return found, engine.saves


LOW = layer_tar({"etc": folder(), "etc/one": file(b"1" * 700), "run.sh": file(b"x", 0o755)})
HIGH = layer_tar({"etc/.wh.one": file(), "two": file(b"2" * 3000)})
EMPTY = bytes(10240)


@pytest.mark.parametrize(
    "archive",
    [
        new_layout([LOW, EMPTY, HIGH]),
        old_layout([LOW, EMPTY, HIGH]),
        new_layout([LOW, EMPTY, HIGH], stored=[gzip.compress(x) for x in (LOW, EMPTY, HIGH)]),
    ],
    ids=["new", "old", "gzip"],
)
def test_every_layout_of_a_saved_image_is_read(archive: bytes, tmp_path: Path) -> None:
    (low, empty, high), _ = read(archive, [LOW, EMPTY, HIGH], tmp_path)
    assert low.entries == (
        Entry("etc", "folder", 0, 0o755),
        Entry("etc/one", "file", 700, 0o644),
        Entry("run.sh", "file", 1, 0o755),
    )
    assert empty == Listing(())
    assert high.entries == (Entry("etc/one", "whiteout", 0, 0), Entry("two", "file", 3000, 0o644))


@pytest.mark.parametrize("layout", [new_layout, old_layout])
def test_equal_layers_are_read_once_and_listed_twice(layout: Any, tmp_path: Path) -> None:
    contents = [LOW, HIGH, LOW]
    if layout is new_layout:
        config, names = config_of(contents), [f"blobs/sha256/{sha(x)}" for x in contents]
        files: dict[str, bytes | str] = {names[0]: LOW, names[1]: HIGH, "config": config}
        archive = saved(files | {"manifest.json": manifest("config", names)})
    else:
        archive = layout(contents)
    found, _ = read(archive, contents, tmp_path)
    assert [len(one.entries) for one in found] == [3, 2, 3]


def test_a_broken_stream_is_a_lost_engine(tmp_path: Path) -> None:
    archive = new_layout([LOW, HIGH])
    for end in (len(archive) // 2, 2048, 600):
        with pytest.raises(EngineLost, match="broke off"):
            read(archive[:end], [LOW, HIGH], tmp_path)


def test_a_layer_in_zstd_says_so(tmp_path: Path) -> None:
    archive = new_layout([LOW], stored=[b"\x28\xb5\x2f\xfd" + bytes(2000)])
    with pytest.raises(CommandFailed, match="zstd"):
        read(archive, [LOW], tmp_path)


def test_the_order_of_layers_is_the_image_s() -> None:
    assert diff_ids(image_of([HIGH, LOW])) == (f"sha256:{sha(HIGH)}", f"sha256:{sha(LOW)}")


def several(images: list[list[bytes]]) -> bytes:
    """Return the archive of several images, with each layer that they share one time."""
    files: dict[str, bytes | str] = {}
    entries = []
    for contents in images:
        config = config_of(contents)
        names = [f"blobs/sha256/{sha(content)}" for content in contents]
        files |= dict(zip(names, contents, strict=True)) | {f"blobs/sha256/{sha(config)}": config}
        entries += json.loads(manifest(f"blobs/sha256/{sha(config)}", names))
    return saved(files | {"manifest.json": json.dumps(entries).encode()})


@pytest.mark.parametrize("listed", [True, False])
def test_several_images_are_weighed_and_listed_by_one_save(listed: bool, tmp_path: Path) -> None:
    engine = FakeEngine(several([[LOW, HIGH], [LOW, EMPTY]]))
    memory = LayerMemory(tmp_path)
    images = [image_of([LOW, HIGH]), image_of([LOW, EMPTY])]
    found = layers.learn(cast("Engine", engine), images, frozenset(), memory, listed=listed)
    for content in (LOW, HIGH, EMPTY):
        diff_id = f"sha256:{sha(content)}"
        # zlib by another way than the code's: level 6, with gzip's head and tail of 18 bytes.
        assert memory.transfer_bytes(diff_id) == len(zlib.compress(content, 6)) - 6 + 18
        if listed:
            assert (len(found[diff_id].entries) > 0) == (content != EMPTY)
    assert listed or found == {}
    layers.listings(cast("Engine", engine), images[0], frozenset(), memory)
    assert engine.saves == (1 if listed else 2), "what is known is not saved again"


def test_a_layer_in_zstd_weighs_what_the_engine_keeps(tmp_path: Path) -> None:
    stored = b"\x28\xb5\x2f\xfd" + bytes(2000)
    engine, memory = FakeEngine(new_layout([LOW], stored=[stored])), LayerMemory(tmp_path)
    layers.learn(cast("Engine", engine), [image_of([LOW])], frozenset(), memory, listed=False)
    assert memory.transfer_bytes(f"sha256:{sha(LOW)}") == len(stored)


# What is remembered


def big_layer(mark: str) -> bytes:
    return layer_tar({f"usr/{mark}/{number}": file(b"12345") for number in range(600)})


def test_a_large_layer_of_the_base_is_remembered(tmp_path: Path) -> None:
    base, own = big_layer("base"), big_layer("own")
    base_ids = frozenset({f"sha256:{sha(base)}"})
    first, _ = read(new_layout([base, own]), [base, own], tmp_path / "l", base_ids)
    assert [x.name for x in (tmp_path / "l" / "listings").iterdir()] == [f"{sha(base)}.1.json.gz"]
    # What is remembered is not read again: in the second archive it is broken.
    config = config_of([base, own])
    names = [f"blobs/sha256/{sha(x)}" for x in (base, own)]
    files: dict[str, bytes | str] = {names[0]: base[:5000], names[1]: own, "config": config}
    archive = saved(files | {"manifest.json": manifest("config", names)})
    again, saves = read(archive, [base, own], tmp_path / "l", base_ids)
    assert (again, saves) == (first, 1)


def test_nothing_is_saved_when_all_is_known(tmp_path: Path) -> None:
    base = big_layer("base")
    ids = frozenset({f"sha256:{sha(base)}"})
    first, _ = read(new_layout([base]), [base], tmp_path, ids)
    assert read(b"", [base], tmp_path, ids) == (first, 0)


def test_small_layers_and_own_ones_are_not_remembered(tmp_path: Path) -> None:
    read(new_layout([LOW]), [LOW], tmp_path, frozenset({f"sha256:{sha(LOW)}"}))
    read(new_layout([big_layer("own")]), [big_layer("own")], tmp_path)
    assert not (tmp_path / "listings").exists()


def test_what_is_only_listed_is_not_compressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gzip_bytes, "compressed", lambda *_, **__: pytest.fail("it was compressed"))
    found, _ = read(new_layout([LOW]), [LOW], tmp_path)
    assert len(found[0].entries) == 3
    assert LayerMemory(tmp_path).transfer_bytes(f"sha256:{sha(LOW)}") is None


def test_a_layer_that_was_weighed_before_is_only_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = LayerMemory(tmp_path)
    engine = cast("Engine", FakeEngine(several([[LOW], [LOW, HIGH]])))
    layers.learn(engine, [image_of([LOW])], frozenset(), memory, listed=False)
    memory.weights.clear()
    compressed: list[int] = []

    def counting(piece: bytes, *_: object, **__: object) -> bytes:
        compressed.append(len(piece))
        return piece

    monkeypatch.setattr(gzip_bytes, "compressed", counting)
    both = image_of([LOW, HIGH])
    found = layers.learn(engine, [both], frozenset(), memory, listed=True)
    assert compressed == [len(HIGH)]
    assert all(found[f"sha256:{sha(content)}"].entries for content in (LOW, HIGH))
