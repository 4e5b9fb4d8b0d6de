"""What is told of an image's layers: bytes to transfer, bytes on disk, the instruction."""

from __future__ import annotations

import gzip
import random
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from layer_tars import (
    FakeEngine,
    file,
    folder,
    hardlink,
    image_of,
    layer_tar,
    new_layout,
    old_layout,
    sha,
    symlink,
)
from memory_engine import MemoryEngine

from advices.images import LayerMemory, layers_of, learn, listings, look_for
from advices.images.archive import Config

# Three layers: text that gzip shrinks, noise that it cannot, and an empty tar.
DICE = random.Random(1)
TEXT = b"".join(
    DICE.choice((b"import ", b"def f", b"(x):\n", b"    ", b"1, ")) for _ in range(20_000)
)
EMPTY = bytes(10240)
CONTENTS = [layer_tar({"text": file(TEXT)}), layer_tar({"noise": file(DICE.randbytes(30_000))})]
CONTENTS.append(EMPTY)
DIFF_IDS = [f"sha256:{sha(content)}" for content in CONTENTS]


def told(
    archive: bytes,
    memory: LayerMemory,
    contents: list[bytes] = CONTENTS,
    base: frozenset[str] = frozenset(),
) -> tuple[list[Any], int]:
    """Return the layers of an image with these contents, and how often it was saved."""
    engine: Any = FakeEngine(archive)
    return layers_of(engine, image_of(contents), base, memory), engine.saves


def sizes(content: bytes, memory: LayerMemory) -> tuple[int, int]:
    """Return the bytes of an image's only layer, on disk and to transfer."""
    (layer,), _ = told(new_layout([content]), memory, [content])
    return layer.disk_bytes, layer.transfer_bytes


@pytest.fixture
def memory(tmp_path: Path) -> LayerMemory:
    return LayerMemory(tmp_path / "cache")


# Bytes


def test_bytes_to_transfer_are_those_of_gzip(memory: LayerMemory) -> None:
    found, _ = told(new_layout(CONTENTS), memory)
    for layer, content in zip(found, CONTENTS, strict=True):
        by_zlib = len(gzip.compress(content, compresslevel=6, mtime=0))
        assert layer.transfer_bytes == pytest.approx(by_zlib, rel=0.2, abs=30)
    assert found[0].transfer_bytes < len(CONTENTS[0]) / 2
    assert found[1].transfer_bytes > 30_000, "noise is not shrunk"


def test_bytes_on_disk_are_those_of_files(memory: LayerMemory) -> None:
    below = {"a": file(b"12345"), "b": file(b"1" * 100)}
    above = {
        "d/": folder(),
        "d/one": file(b"123"),
        # One file with two names; a link's own length is not counted, nor a whiteout.
        "d/two": hardlink("d/one"),
        "link": symlink("/a/long/way/to/somewhere"),
        ".wh.a": file(),
        # The same content once more, since a change of its mode copied it.
        "b": file(b"1" * 100, 0o600),
        "empty": file(),
    }
    engine = MemoryEngine()
    image = engine.add("x:1", layer_tar(below), layer_tar(above))
    found = layers_of(engine, image, frozenset(), memory)
    assert [layer.disk_bytes for layer in found] == [105, 103]


@pytest.mark.parametrize("level", [1, 9])
def test_a_layer_weighs_the_same_however_the_engine_keeps_it(level: int, tmp_path: Path) -> None:
    # containerd's store keeps what a registry or a builder compressed, at any level.
    stored = [gzip.compress(content, compresslevel=level, mtime=0) for content in CONTENTS]
    ways = {
        "plain": new_layout(CONTENTS),
        "old": old_layout(CONTENTS),
        "gzip": new_layout(CONTENTS, stored=stored),
    }
    found = [told(archive, LayerMemory(tmp_path / way))[0] for way, archive in ways.items()]
    assert found[0] == found[1] == found[2]


def test_a_layer_weighs_the_same_whatever_was_weighed_before(tmp_path: Path) -> None:
    big = [layer_tar({f"{n}": file(TEXT[n:]) for n in range(part, part + 30)}) for part in (0, 9)]
    alone = sizes(big[1], LayerMemory(tmp_path / "a"))
    after = LayerMemory(tmp_path / "b")
    sizes(big[0], after)
    assert sizes(big[1], after) == alone


