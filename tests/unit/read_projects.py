"""Projects of a few files, as an audit reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from advices import audit

DOCKERFILE = "ARG TAG=3.14\nFROM python:${TAG}\nCOPY . .\nCMD python app.py\n"


def made(root: Path, **files: str) -> Path:
    """Return a project of these files; in a name `__` is a slash and `_` a dot."""
    texts = {"Dockerfile": DOCKERFILE, "app.py": "", **files}
    for name, text in texts.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def read(root: Path, **asked: Any) -> audit.Project:
    return audit.read_project(root, audit.Asked(**{"variables": {}, **asked}))


def composed(root: Path, text: str, **files: str) -> Path:
    return made(root, **{"compose.yaml": text, **files})


def told(project: audit.Project) -> dict[str, tuple[str, str]]:
    return {one.name: (one.value, one.option) for one in project.chosen}
