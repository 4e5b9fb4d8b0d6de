"""Which edits of the toolkit measure the labs of this repository again: asked of changed copies."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from advices.lab import labfile
from advices.measure.parts import Contexts, of_lab
from advices.measure.plan import Samples
from advices.results import parts

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, sys
from pathlib import Path
from advices.lab import labfile
from advices.measure import Samples
from advices.measure.parts import Contexts, of_lab
from advices.results import parts

labs, contexts = labfile.in_order(Path(sys.argv[1])), Contexts()
print(json.dumps({lab.slug: parts(of_lab(lab, Samples(), contexts)) for lab in labs}))
"""


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what changes a piece of one module."""

    def change(source: Path) -> None:
        text = (source / name).read_text("utf-8")
        assert old in text
        (source / name).write_text(text.replace(old, new, 1), "utf-8")

    return change


def everywhere(change: Callable[[str], str]) -> Callable[[Path], None]:
    """Return what changes the text of every module."""

    def changed(source: Path) -> None:
        for file in source.rglob("*.py"):
            file.write_text(change(file.read_text("utf-8")), "utf-8")

    return changed


def moved(source: Path) -> None:
    """Move a module that measures, and name it otherwise."""
    (source / "measure" / "plan.py").rename(source / "measure" / "course.py")
    old, new = "advices.measure.plan", "advices.measure.course"
    imports = r"(from advices\.measure import .*?)\bplan\b"
    everywhere(
        lambda text: re.sub(
            imports,
            r"\1course as plan",
            text.replace(old, new),
        )
    )(source)


def renamed(text: str) -> str:
    """Rename a class, a function and a variable that measure."""
    for old, new in (("BuildImage", "MakeImage"), ("order_of", "build_of"), ("HARDENED", "SAFE")):
        text = re.sub(rf"\b{old}\b", new, text)
    return text


def of_the_copy(change: Callable[[Path], None], folder: Path) -> dict[str, dict[str, str]]:
    """Return the parts of every lab's key, as a changed copy of the toolkit sees them."""
    source = folder / "advices"
    shutil.copytree(ROOT / "src" / "advices", source)
    change(source)
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROOT / "labs")],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    parsed: dict[str, dict[str, str]] = json.loads(found.stdout)
    return parsed


@pytest.fixture(scope="module")
def before() -> dict[str, dict[str, str]]:
    contexts = Contexts()
    labs = labfile.in_order(ROOT / "labs")
    return {lab.slug: parts(of_lab(lab, Samples(), contexts)) for lab in labs}


def test_edits_that_move_no_number_measure_nothing(
    before: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """Comments, docstrings, format, names, places, how a step is told, a chart: all at once."""

    def change(source: Path) -> None:
        moved(source)
        for one in (
            edit("probes/inside/stop.py", "import ", "# A comment.\nimport "),
            edit("site/charts/bars.py", '"""', '"""Another chart. '),
            edit("measure/course.py", "start, sample", "a start, sample"),
            everywhere(renamed),
            everywhere(lambda text: ast.unparse(ast.parse(text)) + "\n# A comment.\n"),
        ):
            one(source)

    assert of_the_copy(change, tmp_path) == before


AGAIN: dict[str, Callable[[Path], None]] = {
    "the build command of": edit("engine/buildx.py", "--provenance=false", "--provenance=true"),
    "the options of containers": edit("engine/start.py", '"512m"', '"1g"'),
    "the probe stop": edit("probes/inside/stop.py", "import ", "FIVE = 5\nimport "),
    "the probe user": edit("probes/user.py", "METHOD = 1", "METHOD = 2"),
    "the probe web-scan": edit("scanners/wapiti.py", "_DEPTH = 5", "_DEPTH = 6"),
    "how builds are read": edit("engine/build_log.py", "METHOD = 2", "METHOD = 3"),
    "how answers are read": edit("probes/startup.py", "METHOD = 1", "METHOD = 2"),
}


def test_edits_that_move_numbers_measure_the_labs_that_they_touch(
    before: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    def change(source: Path) -> None:
        for one in AGAIN.values():
            one(source)

    # How a container is limited is a part of each further start, too.
    touching = (*AGAIN, "the start ")
    for slug, after in of_the_copy(change, tmp_path).items():
        changed = {name for name in after if after[name] != before[slug][name]}
        assert changed == {name for name in after if name.startswith(touching)}
    assert {name for found in before.values() for name in found} > {"the probe stop"}
