"""An executed notebook as a page."""

from __future__ import annotations

from typing import Any

import factory
import pytest

from advices.site.lab_page import page
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


def test_only_what_was_recorded_is_between_the_marks() -> None:
    made = page(CELLS, RESULT)
    assert made.count("<!--out-->\n") == made.count("<!--/out-->\n") == 4


def test_a_cell_of_a_file_may_be_a_list_of_lines() -> None:
    listed = [{**cell, "source": cell["source"].splitlines(keepends=True)} for cell in CELLS]
    assert page(listed, RESULT) == page(CELLS, RESULT)


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


@pytest.mark.parametrize("shown", [Shown("words"), Shown(TABLE), Shown(figure="<figure/>")])
def test_what_shows_no_numbers_says_nothing(shown: Shown) -> None:
    assert "data-from" not in page([cell("lab", shown)], RESULT)
