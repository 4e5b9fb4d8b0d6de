"""A link to where something comes from: its data-from, and what is known of a notebook's cell."""

from __future__ import annotations

import json
import re
from pathlib import Path

import factory
import pytest

from advices import results
from advices.lab.measures import describe
from advices.site import origin

ROOT = Path(__file__).parents[2]


def test_no_variant_stands_for_all() -> None:
    assert origin.data("x") == "x"
    assert origin.data("x", None, ["uid"]) == "x//uid"
    assert origin.data("x", ["bad", "good"], ["uid", "layers"]) == "x/bad,good/uid,layers"


def test_a_link_says_in_plain_text_what_it_is_about() -> None:
    text = origin.link("1 MB", "#there", "x", 'a "quoted" <b>', "look")
    assert text == '[1 MB](#there "a &#34;quoted&#34; &#60;b&#62;"){ .look data-from="x" }'
    assert origin.link("1 MB", "#there", "x") == '[1 MB](#there){ data-from="x" }'


def test_a_date_cannot_leave_the_line() -> None:
    result = factory.result()
    source = result.provenance.model_copy(update={"date": "](x){{ 1 }}"})
    line = origin.line(result.model_copy(update={"provenance": source}), "#there", "x")
    assert line.count("](") == 1
    assert "{{" not in line


@pytest.mark.parametrize(
    ("code", "source"),
    [
        ('lab.measure("bad", "good")', f"x/bad,good/{','.join(origin.REBUILT)}"),
        ('lab.compare("uid", "layers")', "x//uid,layers"),
        ('lab.compare("uid", variants=["bad"])', "x/bad/uid"),
        ('a = 1\nlab.replay_chart("seconds")', "x//+.seconds"),
        ('lab.layers_chart("disk_bytes", ["bad"])', "x/bad/disk_bytes"),
        ('lab.steps("bad", "cold")', "x/bad/cold.steps_run,cold.steps_cached,cold.seconds"),
        ('lab.alert("bad", "zap", "10020")', "x/bad/"),
        (
            'lab.cache_timeline("cold", "bad", "good")',
            "x/bad,good/cold.steps_run,cold.steps_cached,cold.seconds",
        ),
        ('lab.alerts_by_risk("bad")', "x/bad/"),
        ("lab.alerts_by_risk()", "x"),
        ('lab.stages("good")', "x/good/"),
        ("lab.finish()", "x"),
        # What is not known for certain is about the lab as a whole.
        ("lab.measure(*names)", "x"),
        ("lab.compare(measure)", "x"),
        ('lab.compare("a\\" onclick=\\"b")', "x"),
        ("lab.unknown()", "x"),
        ("print(1)", "x"),
        ("lab.steps()", "x"),
        ("lab", "x"),
        ("a = 1", "x"),
        ("", "x"),
        ("%magic", "x"),
    ],
)
def test_a_cell_tells_as_far_as_its_call_says_it(code: str, source: str) -> None:
    assert origin.of_cell(code, "x")[0] == source


@pytest.mark.parametrize("file", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda f: f.stem)
def test_every_table_and_chart_of_a_notebook_says_what_it_is_about(file: Path) -> None:
    cells = ["".join(cell["source"]) for cell in json.loads(file.read_text("utf-8"))["cells"]]
    shows = [code for code in cells if re.match(r"lab\.(?!dockerfile)\w+\(", code)]
    assert len(shows) > 5
    for code in shows:
        source, title = origin.of_cell(code, file.stem)
        assert title or source.count("/") == 2, code


@pytest.mark.parametrize(
    "file", sorted((ROOT / "docs" / "labs").glob("*.md")), ids=lambda file: file.stem
)
def test_what_a_lab_page_is_about_is_in_its_result(file: Path) -> None:
    result = results.load(ROOT / "docs" / "results", file.stem)
    sources = re.findall(r'data-from="([^"]+)"', file.read_text("utf-8"))
    assert len(sources) > 5
    for source in sources:
        slug, variants, measures = (*source.split("/"), "", "")[:3]
        assert slug == file.stem
        assert {*filter(None, variants.split(","))} <= {*result.variants}
        for measure in filter(None, measures.split(",")):
            assert describe(measure.replace("+.", "cold.")).meaning
