"""What an engine saves of several images: the classic store is asked for one at a time."""
# ruff: noqa: F401, F811

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import pytest
from asked_engine import asked, engine
from saved_images import tar_of
from socket_engine import Asked, SocketEngine, refusal

from advices.core import DiskFull, EngineLost
from advices.engine import ChunkReader
from advices.engine.client import DockerEngine
from advices.engine.records import Image

ONE, TWO = Image("sha256:1"), Image("sha256:2")
INFO: dict[str, Any] = {"Driver": "overlay2", "NCPU": 2, "DockerRootDir": "/var/lib/docker"}
VERSION = {"ApiVersion": "1.45", "Version": "26.1.5", "Os": "linux", "Arch": "amd64"}
# More than one piece, and no whole number of blocks.
SHARED = bytes(range(251)) * 9000


def saved(of: str, *, whole: bool = True) -> bytes:
    """Return what an engine saves of an image, in the layout of Moby 25 and newer."""
    files = {
        "blobs/sha256/shared": SHARED,
        f"blobs/sha256/own-{of}": of.encode(),
        "index.json": json.dumps({"schemaVersion": 2, "manifests": [{"digest": of}]}).encode(),
    }
    if whole:
        files["manifest.json"] = json.dumps([{"Config": of}]).encode()
        files["repositories"] = json.dumps({"made": {of: "top"}}).encode()
    return tar_of(files)


@pytest.fixture
def store(asked: SocketEngine) -> SocketEngine:
    asked.answer("GET /info", INFO)
    asked.answer("GET /version", VERSION)
    asked.answer("GET /images/get", lambda one: saved(one.query["names"][-1]))
    return asked


def test_the_classic_store_is_asked_for_one_image_at_a_time(
    engine: DockerEngine, store: SocketEngine
) -> None:
    told = b"".join(engine.saved([ONE, TWO, ONE]))
    # Both at the same time.
    assert sorted(one.query["names"] for one in store.of("GET /images/get")) == [ONE.id, TWO.id]
    with tarfile.open(fileobj=io.BytesIO(told)) as tar:
        names = tar.getnames()
        assert len(names) == len(set(names))
        content = {name: tar.extractfile(name).read() for name in names}  # type: ignore[union-attr]
    assert content.pop("blobs/sha256/shared") == SHARED
    assert content.pop("blobs/sha256/own-1") == b"1"
    assert content.pop("blobs/sha256/own-2") == b"2"
    assert {name: json.loads(text) for name, text in content.items()} == {
        "index.json": {"schemaVersion": 2, "manifests": [{"digest": "1"}, {"digest": "2"}]},
        "manifest.json": [{"Config": "1"}, {"Config": "2"}],
        "repositories": {"made": {"1": "top", "2": "top"}},
    }


def test_an_empty_piece_of_an_archive_is_not_its_end() -> None:
    reader = io.BufferedReader(ChunkReader(iter([b"", b"be", b"", b"", b"gun", b""])))
    assert reader.read() == b"begun"
    assert reader.read() == b""


def test_the_store_of_containerd_saves_all_at_once(
    engine: DockerEngine, store: SocketEngine
) -> None:
    kind = [["driver-type", "io.containerd.snapshotter.v1"]]
    store.answer("GET /info", {**INFO, "Driver": "overlayfs", "DriverStatus": kind})
    assert b"".join(engine.saved([ONE, TWO])) == saved("2")
    assert len(store.of("GET /images/get")) == 1


@pytest.mark.parametrize(
    "broken", [saved("2", whole=False), saved("2")[:100_000], b"no tar" * 200, b""]
)
def test_an_image_that_does_not_come_whole_is_told(
    broken: bytes, engine: DockerEngine, store: SocketEngine
) -> None:
    def answer(one: Asked) -> bytes:
        return saved("1") if one.query["names"] == ONE.id else broken

    store.answer("GET /images/get", answer)
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        list(engine.saved([ONE, TWO]))


def test_what_the_engine_says_of_a_later_image_is_told(
    engine: DockerEngine, store: SocketEngine
) -> None:
    full = refusal(500, "write /tmp/x: no space left on device")

    def answer(one: Asked) -> object:
        return saved("1") if one.query["names"] == ONE.id else full(one)

    store.answer("GET /images/get", answer)
    with pytest.raises(DiskFull):
        list(engine.saved([ONE, TWO]))
