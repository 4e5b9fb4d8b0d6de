"""One place names the line of Python, and every lab, exercise and page uses it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RECIPES = tomllib.loads((ROOT / "labs" / "bases" / "bases.toml").read_text("utf-8"))
LINE = RECIPES["python"]
# An image, a program, a folder of packages; or the argument that a FROM line takes its tag from.
_NAMED = re.compile(r"(?:python[:/]?|^ARG \w+=)(3\.\d+)", re.IGNORECASE | re.MULTILINE)
_FILES = ("*Dockerfile", "*.toml", "*.sh", "*.ipynb", "*.md")
PLACES = sorted(
    path
    for folder in ("labs", "notebooks", "docs", "tests/corpus", "benchmarks")
    for name in _FILES
    for path in (ROOT / folder).rglob(name)
    if path.parent != ROOT / "docs" / "labs"
)


def named(text: str) -> set[str]:
    """Return the lines of Python that a text names."""
    return set(_NAMED.findall(text))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("FROM python:3.13-slim AS build\n", {"3.13"}),
        ("FROM python:3.14\nCOPY --from=python:3.12 /a /b\n", {"3.14", "3.12"}),
        ("RUN ls /usr/local/lib/python3.13/site-packages\n", {"3.13"}),
        ("ARG V=3.13\nFROM python:${V}-slim\n", {"3.13"}),
        ("FROM debian:13\nARG PORT=8000\n", set()),
    ],
)
def test_a_line_of_python_is_found(text: str, lines: set[str]) -> None:
    assert named(text) == lines


def test_the_recipes_are_of_the_line() -> None:
    assert [name for name in RECIPES["bases"] if name.startswith("python")] == [
        f"python:{LINE}",
        f"python:{LINE}-slim",
        f"python:{LINE}-alpine",
    ]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: str(path.relative_to(ROOT)))
def test_all_use_the_line(path: Path) -> None:
    # This page quotes what an old tutorial printed.
    quoted = {"3.7"} if path == ROOT / "docs" / "bases.md" else set()
    assert named(path.read_text("utf-8")) - quoted <= {LINE}
