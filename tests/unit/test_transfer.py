"""Bytes to transfer, read from made `docker save` archives of every engine in use."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advices import transfer
from advices.errors import EngineLost
from advices.transfer import Remembered

# Three layers: text that gzip shrinks, noise that it cannot, and an empty tar.
DICE = random.Random(1)
TEXT = b"".join(
    DICE.choice((b"import ", b"def f", b"(x):\n", b"    ", b"1, ")) for _ in range(20_000)
)
EMPTY = bytes(10240)
CONTENTS = (TEXT, DICE.randbytes(30_000), EMPTY)


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def squeezed(content: bytes) -> int:
    """Return gzip's size by another way than the code's: level 6, no name, no time."""
    return len(gzip.compress(content, compresslevel=6, mtime=0))


DIFF_IDS = [f"sha256:{sha(content)}" for content in CONTENTS]
CONFIG = json.dumps({"rootfs": {"type": "layers", "diff_ids": DIFF_IDS}}).encode()


def archive(files: dict[str, bytes | str]) -> bytes:
    """Return a tar of these files; a text is a symbolic link's target."""
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as tar:
        folder = tarfile.TarInfo("blobs")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return sink.getvalue()


def manifest(config: str, layers: list[str]) -> dict[str, bytes | str]:
    return {"manifest.json": json.dumps([{"Config": config, "Layers": layers}]).encode()}


def by_digest(contents: list[bytes]) -> bytes:
    """Return what engines from version 25 on save: blobs named by their own digest."""
    names = [f"blobs/sha256/{sha(content)}" for content in contents]
    config = f"blobs/sha256/{sha(CONFIG)}"
    return archive(
        dict(zip(names, contents, strict=True)) | {config: CONFIG} | manifest(config, names)
    )


def by_layer() -> bytes:
    """Return what engines before version 25 save: a folder per layer."""
    names = [f"{number}" * 64 + "/layer.tar" for number in range(len(CONTENTS))]
    files = {f"{sha(CONFIG)}.json": CONFIG} | dict(zip(names, CONTENTS, strict=True))
    return archive(files | manifest(f"{sha(CONFIG)}.json", names))


class FakeEngine:
    """An engine that holds one image; counts how often it had to save it."""

    def __init__(self, saved: bytes, history: list[dict[str, Any]] | None = None) -> None:
        self._saved = saved
        self._history = history
        self.saves = 0

    def saved(self, _: object) -> Iterator[bytes]:
        self.saves += 1
        for start in range(0, len(self._saved), 1000):
            yield self._saved[start : start + 1000]

    def history(self, _: object) -> list[dict[str, Any]]:
        if self._history is not None:
            return self._history
        return [{"CreatedBy": f"RUN {n} # buildkit", "Size": 100 + n} for n in range(len(CONTENTS))]


def image(diff_ids: list[str] | None = None) -> SimpleNamespace:
    return SimpleNamespace(attrs={"RootFS": {"Layers": diff_ids or DIFF_IDS}})


@pytest.fixture
def memory(tmp_path: Path) -> Remembered:
    return Remembered(tmp_path / "cache" / "layers.json")


def measured(engine: FakeEngine, memory: Remembered, **settings: Any) -> list[Any]:
    found = settings.pop("image", image())
    base = settings.pop("base", frozenset())
    return transfer.layers(engine, found, base, memory)


@pytest.mark.parametrize("saved", [by_digest(list(CONTENTS)), by_layer()], ids=["new", "old"])
def test_plain_layers_are_compressed(saved: bytes, memory: Remembered) -> None:
    found = measured(FakeEngine(saved), memory)
    sizes = [layer.transfer_bytes for layer in found]
    assert sizes == [squeezed(content) for content in CONTENTS]
    assert sizes[0] < len(CONTENTS[0]) / 2
    assert sizes[1] > len(CONTENTS[1])


def test_gzip_layers_are_taken_as_they_are(memory: Remembered) -> None:
    # containerd's image store keeps what it pulled: another level, another size.
    stored = [gzip.compress(content, compresslevel=1, mtime=0) for content in CONTENTS]
    found = measured(FakeEngine(by_digest(stored)), memory)
    assert [layer.transfer_bytes for layer in found] == [len(blob) for blob in stored]


