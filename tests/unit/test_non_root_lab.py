"""What the lab non-root calls a hole is one: a claim about what an intruder may do fails for it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from advices.lab import labfile

ROOT = Path(__file__).parents[2]
LAB = labfile.read(ROOT / "labs", "non-root")
# What an intruder may change, and become.
RIGHTS = {"not-root", "no-capabilities", "code-stays", "no-new-setuid"}
HOLES = "still a hole"


def chapter() -> str:
    return (ROOT / "docs" / "chapters" / "non-root.md").read_text("utf-8")


def notebook() -> str:
    cells = json.loads((ROOT / "notebooks" / "non-root.ipynb").read_text("utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells)


@pytest.mark.parametrize("page", [chapter, notebook])
def test_only_variants_that_let_an_intruder_do_more_are_holes(page: object) -> None:
    assert callable(page)
    (holes,) = [
        part
        for part in re.split(r"^#+ ", page(), flags=re.M)
        if part.partition("\n")[0].endswith(HOLES)
    ]
    named = {name for name in LAB.variants if re.search(rf'"{name}"', holes)} - {"good"}
    failing = {name for claim in LAB.claims if claim.id in RIGHTS for name in claim.fails_for} - {
        "bad"
    }
    assert named == failing


def test_its_headline_is_what_an_intruder_may_change() -> None:
    assert str(LAB.headline) == "writable_app_files"
    assert '{{ compare("non-root", "writable_app_files") }}' in chapter().partition("## ")[0]
