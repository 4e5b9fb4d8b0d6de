"""Where things lie, and what makes a lab another lab."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import factory
import pytest

from advices.core.errors import LabInvalid
from advices.core.paths import Layout, project
from advices.lab import labfile
from advices.lab.digest import code_cells, lab_digest

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


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ("labs/build-cache/exercise/Dockerfile", True),
        ("labs/build-cache/lab.toml", True),
        ("notebooks/build-cache.ipynb", True),
        ("labs/build-cache/exercise/more/unused.py", True),
        ("labs/build-cache/exercise/solution.Dockerfile", False),
        ("labs/build-cache/exercise/exercise.toml", False),
        ("labs/app/views.py", False),
    ],
)
def test_the_digest_of_an_exercise_is_that_of_its_solution(
    change: str, same: bool, tmp_path: Path
) -> None:
    found = Layout(factory.project(tmp_path))
    exercise = labfile.read(found.labs, "build-cache").its_exercise()
    before = lab_digest(found, exercise)
    old = (found.root / change).read_text() if (found.root / change).exists() else ""
    write(found.root / change, old + "\n# more")
    assert (lab_digest(found, exercise) == before) == same


def test_an_overlay_decides_too(layout: Layout) -> None:
    toml = TOML.replace('says = "bad"', 'says = "bad"\noverlay = "more"')
    write(layout.labs / "x" / "lab.toml", toml)
    write(layout.labs / "x" / "more" / "deep" / "a.py", "x = 1")
    before = digest(layout)
    write(layout.labs / "x" / "more" / "deep" / "a.py", "x = 2")
    assert digest(layout) != before


def test_an_overlay_of_the_lab_decides_too(layout: Layout) -> None:
    write(layout.labs / "x" / "more" / "a.py", "x = 1")
    without = digest(layout)
    write(layout.labs / "x" / "lab.toml", TOML.replace("claims", 'overlay = "more"\nclaims'))
    before = digest(layout)
    write(layout.labs / "x" / "more" / "a.py", "x = 2")
    assert len({without, before, digest(layout)}) == 3


def test_an_overlay_counts_once_though_lab_and_variant_name_it(layout: Layout) -> None:
    write(layout.labs / "x" / "more" / "a.py", "x = 1")
    lab = labfile.read(layout.labs, "x")
    of_all = lab.model_copy(update={"overlay": "more"})
    bad = lab.variants["bad"].model_copy(update={"overlay": "more"})
    both = of_all.model_copy(update={"variants": {**lab.variants, "bad": bad}})
    assert lab_digest(layout, of_all) == lab_digest(layout, both) != lab_digest(layout, lab)


def digest(layout: Layout) -> str:
    return lab_digest(layout, labfile.read(layout.labs, "x"))


def rewrite(name: str, text: str) -> Callable[[Path], None]:
    return lambda root: write(root / name, text)


@pytest.mark.parametrize(
    "change",
    [
        rewrite("labs/x/bad.Dockerfile", "FROM a:2\n"),
        rewrite("labs/x/lab.toml", TOML + "\n"),
        rewrite("labs/app/views.py", "x = 2\n"),
        rewrite("labs/app/new/deep.py", ""),
        rewrite("labs/app/.dockerignore", "*.md"),
        rewrite("notebooks/x.ipynb", notebook(("code", "a\nc"))),
        rewrite("notebooks/x.ipynb", notebook(("code", "a\nb"), ("code", ""))),
        lambda root: (root / "labs/app/views.py").rename(root / "labs/app/view.py"),
    ],
)
def test_what_decides_the_measurement_changes_the_digest(
    layout: Layout, change: Callable[[Path], None]
) -> None:
    before = digest(layout)
    assert before.startswith("sha256:")
    change(layout.root)
    assert digest(layout) != before


@pytest.mark.parametrize(
    "change",
    [
        rewrite("labs/x/exercise/README.md", "try harder"),
        rewrite("labs/x/unused.Dockerfile", "FROM a:9"),
        rewrite("labs/app/__pycache__/views.cpython-313.pyc", "x"),
        rewrite("labs/app/deep/__pycache__/y.py", "x"),
        rewrite("labs/app/old.pyc", "x"),
        rewrite("labs/app/db.sqlite3", "x"),
        rewrite("labs/app/data/note", "x"),
        rewrite("labs/app/staticfiles/a.css", "x"),
        rewrite("notebooks/x.ipynb", notebook(("markdown", "# New words"), ("code", "a\nb"))),
    ],
)
def test_what_does_not_leaves_the_digest(layout: Layout, change: Callable[[Path], None]) -> None:
    before = digest(layout)
    change(layout.root)
    assert digest(layout) == before


def test_the_digest_is_the_same_in_another_folder(layout: Layout, tmp_path: Path) -> None:
    before = digest(layout)
    moved = Layout(layout.root.rename(tmp_path / "elsewhere"))
    assert digest(moved) == before


def test_names_and_contents_do_not_run_into_each_other(layout: Layout) -> None:
    write(layout.labs / "app" / "a", "bc")
    write(layout.labs / "app" / "d", "e")
    before = digest(layout)
    write(layout.labs / "app" / "a", "b")
    (layout.labs / "app" / "d").unlink()
    write(layout.labs / "app" / "cd", "e")
    assert digest(layout) != before


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
