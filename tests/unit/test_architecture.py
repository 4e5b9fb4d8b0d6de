"""The lines that the design draws: who may import whom, and what every lab consists of."""

from __future__ import annotations

import ast
import functools
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from advices import labfile

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "advices"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SLUGS = labfile.slugs(ROOT / "labs")

# A writer builds the site, and anyone reads a result, on a laptop without Docker.
PURE = (
    *("site", "render", "charts", "quantities", "claims", "results", "lab", "plan", "compare"),
    *("labfile", "measures", "exercises", "layout", "prose", "alerts", "alert_tables"),
    *("origin", "lab_page", "drawing", "timeline", "alert_charts", "stages", "stage_charts"),
    *("explorer", "packages", "checks", "doctor_page"),
)
OURS = (
    *("engine", "connection", "command", "measure", "buildx", "notebook", "session"),
    *("boot", "bench", "prove", "probes", "bases", "scanners"),
)
FORBIDDEN = (*(f"advices.{name}" for name in OURS), "docker", "nbclient")


def modules(folder: Path) -> dict[str, Path]:
    """Return the file of every module of a package, by its full name."""
    found = {}
    for file in folder.rglob("*.py"):
        parts = [folder.name, *file.relative_to(folder).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


@functools.cache
def imports(name: str, file: Path) -> frozenset[str]:
    """Return all that a module imports, anywhere in it, and the packages around that."""
    return frozenset(_imports(name, file))


def _imports(name: str, file: Path) -> Iterator[str]:
    package = name.split(".") if file.stem == "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            around = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*around, *([node.module] if node.module else [])])
            # What is imported from a package may be a module of it.
            found = [base, *(f"{base}.{alias.name}" for alias in node.names)]
        else:
            continue
        for full in found:
            parts = full.split(".")
            yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def ways(folder: Path, start: str, forbidden: tuple[str, ...]) -> list[str]:
    """Return how a module comes to import what it must not, as chains of names."""
    files = modules(folder)
    came_from: dict[str, str] = {start: ""}
    waiting = [start]
    for name in waiting:
        for other in sorted(imports(name, files[name])) if name in files else ():
            if other not in came_from:
                came_from[other] = name
                waiting.append(other)
    chains = []
    for target in set(forbidden) & came_from.keys() - {start}:
        chain = [target]
        while came_from[chain[0]]:
            chain.insert(0, came_from[chain[0]])
        chains.append(" → ".join(chain))
    return sorted(chains)


@pytest.mark.parametrize("name", PURE)
def test_what_is_pure_imports_nothing_of_the_engine(name: str) -> None:
    assert f"advices.{name}" in modules(SOURCE)
    assert ways(SOURCE, f"advices.{name}", FORBIDDEN) == []


def test_what_is_pure_loads_nothing_of_the_engine() -> None:
    program = f"import sys, {', '.join(f'advices.{name}' for name in PURE)}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "advices.site" in loaded
    assert set(loaded) & set(FORBIDDEN) == set()


@pytest.mark.parametrize("name", ["session", "measure", "cli"])
def test_the_check_sees_what_is_there(name: str) -> None:
    reached = {chain.rsplit(" → ")[-1] for chain in ways(SOURCE, f"advices.{name}", FORBIDDEN)}
    assert reached >= {"advices.engine", "advices.command", "docker"}


@pytest.mark.parametrize(
    "line",
    [
        "import {0}.engine",
        "from {0} import engine",
        "from {0}.engine import Engine",
        "from . import engine",
        "from .engine import Engine",
        "def later():\n    from {0} import engine",
        "import docker.errors",
        "from docker import from_env as x",
        "from {0} import helper",
        "from {0}.deep import inner",
    ],
)
def test_the_check_can_fail(line: str, tmp_path: Path) -> None:
    package = tmp_path / "some"
    files = {
        "__init__.py": "",
        "engine.py": "import json\n",
        "helper.py": "from some.deep.inner import x\n",
        "deep/__init__.py": "",
        "deep/inner.py": "from .. import engine\n",
        "sound.py": "import json\nfrom some import other\n",
        "other.py": '"""import some.engine"""\n',
        "site.py": line.format("some") + "\n",
    }
    for name, text in files.items():
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text(text)
    forbidden = ("some.engine", "docker")
    assert ways(package, "some.sound", forbidden) == []
    (chain,) = ways(package, "some.site", forbidden)
    assert chain.startswith("some.site → ")
    assert chain.endswith((" → some.engine", " → docker"))


def test_the_core_knows_no_probe_by_name() -> None:
    probes = {name for name in modules(SOURCE) if name.startswith("advices.probes.")}
    of_the_core = {"advices.probes.registry"}
    named = {
        name: found
        for name, file in modules(SOURCE).items()
        if not name.startswith("advices.probes")
        and (found := imports(name, file) & (probes - of_the_core))
    }
    assert len(probes) > 3
    assert named == {}


def test_one_door_leads_to_other_programs() -> None:
    doors = {
        name
        for name, file in modules(SOURCE).items()
        # What lies in inside/ runs in containers, where there is no toolkit.
        if {"subprocess", "os.system", "pty"} & imports(name, file) and ".inside." not in name
    }
    assert doors == {"advices.command"}


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
LOOKED_THROUGH = ("src", "labs", "notebooks", "tests", "requirements", "docs")


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
