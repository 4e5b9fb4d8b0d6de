"""The lines that the design draws: who may import whom, and what every lab consists of."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from source_files import SOURCE, imported, sources

from advices.lab import labfile

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SLUGS = labfile.slugs(ROOT / "labs")

# One package a room, and a room imports only rooms above it in this list, through their doors.
ROOMS = (
    *("core", "lab", "results", "site", "engine", "runs", "images", "packages", "bases"),
    *("scanners", "linters", "workshop", "probes", "offline", "measure", "notebooks"),
    *("audit", "learn", "classroom", "cli"),
)
# A writer builds the site, and anyone reads a result, on a laptop without Docker.
PURE = ("core", "lab", "results", "site")
LINES_AT_MOST = 300


def broken_rules(folder: Path) -> list[str]:
    """Return a sentence for each import that goes against the order or past a door."""
    found = []
    for file in sources(folder):
        where = file.relative_to(folder)
        room = where.parts[0] if len(where.parts) > 1 else ""
        if not room:
            continue
        for name in imported(file):
            top, *parts = name.split(".")
            if top == "docker" and room != "engine":
                found.append(f"{where} imports docker")
            if top != "advices" or parts[:1] == [room]:
                continue
            if parts[0] not in ROOMS or ROOMS.index(parts[0]) > ROOMS.index(room):
                found.append(f"{where} imports {parts[0]}, which is not above it")
            if len(parts) > 1:
                found.append(f"{where} reaches past the door of {parts[0]}")
    return found


def test_a_room_imports_only_rooms_above_it_through_their_doors() -> None:
    assert {file.name for file in SOURCE.iterdir() if file.is_dir()} - {"__pycache__"} == {*ROOMS}
    assert broken_rules(SOURCE) == []


@pytest.mark.parametrize(
    ("file", "line", "rule"),
    [
        ("lab/x.py", "from advices.engine import Engine", "imports engine, which is not above it"),
        ("site/x.py", "def f():\n    from advices import engine", "imports engine"),
        ("engine/x.py", "from advices.core.errors import DiskFull", "past the door of core"),
        ("site/x.py", "import docker.errors", "imports docker"),
        ("core/x.py", "from advices.flat import y", "imports flat"),
    ],
)
def test_the_rules_can_be_broken(file: str, line: str, rule: str, tmp_path: Path) -> None:
    sound = "import docker\nfrom advices.core import DiskFull\nfrom advices.engine.link import x\n"
    for name, text in {"engine/sound.py": sound, file: line}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (said,) = broken_rules(tmp_path)
    assert rule in said


@pytest.mark.parametrize("room", ROOMS)
def test_a_door_says_what_is_behind_it(room: str) -> None:
    door = importlib.import_module(f"advices.{room}")
    assert len(str(door.__doc__).splitlines()) >= 1
    for name in getattr(door, "__all__", ()):
        assert getattr(door, name) is not None


def test_what_is_pure_loads_nothing_of_the_engine() -> None:
    program = f"import sys, {', '.join(f'advices.{name}' for name in PURE)}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "advices.site" in loaded
    rooms = {name.split(".")[1] for name in loaded if name.startswith("advices.")}
    assert rooms == set(PURE)
    assert {"docker", "nbclient"}.isdisjoint(loaded)


def test_no_file_is_long() -> None:
    ours = (*sources(SOURCE), *(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").glob("*.py"))
    long = {file.name for file in ours if len(file.read_text("utf-8").splitlines()) > LINES_AT_MOST}
    # Tests that share one class, which takes a minute to make, and one program of an image.
    assert long == {"test_hub.py", "zap_stub.py"}


def test_no_test_imports_another() -> None:
    """What two tests need has a module of its own, whose name says what is in it."""
    tests = (ROOT / "tests").rglob("test_*.py")
    shared = {file.stem: set(imported(file)) for file in tests}
    assert len(shared) > 100
    assert {name: named for name, taken in shared.items() if (named := taken & {*shared})} == {}


def test_one_door_leads_to_other_programs() -> None:
    doors = {
        file.relative_to(SOURCE).as_posix()
        for file in sources(SOURCE)
        if {"subprocess", "pty"} & set(imported(file))
    }
    assert doors == {"core/process.py"}


def faults(notebook: dict[str, Any], slug: str) -> list[str]:
    """Return what is wrong with a notebook as it lies in git."""
    found = []
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code):
        if cell.get("outputs"):
            found.append(f"code cell {number} holds outputs")
        if cell.get("execution_count") is not None:
            found.append(f"code cell {number} holds an execution count")
    trees = [ast.parse("".join(cell["source"])) for cell in code]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    opened = [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "open_lab"
    ]
    if opened != [f"open_lab('{slug}')"]:
        found.append(f"it opens {', '.join(opened) or 'no lab'}")
    if not any(isinstance(c.func, ast.Attribute) and c.func.attr == "finish" for c in calls):
        found.append("it does not finish")
    return found


def cell(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "source": [source], "outputs": [], "execution_count": None} | more


def test_notebooks_can_be_at_fault() -> None:
    sound = {"cells": [cell("lab = open_lab('x')"), cell("lab.finish()")]}
    assert faults(sound, "x") == []
    assert faults(sound, "y") == ["it opens open_lab('x')"]
    broken = {"cells": [cell("print('open_lab')", execution_count=1, outputs=[{"text": "2"}])]}
    assert faults(broken, "x") == [
        "code cell 0 holds outputs",
        "code cell 0 holds an execution count",
        "it opens no lab",
        "it does not finish",
    ]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_lies_in_git_without_outputs_and_opens_its_lab(file: Path) -> None:
    assert faults(json.loads(file.read_text("utf-8")), file.stem) == []


def test_lab_notebook_and_chapter_go_by_one_name() -> None:
    assert tuple(file.stem for file in NOTEBOOKS) == SLUGS
    chapters = (ROOT / "docs" / "chapters").glob("*.md")
    assert {file.stem for file in chapters} - {"index"} == set(SLUGS)


# Places of one machine, and hosts that only some networks reach. Split, not to find itself.
_PLACES = r"/wo" r"rk/|/ho" r"me/\w|/Us" r"ers/\w|/tmp/dev" "env"
_HOSTS = (
    r"\b(?:gh" r"cr\.io|qu" r"ay\.io|[\w.-]*gcr\.io|[\w-]*regi" r"stry[\w-]*\.[a-z][\w.-]*\.[a-z]+)"
)
HERE_ONLY = re.compile(f"{_PLACES}|{_HOSTS}")
LOOKED_THROUGH = ("src", "labs", "notebooks", "tests", "requirements", "docs", "kubernetes")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cd /wo" + "rk/main", True),
        ("open('/ho" + "me/me/x')", True),
        ("FROM gh" + "cr.io/astral-sh/uv", True),
        ("--index-url https://regi" + "stry.corp.example/simple", True),
        ("target=/root/.cache/pip", False),
        ("apt-get install docker.io", False),
        ("the registry. It answers", False),
        ("homework/x, network/y", False),
    ],
)
def test_a_place_of_one_machine_is_recognised(text: str, found: bool) -> None:
    assert bool(HERE_ONLY.search(text)) == found


def test_no_place_of_one_machine_is_named() -> None:
    files = [file for name in LOOKED_THROUGH for file in (ROOT / name).rglob("*")]
    files += [file for file in ROOT.iterdir() if not file.name.startswith(".")]
    named = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for file in sorted(set(files))
        if file.is_file() and "__pycache__" not in file.parts and b"\0" not in file.read_bytes()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if HERE_ONLY.search(line)
    ]
    assert len(files) > 50
    assert named == []
