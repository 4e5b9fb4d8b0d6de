"""The twelve factors as the frame of the chapters."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.core import LabInvalid
from advices.site import factors

CHAPTERS = Path(__file__).parents[2] / "docs" / "chapters"


def page(named: str) -> str:
    return f"---\ndescription: x\n{named}\n---\n\n# Title\n"


def test_a_chapter_names_its_factors() -> None:
    assert factors.of_chapter(page("factors: [IX, II]"), "x.md") == ("II", "IX")
    assert factors.of_chapter(page(""), "x.md") == ()


def test_a_factor_that_is_none_is_refused() -> None:
    with pytest.raises(LabInvalid, match=r"x\.md: there is no factor `XIII`"):
        factors.of_chapter(page("factors: [XIII]"), "x.md")


def test_each_factor_has_a_row_and_one_without_a_chapter_leads_to_the_frame() -> None:
    shown = factors.factors_table({"[a](a.md)": ("I",), "[b](b.md)": ("I", "II")}, "[all](all.md)")
    rows = shown.splitlines()[2:]
    assert len(rows) == 12
    assert rows[0] == "| I, Codebase | [a](a.md), [b](b.md) |"
    assert rows[1] == "| II, Dependencies | [b](b.md) |"
    assert rows[11] == "| XII, Admin processes | [all](all.md) |"


def test_what_the_scorecard_links_to_is_about_that_factor() -> None:
    scorecard = (CHAPTERS / "twelve-factor.md").read_text("utf-8")
    linked, number = 0, ""
    for row in scorecard.split("| Factor |")[1].splitlines():
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) < 4:
            break
        number = cells[1].split(".")[0] or number
        if "](" in cells[-2]:
            name = cells[-2].split("](")[1].rstrip(")")
            assert number in factors.of_chapter((CHAPTERS / name).read_text("utf-8"), name), row
            linked += 1
    assert linked > 4
