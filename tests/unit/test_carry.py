"""A bundle is used only where it fits, and takes no name from an image that is there."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from saved_images import images

from advices.bases import registry_digests
from advices.core import BundleRefused, PackageMissing
from advices.core.events import Event
from advices.offline import archive, transfer
from advices.offline.archive import BundledImage, Manifest
from advices.offline.prefetch import Prefetched
from advices.packages import shelf
from advices.packages.shelf import PackageFile, Shelf

WHEEL = b"a wheel"
FILE = PackageFile(
    project="some",
    name="some-1-py3-none-any.whl",
    sha256=hashlib.sha256(WHEEL).hexdigest(),
    size_bytes=len(WHEEL),
)


def digest(letter: str) -> str:
    return "sha256:" + letter * 64


class Image:
    """An image: its id and layers go by one letter."""

    def __init__(self, letter: str, layers: str = "") -> None:
        self.id = digest(letter)
        self.diff_ids = (digest(layers or letter),)
        self.tags: list[str] = []


class Engine:
    """An engine that loads what it is told to."""

    def __init__(self, *loads: Image) -> None:
        self.loads = loads
        self.there: list[Image] = []
        self.platform = "linux/amd64"
        self.loaded = 0

    def facts(self) -> Any:
        return SimpleNamespace(platform=self.platform)

    def image(self, reference: str) -> Image | None:
        return next((i for i in self.there if reference in (i.id, *i.tags)), None)

    def load(self, saved: io.BufferedReader) -> list[Image]:
        assert saved.read() == images()
        self.loaded += 1
        self.there += [one for one in self.loads if self.image(one.id) is None]
        return list(self.loads)

    def tag(self, image: Image, reference: str) -> None:
        assert self.image(reference) is None, "a name was taken away"
        image.tags.append(reference)

    def remove_image(self, reference: str) -> None:
        self.there = [one for one in self.there if one.id != reference]


def bundled(letter: str, kind: str, tag: str) -> BundledImage:
    return BundledImage.model_validate(
        {
            "name": tag,
            "kind": kind,
            "tag": tag,
            "identity": f"x@{digest('f')}",
            "id": digest(letter),
            "layers": (digest(letter),),
        }
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a bundle of an official image, a stand-in and a package file."""

    manifest = Manifest(
        toolkit_version="1",
        date="2026-01-01",
        platform="linux/amd64",
        images=(
            bundled("a", "official", "python:3.14"),
            bundled("b", "stand-in", "docker-advices-stand-in/postgres:17.1"),
        ),
        shelf=Shelf(server="python:3.14", labs={"some": "key"}, files=(FILE,)),
    )
    wheel = (archive.part_name(FILE.project, FILE.name), [WHEEL])
    archive.write(tmp_path / "x", manifest, [(archive.IMAGES, [images()]), wheel])
    return tmp_path / "x"


def load(engine: Any, file: Path) -> transfer.Loaded:
    heard: list[Event] = []
    return transfer.load(engine, file, heard.append)


def test_images_get_their_names_and_packages_their_place(file: Path) -> None:
    engine = Engine(Image("a"), Image("b"))
    loaded = load(engine, file)
    assert loaded.tags == ("python:3.14", "docker-advices-stand-in/postgres:17.1")
    assert loaded.kept == ()
    assert shelf.place(FILE).read_bytes() == WHEEL
    assert shelf.complete(shelf.read(), "some", "key")
    assert registry_digests.digest_of(digest("a")) == f"x@{digest('f')}"
    assert registry_digests.digest_of(digest("b")) is None
    load(engine, file)
    assert engine.loaded == 1, "what is there is not loaded again"


def test_a_name_of_another_image_stays(file: Path) -> None:
    engine = Engine(Image("a"), Image("b"))
    theirs = Image("c")
    theirs.tags.append("python:3.14")
    engine.there.append(theirs)
    loaded = load(engine, file)
    assert engine.image("python:3.14") is theirs
    assert "python:3.14 is another image here and keeps its name" in loaded.kept[0]
    assert registry_digests.digest_of(digest("a")) is None
    assert engine.image(digest("a")) is None, "what got no name does not stay"


def test_an_engine_that_gives_other_ids_is_understood(file: Path) -> None:
    engine = Engine(Image("1", layers="a"), Image("2", layers="b"))
    load(engine, file)
    assert engine.image("python:3.14") is engine.loads[0]
    assert registry_digests.digest_of(digest("1")) == f"x@{digest('f')}"


@pytest.mark.parametrize("loads", [[], [Image("a", layers="d"), Image("b")]])
def test_images_that_are_not_those_of_the_manifest_are_refused(
    file: Path, loads: list[Image]
) -> None:
    with pytest.raises(BundleRefused, match="is not the same as when it was saved"):
        load(Engine(*loads), file)
    assert shelf.read() is None


def test_another_platform_is_refused_before_anything_is_loaded(file: Path) -> None:
    engine = Engine(Image("a"), Image("b"))
    engine.platform = "linux/arm64"
    with pytest.raises(BundleRefused, match="is for linux/amd64, and this engine is linux/arm64"):
        load(engine, file)
    assert (engine.loaded, shelf.read()) == (0, None)


def test_a_prefetched_file_that_changed_is_not_saved(tmp_path: Path) -> None:
    shelf.place(FILE).parent.mkdir(parents=True)
    shelf.place(FILE).write_bytes(b"another")
    image: Any = Image("a")
    image.tags.append("stand-in:1")
    engine: Any = Engine()
    engine.there.append(image)
    engine.saved = lambda images: iter([b"archive"])
    base: Any = SimpleNamespace(kind="stand-in", image="stand-in:1", identity="x")
    ready = Prefetched(
        bases={"python:3.14-slim": base},
        scanners={},
        missing={},
        shelf=Shelf(server="stand-in:1", labs={}, files=(FILE,)),
        fetched=0,
        need_a_mirror=(),
        labs={},
    )
    unused: Any = None
    with pytest.raises(BundleRefused, match="has changed since the download"):
        transfer.save(unused, engine, ready, tmp_path / "x", lambda _: None)
    assert not (tmp_path / "x").exists()


def test_memory_that_is_damaged_knows_nothing() -> None:
    registry_digests.remember({"a": "b"})
    assert registry_digests.digest_of("a") == "b"
    registry_digests._file().write_text("[1]")
    assert registry_digests.digest_of("a") is None
    registry_digests._file().write_text("{")
    assert registry_digests.digest_of("a") is None


def test_without_a_shelf_nothing_is_served() -> None:
    from advices.packages import shelf_server

    engine: Any = Engine()
    with pytest.raises(PackageMissing), shelf_server.serving(engine):
        pytest.fail("it was served")
