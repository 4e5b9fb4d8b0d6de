"""The layers of saved images, read from archives made here: every layout, one pass, one save."""

from __future__ import annotations

import gzip
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

from advices.core import EngineLost
from advices.engine import Engine
from advices.images import Entry, LayerMemory, Listing, listings
from advices.images.archive import zstd


def read(archive: bytes, contents: list[bytes], folder: Path, base: frozenset[str] = frozenset()):
    engine = FakeEngine(archive)
    found = listings(cast("Engine", engine), image_of(contents), base, LayerMemory(folder))
    return found, engine.saves


LOW = layer_tar({"etc": folder(), "etc/one": file(b"1" * 700), "run.sh": file(b"x", 0o755)})
HIGH = layer_tar({"etc/.wh.one": file(), "two": file(b"2" * 3000)})
EMPTY = bytes(10240)
ALL = [LOW, EMPTY, HIGH]


@pytest.mark.parametrize(
    "archive",
    [
        new_layout(ALL),
        old_layout(ALL),
        new_layout(ALL, stored=[gzip.compress(x, mtime=0) for x in ALL]),
        new_layout(ALL, stored=[zstd.compress(x) for x in ALL]),
    ],
    ids=["new", "old", "gzip", "zstd"],
)
def test_every_layout_of_a_saved_image_is_read(archive: bytes, tmp_path: Path) -> None:
    (low, empty, high), _ = read(archive, ALL, tmp_path)
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


WHOLE = new_layout([LOW, HIGH])
GZIP = new_layout([LOW], stored=[gzip.compress(LOW, mtime=0)])
ZSTD = new_layout([LOW], stored=[zstd.compress(LOW)])


# 512 is between two files of the tar: tarfile takes that for its good end.
@pytest.mark.parametrize("size", [0, 100, 512, 600, 1024, 2048, len(WHOLE) // 2])
def test_a_saved_image_that_breaks_off(size: int, tmp_path: Path) -> None:
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        read(WHOLE[:size], [LOW, HIGH], tmp_path)
    assert not (tmp_path / "layers.json").exists(), "nothing of it is remembered"


@pytest.mark.parametrize("archive", [GZIP, ZSTD], ids=["gzip", "zstd"])
@pytest.mark.parametrize("size", [560, 580])
def test_a_compressed_layer_that_breaks_off(archive: bytes, size: int, tmp_path: Path) -> None:
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        read(archive[:size], [LOW], tmp_path)


@pytest.mark.parametrize("whole", [gzip.compress(LOW, mtime=0), zstd.compress(LOW)])
def test_a_compressed_layer_that_is_damaged(whole: bytes, tmp_path: Path) -> None:
    damaged = whole[:30] + bytes(20) + whole[50:]
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        read(new_layout([LOW], stored=[damaged]), [LOW], tmp_path)


def big_layer(mark: str) -> bytes:
    return layer_tar({f"usr/{mark}/{number}": file(b"12345") for number in range(600)})


def test_a_large_layer_of_the_base_is_remembered(tmp_path: Path) -> None:
    base, own = big_layer("base"), big_layer("own")
    base_ids = frozenset({f"sha256:{sha(base)}"})
    first, _ = read(new_layout([base, own]), [base, own], tmp_path, base_ids)
    # What is remembered is not read again: in the second archive it is broken.
    config = config_of([base, own])
    names = [f"blobs/sha256/{sha(x)}" for x in (base, own)]
    files: dict[str, bytes | str] = {names[0]: base[:5000], names[1]: own, "config": config}
    archive = saved(files | {"manifest.json": manifest("config", names)})
    assert read(archive, [base, own], tmp_path, base_ids) == (first, 1)


def test_nothing_is_saved_when_all_is_known(tmp_path: Path) -> None:
    engine, memory = FakeEngine(new_layout([LOW, HIGH])), LayerMemory(tmp_path)
    image = image_of([LOW, HIGH])
    first = listings(cast("Engine", engine), image, frozenset(), memory)
    assert listings(cast("Engine", engine), image, frozenset(), memory) == first
    assert engine.saves == 1
