"""Where things lie, and what a notebook holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from advices.core import LabInvalid
from advices.core.paths import Layout, project
from advices.lab import code_cells

TOML = """\
title = "T"
advice = "A"
context = "app"
headline = "disk_bytes"
claims = []
[variants.bad]
dockerfile = "bad.Dockerfile"
says = "bad"
[variants.good]
dockerfile = "good.Dockerfile"
says = "good"
[replays.unchanged]
says = "nothing"
"""


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def notebook(*cells: tuple[str, str]) -> str:
    made = [{"cell_type": kind, "source": text.splitlines(True)} for kind, text in cells]
    return json.dumps({"cells": made})


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """Return a small project with one lab."""
    root = tmp_path / "project"
    write(root / "mkdocs.yml", "")
    write(root / "labs" / "x" / "lab.toml", TOML)
    write(root / "labs" / "x" / "bad.Dockerfile", "FROM a:1\n")
    write(root / "labs" / "x" / "good.Dockerfile", "FROM a:1\nRUN x\n")
    write(root / "labs" / "x" / "exercise" / "README.md", "try it")
    write(root / "labs" / "app" / "views.py", "x = 1\n")
    write(root / "notebooks" / "x.ipynb", notebook(("markdown", "# X"), ("code", "a\nb")))
    return Layout(root)


@pytest.mark.parametrize("below", [".", "labs/x", "notebooks"])
def test_the_project_is_found_from_any_folder_of_it(layout: Layout, below: str) -> None:
    assert project(layout.root / below) == layout


def test_the_project_is_found_from_the_current_folder(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(layout.labs)
    assert project() == layout


@pytest.mark.parametrize("gone", ["mkdocs.yml", "labs"])
def test_outside_of_a_project(layout: Layout, gone: str) -> None:
    (layout.root / gone).rename(layout.root.parent / gone)
    with pytest.raises(LabInvalid, match="is not inside a Docker Advices project"):
        project(layout.root)


def test_the_folders(layout: Layout) -> None:
    root = layout.root
    assert layout.labs == root / "labs"
    assert layout.bases == root / "labs" / "bases"
    assert layout.scanners == root / "labs" / "scanners"
    assert layout.results == root / "docs" / "results"
    assert layout.lab_pages == root / "docs" / "labs"
    assert layout.notebook("x") == root / "notebooks" / "x.ipynb"


def test_the_folder_of_the_solutions_results(layout: Layout) -> None:
    assert layout.exercise_results == layout.root / "docs" / "results" / "exercises"


def test_code_cells(tmp_path: Path) -> None:
    file = tmp_path / "n.ipynb"
    write(file, notebook(("code", "a\nb"), ("markdown", "m"), ("raw", "r"), ("code", "c")))
    assert code_cells(file) == ("a\nb", "c")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"cells": 5}', '{"cells": [{"cell_type": "code"}]}']
)
def test_what_is_no_notebook(tmp_path: Path, text: str) -> None:
    write(tmp_path / "n.ipynb", text)
    with pytest.raises(LabInvalid, match=r"notebooks/n\.ipynb is not a notebook"):
        code_cells(tmp_path / "n.ipynb")


def test_a_missing_notebook(tmp_path: Path) -> None:
    with pytest.raises(LabInvalid, match=r"there is no notebooks/n\.ipynb"):
        code_cells(tmp_path / "n.ipynb")
