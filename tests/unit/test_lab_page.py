"""A page that gets new prose is the page that a run would have written."""

from __future__ import annotations

from typing import Any

import factory
import pytest

from advices.site.lab_page import page, reworded
from advices.site.origin import Origin
from advices.site.shown import Shown

RESULT = factory.result()


def prose(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": text}


def code(text: str, *outputs: str) -> dict[str, Any]:
    made = [{"output_type": "stream", "name": "stdout", "text": one} for one in outputs]
    return {"cell_type": "code", "source": text, "outputs": made}


CELLS = [
    prose("# Lab"),
    code("a = 1"),
    prose("first"),
    code("print(a)", "one\n\n<!--/out-->\n\nmore of it", "two"),
    code("print(a)", "three", "<!--out-->\n\nfour\n\n<!--/out-->\n"),
    code("  \n"),
    prose("<!--out-->\n\nno output\n\n<!--/out-->"),
]
BARE = [{**cell, "outputs": []} if cell["cell_type"] == "code" else cell for cell in CELLS]


def test_the_same_prose_gives_the_same_page() -> None:
    assert reworded(BARE, page(CELLS, RESULT), RESULT) == page(CELLS, RESULT)


@pytest.mark.parametrize(
    "cells",
    [
        [prose("# New"), *CELLS[1:]],
        [*CELLS, prose("the end")],
        [cell for cell in CELLS if cell["cell_type"] == "code"],
        [*CELLS[:2], prose("between"), prose("and more"), *CELLS[2:]],
    ],
)
def test_new_prose_gives_the_page_of_a_run(cells: list[dict[str, Any]]) -> None:
    bare = [{**cell, "outputs": []} if cell["cell_type"] == "code" else cell for cell in cells]
    assert reworded(bare, page(CELLS, RESULT), RESULT) == page(cells, RESULT)


@pytest.mark.parametrize(
    "cells",
    [
        [*BARE, code("new()")],
        [BARE[3], BARE[1]],
        [code("other")],
        [code("a = 2")],
        [BARE[1], BARE[4]],
        [],
    ],
)
def test_other_code_must_be_executed(cells: list[dict[str, Any]]) -> None:
    assert reworded(cells, page(CELLS, RESULT), RESULT) is None


def test_a_page_without_outputs_proves_nothing() -> None:
    assert reworded(BARE, "# by hand\n", RESULT) is None


def test_a_page_of_an_earlier_toolkit_must_be_made_anew() -> None:
    old = page(CELLS, RESULT).replace("render_macros: false\n", "")
    assert reworded(BARE, old, RESULT) is None


def test_only_what_was_recorded_is_between_the_marks() -> None:
    made = page(CELLS, RESULT)
    assert made.count("<!--out-->\n") == made.count("<!--/out-->\n") == 4


def test_a_cell_of_a_file_may_be_a_list_of_lines() -> None:
    listed = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in BARE]
    assert reworded(listed, page(CELLS, RESULT), RESULT) == page(CELLS, RESULT)


def cell(text: str, shown: Shown) -> dict[str, Any]:
    data, metadata = shown._repr_mimebundle_()
    made = {"output_type": "execute_result", "data": data, "metadata": metadata}
    return {"cell_type": "code", "source": text, "outputs": [made]}


TABLE = "| a |\n| --- |\n| 1 |"
UID = Origin(measures=["uid"])


@pytest.mark.parametrize(
    "shown", [Shown(TABLE, origin=UID), Shown(figure="<figure>a chart</figure>", origin=UID)]
)
def test_what_is_shown_says_where_it_comes_from(shown: Shown) -> None:
    # Whatever a cell calls: the output knows.
    cells = [cell("show_it(*anyhow)", shown)]
    made = page(cells, RESULT)
    date = RESULT.provenance.date[:10]
    line = f"[Measured {date} · where from](#provenance)"
    line += '{ .adv-from data-from="build-cache//uid" }'
    assert f"\n\n{line}\n\n<!--/out-->\n" in made
    assert reworded([{**cells[0], "outputs": []}], made, RESULT) == made


@pytest.mark.parametrize("shown", [Shown("words"), Shown(TABLE), Shown(figure="<figure/>")])
def test_what_shows_no_numbers_says_nothing(shown: Shown) -> None:
    assert "data-from" not in page([cell("lab", shown)], RESULT)
