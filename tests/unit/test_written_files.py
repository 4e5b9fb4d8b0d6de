"""A file is written whole or not at all: on a full disk, together with others, interrupted."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
from pathlib import Path

import pytest

from advices.core import DiskFull
from advices.core import files as files_


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
@pytest.mark.parametrize("before", ["the old text\n", None])
def test_a_full_disk_leaves_the_old_file(
    call: str, before: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x.json"
    if before is not None:
        file.write_text(before)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    class Full:
        """A file that takes nothing."""

        def __init__(self, handle: int, *_: object, **__: object) -> None:
            os.close(handle)

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *_: object) -> None: ...

        write = full

    owner, name, stand_in = {
        "fsync": (os, "fsync", full),
        "replace": (Path, "replace", full),
        "write": (os, "fdopen", Full),
    }[call]
    monkeypatch.setattr(owner, name, stand_in)
    with pytest.raises(DiskFull, match=r"x\.json could not be written: No space left on device"):
        files_.write_whole(file, "the new text\n")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == (
        [] if before is None else ["x.json"]
    )
    assert before is None or file.read_text() == before


def refused_above(size_bytes: int, files: dict[Path, str]) -> None:
    """Write files while the kernel, as it does on a full disk, takes no file above a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        files_.write_together(files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("big", ["first", "second", "third"])
def test_files_are_written_together_or_not_at_all(big: str, tmp_path: Path) -> None:
    files = {tmp_path / name / "x.json": "new" for name in ("first", "second", "third")}
    old = {file: "old" for file in [*files][:2]}
    files_.write_together(old)
    with pytest.raises(DiskFull, match=r"x\.json could not be written: File too large"):
        refused_above(4096, {**files, tmp_path / big / "x.json": "new" * 4096})
    left = {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == old
    refused_above(4096, files)
    assert {path: path.read_text() for path in tmp_path.rglob("*") if path.is_file()} == files


def test_files_are_put_in_place_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[str] = []
    replace = Path.replace

    def told(half: Path, file: Path) -> Path:
        placed.append(file.name)
        return replace(half, file)

    monkeypatch.setattr(Path, "replace", told)
    files_.write_together({tmp_path / name: "text" for name in ("b", "a", "c")})
    assert placed == ["b", "a", "c"]


def test_a_disk_without_room_for_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files_.tempfile, "mkstemp", full)
    with pytest.raises(DiskFull, match=r"x\.json could not be written"):
        files_.write_whole(tmp_path / "x.json", "text")


def test_an_interrupt_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.json"
    file.write_text("old")

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        files_.write_whole(file, "new")
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["x.json"]
    assert file.read_text() == "old"


def test_a_written_file_is_for_everybody_to_read(tmp_path: Path) -> None:
    file = files_.write_whole(tmp_path / "deep" / "x.md", "é\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert file.read_bytes() == b"\xc3\xa9\n"
    assert list(file.parent.iterdir()) == [file]


def test_a_half_written_file_of_a_dead_writer_goes(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    dead, alive = tmp_path / f".x.json.{gone.pid}.abc", tmp_path / f".x.json.{os.getppid()}.abc"
    other = tmp_path / f".y.json.{gone.pid}.abc"
    for half in (dead, alive, other):
        half.write_text("half")
    files_.write_whole(tmp_path / "x.json", "text")
    left = {path for path in tmp_path.iterdir() if path.is_file()}
    assert left == {tmp_path / "x.json", alive, other}
