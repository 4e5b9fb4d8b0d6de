"""Which files .dockerignore lets into a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.core import LabInvalid
from advices.lab import context_files, ignore_patterns

FILES = ("a.py", "a.md", "data/big", "docs/b.md", "docs/deep/c.md", "x/__pycache__/d.pyc", ".env")


def kept(folder: Path, ignore: str) -> set[str]:
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    (folder / ".dockerignore").write_bytes(ignore.encode())
    return {file.relative_to(folder).as_posix() for file in context_files(folder)}


@pytest.mark.parametrize(
    ("ignore", "left_out"),
    [
        ("", set()),
        ("# data\n\n", set()),
        ("data", {"data/big"}),
        ("/data/\n", {"data/big"}),
        ("./data/*", {"data/big"}),
        ("\ufeff  data  \r\n*.md\r\n", {"data/big", "a.md"}),
        ("*.md", {"a.md"}),
        ("**/*.md", {"a.md", "docs/b.md", "docs/deep/c.md"}),
        ("docs\n!docs/deep", {"docs/b.md"}),
        ("docs\n!docs/deep/*.md\ndocs/deep/c.md", {"docs/b.md", "docs/deep/c.md"}),
        ("*\n!a.py", {*FILES} - {"a.py"}),
        ("*\n!docs", {*FILES} - {"docs/b.md", "docs/deep/c.md"}),
        ("**/__pycache__\n.env*", {"x/__pycache__/d.pyc", ".env"}),
        ("?.[mp]*", {"a.md", "a.py"}),
    ],
)
def test_what_is_left_out(ignore: str, left_out: set[str], tmp_path: Path) -> None:
    assert kept(tmp_path, ignore) == {*FILES} - left_out


def test_without_a_file_all_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "empty").mkdir()
    assert [file.name for file in context_files(tmp_path)] == ["a"]
    assert ignore_patterns(tmp_path) == ()


def test_a_link_is_a_file_whatever_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a").write_text("x")
    for name, target in (
        ("to-folder", "folder"),
        ("to-nothing", "nothing"),
        ("left-out", "folder"),
    ):
        (tmp_path / name).symlink_to(target)
    (tmp_path / ".dockerignore").write_text("left-out\n")
    found = {file.relative_to(tmp_path).as_posix() for file in context_files(tmp_path)}
    assert found == {"folder/a", "to-folder", "to-nothing"}


def test_patterns_have_one_spelling(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("# no\n\n /a//b/ \n! ./c\n")
    assert ignore_patterns(tmp_path) == ("a/b", "!c")


def test_a_pattern_that_no_builder_reads_is_told(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("a\n[b\n")
    with pytest.raises(LabInvalid, match=r"\.dockerignore: .*\[b"):
        list(context_files(tmp_path))