def test_each_layer_is_read_once(memory: LayerMemory, tmp_path: Path) -> None:
    engine = MemoryEngine()
    image = engine.add("x:1", *CONTENTS)
    first = layers_of(engine, image, frozenset(), memory)
    assert layers_of(engine, image, frozenset(), memory) == first
    assert len(engine.saves) == 1, "all is known"

    # What another process knows of layers says nothing of the image's instructions.
    again = LayerMemory(tmp_path / "cache")
    assert layers_of(engine, image, frozenset(), again) == first
    assert len(engine.saves) == 2

    # A layer that is known is not even opened: in this archive it is broken.
    new = layer_tar({"new": file(b"new" * 4_000)})
    archive = new_layout([*CONTENTS, new]).replace(TEXT[:512], bytes(range(256)) * 2)
    found, _ = told(archive, again, [*CONTENTS, new])
    assert found[:3] == first
    assert found[3].disk_bytes == 12_000


def test_a_compressed_layer_is_unpacked_once(memory: LayerMemory) -> None:
    # An engine with containerd's store names it by another digest than its diff id.
    stored = [gzip.compress(content, mtime=0) for content in CONTENTS]
    first, _ = told(new_layout(CONTENTS, stored=stored), memory)
    new = layer_tar({"new": file(b"new" * 4_000)})
    more = [*stored, gzip.compress(new, mtime=0)]
    archive = new_layout([*CONTENTS, new], stored=more)
    broken = stored[0][:20] + bytes(len(stored[0]) - 20)
    found, _ = told(archive.replace(stored[0], broken), memory, [*CONTENTS, new])
    assert found[:3] == first
    assert found[3].disk_bytes == 12_000


@pytest.mark.parametrize("layout", [new_layout, old_layout], ids=["new", "old"])
def test_one_layer_twice_in_an_image(layout: Any, memory: LayerMemory) -> None:
    # Docker 24 saves the second of two equal layers as a link to the first.
    contents = [EMPTY, CONTENTS[0], EMPTY]
    found, _ = told(layout(contents), memory, contents)
    assert found[0].transfer_bytes == found[2].transfer_bytes < found[1].transfer_bytes
    assert [layer.disk_bytes for layer in found] == [0, len(TEXT), 0]


def test_what_is_of_the_base_is_marked(memory: LayerMemory) -> None:
    found, _ = told(new_layout(CONTENTS), memory, base=frozenset(DIFF_IDS[:2]))
    assert [layer.from_base for layer in found] == [True, True, False]
    assert [layer.diff_id for layer in found] == DIFF_IDS


