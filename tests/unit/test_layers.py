"""What is told of an image's layers: bytes to transfer, bytes on disk, the instruction."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import Any, cast

import pytest
from layer_tars import FakeEngine, file, image_of, layer_tar, new_layout, old_layout, sha

from advices.core.errors import EngineLost
from advices.engine.client import Engine
from advices.images import gzip_bytes, layers
from advices.images.memory import LayerMemory

# Three layers: text that gzip shrinks, noise that it cannot, and an empty tar.
DICE = random.Random(1)
TEXT = b"".join(
    DICE.choice((b"import ", b"def f", b"(x):\n", b"    ", b"1, ")) for _ in range(20_000)
)
EMPTY = bytes(10240)
CONTENTS = [layer_tar({"text": file(TEXT)}), layer_tar({"noise": file(DICE.randbytes(30_000))})]
CONTENTS.append(EMPTY)
DIFF_IDS = [f"sha256:{sha(content)}" for content in CONTENTS]


def squeezed(content: bytes) -> int:
    """Return gzip's size by another way than the code's: level 6, no name, no time."""
    return len(gzip.compress(content, compresslevel=6, mtime=0))


def history(count: int) -> list[dict[str, Any]]:
    return [{"CreatedBy": f"RUN {n} # buildkit", "Size": 100 + n} for n in range(count)]


def told(
    archive: bytes,
    memory: LayerMemory,
    contents: list[bytes] = CONTENTS,
    entries: list[dict[str, Any]] | None = None,
    base: frozenset[str] = frozenset(),
) -> tuple[list[Any], int]:
    """Return the layers of an image with these contents, and how often it was saved."""
    engine = FakeEngine(archive, entries or history(len(contents)))
    found = layers.layers_of(cast("Engine", engine), image_of(contents), base, memory)
    return found, engine.saves


@pytest.fixture
def memory(tmp_path: Path) -> LayerMemory:
    return LayerMemory(tmp_path / "cache")


@pytest.mark.parametrize("saved", [new_layout(CONTENTS), old_layout(CONTENTS)], ids=["new", "old"])
def test_plain_layers_are_compressed(saved: bytes, memory: LayerMemory) -> None:
    found, _ = told(saved, memory)
    sizes = [layer.transfer_bytes for layer in found]
    assert sizes == [squeezed(content) for content in CONTENTS]
    assert sizes[0] < len(CONTENTS[0]) / 2
    assert sizes[1] > 30_000, "noise is not shrunk"


def test_gzip_layers_are_taken_as_they_are(memory: LayerMemory) -> None:
    # containerd's image store keeps what it pulled: another level, another size.
    stored = [gzip.compress(content, compresslevel=1, mtime=0) for content in CONTENTS]
    found, _ = told(new_layout(CONTENTS, stored=stored), memory)
    assert [layer.transfer_bytes for layer in found] == [len(blob) for blob in stored]


def test_each_layer_is_compressed_once(
    memory: LayerMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[int] = []
    compress = gzip_bytes.compressed

    def counting(piece: bytes, before: bytes, *, last: bool) -> bytes:
        compressed.append(len(piece))
        return compress(piece, before, last=last)

    monkeypatch.setattr(gzip_bytes, "compressed", counting)
    archive = new_layout(CONTENTS)
    before, _ = told(archive, memory)
    assert sorted(compressed) == sorted(map(len, CONTENTS))

    # The same image again, in another process: nothing is even saved.
    again = LayerMemory(tmp_path / "cache")
    assert told(archive, again) == (before, 0)

    # An image with one new layer on top: only that one is compressed.
    compressed.clear()
    new = layer_tar({"new": file(b"new" * 4_000)})
    found, _ = told(new_layout([*CONTENTS, new]), again, [*CONTENTS, new])
    assert found[-1].transfer_bytes == squeezed(new)
    assert compressed == [len(new)]


@pytest.mark.parametrize("layout", [new_layout, old_layout], ids=["new", "old"])
def test_one_layer_twice_in_an_image(layout: Any, memory: LayerMemory) -> None:
    # Docker 24 saves the second of two equal layers as a link to the first.
    contents = [EMPTY, CONTENTS[0], EMPTY]
    found, _ = told(layout(contents), memory, contents)
    assert [layer.transfer_bytes for layer in found] == [squeezed(one) for one in contents]


SAVED = new_layout(CONTENTS)


@pytest.mark.parametrize(
    "size",
    [
        0,
        100,
        1024,
        20_000,
        # Between two files of the tar: tarfile takes that for its good end.
        512,
    ],
)
def test_a_saved_image_that_breaks_off(size: int, memory: LayerMemory) -> None:
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        told(SAVED[:size], memory)


def test_what_is_of_the_base_is_marked(memory: LayerMemory) -> None:
    found, _ = told(SAVED, memory, base=frozenset(DIFF_IDS[:2]))
    assert [layer.from_base for layer in found] == [True, True, False]
    assert [layer.diff_id for layer in found] == DIFF_IDS


HISTORIES: dict[str, tuple[list[tuple[str, int]], list[tuple[str, int]]]] = {
    "buildkit, an empty WORKDIR and an empty RUN": (
        [
            ("# debian.sh --arch 'amd64' out/", 70),
            ("ENV PATH=/usr/local/bin", 0),
            ("WORKDIR /app", 0),
            ("RUN /bin/sh -c true # buildkit", 0),
            ('CMD ["python3"]', 0),
        ],
        [("# debian.sh --arch 'amd64' out/", 70), ("WORKDIR /app", 0), ("RUN true", 0)],
    ),
    "an imported root": (
        [("", 70), ("RUN /bin/sh -c x # buildkit", 5), ("COPY . . # buildkit", 6)],
        [("imported root file system", 70), ("RUN x", 5), ("COPY . .", 6)],
    ),
    "a WORKDIR that made no layer": (
        [("RUN a", 1), ("WORKDIR /app", 0), ("RUN b", 2), ("COPY c", 3), ("USER 1000", 0)],
        [("RUN a", 1), ("RUN b", 2), ("COPY c", 3)],
    ),
    "the classic builder": (
        [
            ("/bin/sh -c #(nop) ADD file:1 in / ", 70),
            ('/bin/sh -c #(nop)  CMD ["bash"]', 0),
            ("/bin/sh -c apt-get update", 5),
            ("/bin/sh -c #(nop) WORKDIR /app", 0),
        ],
        [("ADD file:1 in /", 70), ("/bin/sh -c apt-get update", 5), ("WORKDIR /app", 0)],
    ),
    "a history that says too little": (
        [("RUN b", 2), ("ENV A=1", 0)],
        [("imported root file system", 0), ("imported root file system", 0), ("RUN b", 2)],
    ),
    "a history that says too much": (
        [("RUN a", 1), ("RUN b", 2), ("RUN c", 3), ("RUN d", 4)],
        [("RUN b", 2), ("RUN c", 3), ("RUN d", 4)],
    ),
}


@pytest.mark.parametrize("case", HISTORIES)
def test_each_layer_is_told_by_its_instruction(case: str, memory: LayerMemory) -> None:
    history, wanted = HISTORIES[case]
    entries = [{"CreatedBy": text, "Size": size} for text, size in history]
    found, _ = told(SAVED, memory, entries=entries)
    assert [(layer.created_by, layer.disk_bytes) for layer in found] == wanted
