"""The timeline of the cache shows each step as it was measured, and wthe cache stops here."""

import xml.etree.ElementTree as ET

import factory
import pytest

from advices.core import ResultInvalid
from advices.results.record import Step
from advices.site.charts import timeline

SVG = "{http://www.w3.org/2000/svg}"
SAYS = {"edit-source": "a line is edited"}
STOPS, HOLDS = "the cache stops here", "the cache lasts to the end"


def columns(drawn):
    return ET.fromstring(f"<all>{drawn}</all>").findall(f"{SVG}svg")


def texts(column):
    return [text.text for text in column.iter(f"{SVG}text")]


def with_steps(*steps):
    """Return a result whose good variant's edit-source has these (name, cached, seconds)."""
    result = factory.result()
    good = result.variants["good"]
    made = tuple(Step(name=name, cached=cached, seconds=took) for name, cached, took in steps)
    build = good.builds["edit-source"].model_copy(update={"steps": made})
    changed = good.model_copy(update={"builds": {**good.builds, "edit-source": build}})
    return result.model_copy(update={"variants": {"good": changed}})


def test_the_cache_stops_before_the_first_step_that_ran():
    result = with_steps(
        ("COPY requirements.txt .", True, 0),
        ("RUN pip install --no-cache-dir x", True, 0),
        ("COPY . .", False, 0.5),
        ("RUN y", False, 2),
    )
    (column,) = columns(timeline.cache_timeline(result, "edit-source", None, SAYS))
    assert texts(column) == [
        *("good", "2 of 4 steps ran"),
        *("COPY requirements.txt .", "cached", "RUN pip install x", "cached"),
        STOPS,
        *("COPY . .", "0.50 s", "RUN y", "2.00 s"),
    ]
    name = column.get("aria-label")
    assert name.startswith("good, when a line is edited: 2 of 4 steps ran in ")
    assert "RUN pip install x from the cache, COPY . . ran 0.50 s" in name


def test_a_build_that_ran_nothing_or_everything_says_so():
    bad, good = columns(timeline.cache_timeline(factory.result(), "unchanged", ["bad", "good"]))
    assert texts(bad)[-1] == texts(good)[-1] == HOLDS
    assert STOPS not in texts(bad)
    (cold,) = columns(timeline.cache_timeline(factory.result(), "cold", ["bad"]))
    assert texts(cold)[2] == STOPS


def test_a_step_that_is_cached_after_one_that_ran_stops_the_cache_once():
    result = with_steps(("COPY a b", False, 1), ("WORKDIR x", True, 0), ("RUN y", False, 1))
    (column,) = columns(timeline.cache_timeline(result, "edit-source"))
    assert texts(column).count(STOPS) == 1
    assert HOLDS not in texts(column)


def widths(column):
    return [
        float(rect.get("width")[:-1])
        for rect in column.iter(f"{SVG}rect")
        if rect.get("width").endswith("%") and rect.get("fill-opacity")
    ]


def test_seconds_stand_on_one_scale_over_all_variants():
    result = with_steps(("RUN a", False, 1), ("RUN b", False, 0.25), ("RUN c", False, 0))
    slow = with_steps(("RUN a", False, 4)).variants["good"]
    both = result.model_copy(update={"variants": {**result.variants, "slow": slow}})
    good, other = columns(timeline.cache_timeline(both, "edit-source"))
    assert widths(good) == [25, 6.2]
    assert widths(other) == [100]


def test_the_table_behind_holds_every_step_of_every_variant():
    figure = timeline.cache_timeline_figure(factory.result(), "cold", ["bad", "good"], SAYS)
    rows = ET.fromstring(figure).findall("details//tbody/tr")
    steps = [
        one
        for name in ("bad", "good")
        for one in factory.result().variants[name].builds["cold"].steps
    ]
    assert len(rows) == len(steps)
    assert {"".join(row[0].itertext()) for row in rows} == {"bad", "good"}
    assert "\n\n" not in figure


def test_foreign_text_is_harmless():
    nasty = '"><script>alert(1)</script>{{ 1 }}'
    figure = timeline.cache_timeline_figure(with_steps((nasty, False, 1)), "edit-source")
    ET.fromstring(figure)
    assert "<script" not in figure and "{{" not in figure


def test_an_unknown_build_is_an_error():
    with pytest.raises(ResultInvalid, match="no build `later`"):
        timeline.cache_timeline(factory.result(), "later")