def test_several_images_are_read_by_one_save(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    one = engine.add("x:1", CONTENTS[0], CONTENTS[1])
    two = engine.add("x:2", CONTENTS[0], EMPTY, created_by=("COPY a /", "WORKDIR /b"))
    learn(engine, [one, two], frozenset(), memory, listed=False)
    found = [layers_of(engine, image, frozenset(), memory) for image in (one, two)]
    assert engine.saves == [("x:1", "x:2")]
    assert [[layer.created_by for layer in layers] for layers in found] == [
        ["RUN 0", "RUN 1"],
        ["COPY a /", "WORKDIR /b"],
    ]


def test_layers_that_are_left_out_are_neither_read_nor_told(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    old = engine.add("x:1", CONTENTS[0], CONTENTS[1])
    new = engine.add("x:2", CONTENTS[0], CONTENTS[1], CONTENTS[2])
    known = frozenset(old.diff_ids)
    (found,) = layers_of(engine, new, frozenset(), memory, known)
    assert found.diff_id == new.diff_ids[-1]
    assert memory.sizes(old.diff_ids[0]) is None
    assert layers_of(engine, old, frozenset(), memory, known) == []
    assert engine.saves == [("x:2",)], "an image with nothing new is not saved"


# Instructions


def made(created_by: str) -> dict[str, Any]:
    return {"created_by": created_by}


def set_only(created_by: str) -> dict[str, Any]:
    return {"created_by": created_by, "empty_layer": True}


UNTOLD = "not told by the image's history"
HISTORIES: dict[str, tuple[list[dict[str, Any]], list[str]]] = {
    "buildkit, an empty WORKDIR and an empty RUN": (
        [
            made("# debian.sh --arch 'amd64' out/"),
            set_only("ENV PATH=/usr/local/bin"),
            made("WORKDIR /app"),
            made("RUN /bin/sh -c true # buildkit"),
            set_only('CMD ["python3"]'),
        ],
        ["# debian.sh --arch 'amd64' out/", "WORKDIR /app", "RUN true"],
    ),
    "an imported root": (
        [
            {"created": "2026-01-01T00:00:00Z", "comment": "Imported from -"},
            made("RUN /bin/sh -c x # buildkit"),
            made("COPY . . # buildkit"),
        ],
        ["imported root file system", "RUN x", "COPY . ."],
    ),
    "a WORKDIR that made no layer": (
        [made("RUN a"), set_only("WORKDIR /app"), made("RUN b"), made("COPY c")],
        ["RUN a", "RUN b", "COPY c"],
    ),
    "instructions that look as if they made a layer": (
        [made("RUN a"), set_only("RUN never"), made("ENV A=1"), made("LABEL b")],
        ["RUN a", "ENV A=1", "LABEL b"],
    ),
    "the classic builder": (
        [
            made("/bin/sh -c #(nop) ADD file:1 in / "),
            set_only('/bin/sh -c #(nop)  CMD ["bash"]'),
            made("/bin/sh -c apt-get update"),
            made("/bin/sh -c #(nop) WORKDIR /app"),
        ],
        ["ADD file:1 in /", "/bin/sh -c apt-get update", "WORKDIR /app"],
    ),
    "a history that says too little": ([made("RUN b"), set_only("ENV A=1")], [UNTOLD] * 3),
    "a history that says too much": ([made(f"RUN {n}") for n in range(4)], [UNTOLD] * 3),
    "no history": ([], [UNTOLD] * 3),
}


@pytest.mark.parametrize("case", HISTORIES)
def test_each_layer_is_told_by_its_instruction(case: str, memory: LayerMemory) -> None:
    history, wanted = HISTORIES[case]
    found, _ = told(new_layout(CONTENTS, history=history), memory)
    assert [layer.created_by for layer in found] == wanted


# Texts


def test_a_text_that_is_sought_is_looked_for_while_layers_are_weighed(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    image = engine.add("x:1", layer_tar({"a": file(b"a base")}), layer_tar({"b": file(b"a word")}))
    base, own = image.diff_ids
    memory.seek([b"word", b"none"])
    layers_of(engine, image, frozenset({base}), memory)
    look_for(engine, [image], frozenset({base}), memory, [b"word", b"none"])
    assert memory.held(own, [b"word", b"none"]) == {b"word"}
    assert len(engine.saves) == 1
    # Of another text nothing is known yet, whatever is known of the layer.
    assert memory.held(own, [b"word", b"base"]) is None
    look_for(engine, [image], frozenset(), memory, [b"base"])
    assert memory.held(base, [b"base"]) == {b"base"}
    assert memory.held(own, [b"word", b"base"]) == {b"word"}
    assert len(engine.saves) == 2


def test_a_layer_that_was_weighed_before_is_read_for_a_text(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    image = engine.add("x:1", layer_tar({"a": file(b"a word")}))
    layers_of(engine, image, frozenset(), memory)
    memory.seek([b"word"])
    layers_of(engine, image, frozenset(), memory)
    assert memory.held(image.diff_ids[0], [b"word"]) == {b"word"}


def test_the_lists_of_packages_are_looked_into_too(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    status = b"Package: a\nStatus: install ok installed\nDescription: a word\n"
    image = engine.add("x:1", layer_tar({"var/lib/dpkg/status": file(status)}))
    memory.seek([b"a word"])
    (listed,) = listings(engine, image, frozenset(), memory)
    assert listed.packages == {"var/lib/dpkg/status": 1}
    assert memory.held(image.diff_ids[0], [b"a word"]) == {b"a word"}


def test_who_comes_second_finds_what_the_first_one_reads(memory: LayerMemory) -> None:
    engine = MemoryEngine()
    image = engine.add("x:1", layer_tar({"a": file(b"a word")}))
    (layer,) = image.diff_ids
    with ThreadPoolExecutor() as pool:
        with memory.reading([image.id]):
            second = pool.submit(look_for, engine, [image], frozenset(), memory, [b"word"])
            assert not wait([second], 0.2).done
            memory.add_config(image.id, Config(image.id, {}))
            memory.add_held(layer, [b"word"], frozenset([b"word"]))
        second.result(10)
    assert not engine.saves