@pytest.mark.parametrize("compressed", [False, True])
def test_a_big_layer_is_read_in_pieces(
    compressed: bool, memory: Remembered, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Bigger than manifest and config, which are read for their text, and than no layer.
    monkeypatch.setattr(transfer, "_AT_ONCE", 1_500)
    monkeypatch.setattr(transfer, "_CHUNK", 1_500)
    stored = [gzip.compress(c, 1, mtime=0) for c in CONTENTS] if compressed else list(CONTENTS)
    found = measured(FakeEngine(by_digest(stored)), memory)
    wanted = [len(blob) if compressed else squeezed(blob) for blob in stored]
    assert [layer.transfer_bytes for layer in found] == wanted


def test_each_layer_is_compressed_once(
    memory: Remembered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compressed: list[int] = []
    count = transfer._gzip_size

    def counting(chunks: Any) -> int:
        found = list(chunks)
        compressed.append(sum(map(len, found)))
        return count(found)

    monkeypatch.setattr(transfer, "_gzip_size", counting)
    first = FakeEngine(by_digest(list(CONTENTS)))
    before = measured(first, memory)
    assert set(map(len, CONTENTS)) <= set(compressed)

    # The same image again, in another process: nothing is even saved.
    again = Remembered(tmp_path / "cache" / "layers.json")
    assert measured(first, again) == before
    assert first.saves == 1

    # An image with one new layer on top: only that one is compressed.
    compressed.clear()
    new = b"new" * 4_000
    ids = [*DIFF_IDS, f"sha256:{sha(new)}"]
    config = json.dumps({"rootfs": {"diff_ids": ids}}).encode()
    monkeypatch.setattr("test_transfer.CONFIG", config)
    second = FakeEngine(
        by_digest([*CONTENTS, new]), [{"CreatedBy": "COPY x", "Size": 1}] * len(ids)
    )
    found = measured(second, again, image=image(ids))
    assert found[-1].transfer_bytes == squeezed(new)
    assert len(new) in compressed
    assert not set(map(len, CONTENTS)) & set(compressed)


def test_one_layer_twice_in_an_image(memory: Remembered, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [DIFF_IDS[2], DIFF_IDS[0], DIFF_IDS[2]]
    config = json.dumps({"rootfs": {"diff_ids": ids}}).encode()
    monkeypatch.setattr("test_transfer.CONFIG", config)
    found = measured(FakeEngine(by_digest([EMPTY, CONTENTS[0], EMPTY])), memory, image=image(ids))
    assert [layer.transfer_bytes for layer in found] == [
        *(squeezed(EMPTY), squeezed(CONTENTS[0]), squeezed(EMPTY)),
    ]


def test_one_layer_twice_in_an_image_of_an_old_engine(memory: Remembered) -> None:
    # Docker 24 saves the second of two equal layers as a link to the first.
    ids = [DIFF_IDS[2], DIFF_IDS[2]]
    config = json.dumps({"rootfs": {"diff_ids": ids}}).encode()
    files = {"c.json": config, "a/layer.tar": EMPTY, "b/layer.tar": "../a/layer.tar"}
    saved = archive(files | manifest("c.json", ["a/layer.tar", "b/layer.tar"]))
    history = [{"CreatedBy": "WORKDIR /a", "Size": 0}, {"CreatedBy": "WORKDIR /b", "Size": 0}]
    found = measured(FakeEngine(saved, history), memory, image=image(ids))
    assert [layer.transfer_bytes for layer in found] == [squeezed(EMPTY)] * 2


SAVED = by_digest(list(CONTENTS))


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
def test_a_saved_image_that_breaks_off(size: int, memory: Remembered) -> None:
    with pytest.raises(EngineLost, match="`docker save` broke off"):
        measured(FakeEngine(SAVED[:size]), memory)


def test_what_is_of_the_base_is_marked(memory: Remembered) -> None:
    found = measured(FakeEngine(SAVED), memory, base=frozenset(DIFF_IDS[:2]))
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
def test_each_layer_is_told_by_its_instruction(case: str, memory: Remembered) -> None:
    history, wanted = HISTORIES[case]
    entries = [{"CreatedBy": text, "Size": size} for text, size in history]
    found = measured(FakeEngine(SAVED, entries), memory)
    assert [(layer.created_by, layer.disk_bytes) for layer in found] == wanted


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
def test_a_damaged_memory_is_an_empty_one(text: str, tmp_path: Path) -> None:
    file = tmp_path / "layers.json"
    file.write_text(text)
    memory = Remembered(file)
    assert memory.get("sha256:a") is None
    memory.add({"sha256:b": 7})
    assert Remembered(file).get("sha256:b") == 7
