"""Charts are well-formed, named, and say the same as the result."""

import xml.etree.ElementTree as ET

import factory
import pytest

from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.results.wording import value_text
from advices.site.charts import bars as charts

DISK = MeasureName("disk_bytes")
SVG = "{http://www.w3.org/2000/svg}"


def bars(svg):
    """Return (left, width) in percent of each drawn part, in order."""
    _soft, _strong, _tracks, *parts = ET.fromstring(svg).findall(f"{SVG}svg/{SVG}g")
    return [
        (float(rect.get("x", "0%").rstrip("%")), float(rect.get("width").rstrip("%")))
        for group in parts
        for rect in group.iter(f"{SVG}rect")
        # The others are spots beside labels.
        if rect.get("width").endswith("%")
    ]


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def with_size(size):
    """Return a result whose bad variant has one layer of `size` bytes on disk."""
    result = factory.result()
    bad = result.variants["bad"]
    layer = bad.layers[0].model_copy(update={"disk_bytes": size})
    changed = bad.model_copy(update={"layers": (layer,)})
    return result.model_copy(update={"variants": {**result.variants, "bad": changed}})


def test_a_bar_chart_is_named_and_has_no_ids():
    svg = charts.bar_chart(factory.result(), DISK)
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Bytes on disk: bad 300 MB, good 140 MB, cache-mount 140 MB"
    assert not any(element.get("id") for element in root.iter())


def test_bars_are_proportional_and_start_at_zero():
    drawn = bars(charts.bar_chart(factory.result(), DISK))
    assert drawn == [(0, 100), (0, 46.7), (0, 46.7)]


def test_only_the_wanted_variants_are_drawn_in_their_order():
    svg = charts.bar_chart(factory.result(), DISK, ["good", "bad"])
    assert texts(svg) == ["good", "bad", "140 MB", "300 MB"]


def test_nothing_is_drawn_for_zero():
    svg = charts.bar_chart(factory.result(), MeasureName("new_transfer_bytes", "unchanged"))
    assert bars(svg) == []
    assert texts(svg).count("0 B") == 3


def test_tiny_beside_huge_stays_visible():
    drawn = bars(charts.bar_chart(with_size(10**13), DISK, ["bad", "good"]))
    assert drawn == [(0, 100), (0, 0.7)]


def test_many_tiny_layers_stay_on_the_track():
    result = factory.result()
    bad = result.variants["bad"]
    tiny = bad.layers[0].model_copy(update={"disk_bytes": 1, "from_base": False})
    huge = bad.layers[0].model_copy(update={"disk_bytes": 10**9})
    changed = bad.model_copy(update={"layers": (huge, *[tiny] * 30)})
    svg = charts.layers_chart(result.model_copy(update={"variants": {"bad": changed}}))
    drawn = bars(svg)
    assert texts(svg)[-3:-1] == ["the base", "30 small layers"]
    # What is too small to be seen is one part.
    assert len(drawn) == 2
    assert sum(drawn[-1]) <= 100.2


def test_a_long_name_is_cut_on_screen_and_whole_in_the_name_of_the_chart():
    long = "a-variant-whose-name-is-much-too-long-for-a-phone"
    result = factory.result()
    result = result.model_copy(update={"variants": {long: result.variants["bad"]}})
    svg = charts.bar_chart(result, DISK)
    assert texts(svg)[0].endswith("…")
    assert len(texts(svg)[0]) <= 26
    assert long in ET.fromstring(svg).get("aria-label")


def test_replays_stand_on_one_scale_and_the_first_build_is_left_out():
    svg = charts.replay_chart(
        factory.result(), "seconds", ["bad", "good"], {"edit-source": "a line is edited"}
    )
    assert "When a line is edited" in texts(svg)
    assert not any("first build" in text for text in texts(svg))
    assert max(width for _, width in bars(svg)) == 100


def test_layers_of_the_base_have_a_colour_of_their_own():
    svg = charts.layers_chart(factory.result(), variants=["good"])
    # The part of the bar, and the spot beside its label.
    assert svg.count("--adv-base-layer") == svg.count("--adv-good") == 2
    assert bars(svg) == [(0, 57.1), (57.1, 42.9)]


def test_each_layer_is_labelled_with_what_made_it_and_its_bytes():
    result = factory.result()
    base, own = result.variants["good"].layers
    made_by = "RUN --mount=type=cache,target=/x pip install --no-cache-dir -r list.txt " + "y" * 99
    own = own.model_copy(update={"created_by": made_by})
    again = own.model_copy(update={"created_by": "COPY . .", "disk_bytes": 20_000_000})
    changed = result.variants["good"].model_copy(update={"layers": (base, own, again)})
    svg = charts.layers_chart(result.model_copy(update={"variants": {"good": changed}}))
    shown = texts(svg)
    for label in ("80.0 MB", "60.0 MB", "20.0 MB", "the base", "COPY . ."):
        assert label in shown
    (cut,) = [label for label in shown if label.startswith("RUN pip install -r list.txt y")]
    assert cut.endswith("…")
    assert "(the base 80.0 MB, RUN pip install" in ET.fromstring(svg).get("aria-label")
    # Neighbours of one colour do not look alike.
    assert svg.count('fill-opacity="0.7"') == 2


def test_the_layers_of_the_base_are_one_part():
    result = factory.result()
    good = result.variants["good"]
    twice = (good.layers[0], *good.layers)
    changed = good.model_copy(update={"layers": twice})
    svg = charts.layers_chart(result.model_copy(update={"variants": {"good": changed}}))
    assert "160 MB" in texts(svg)
    assert len(bars(svg)) == 2


def test_looks_are_said_once_however_many_bars_there_are():
    result = factory.result()
    many = {f"v{number}": result.variants["bad"] for number in range(20)}
    svg = charts.bar_chart(result.model_copy(update={"variants": many}), DISK)
    assert len(bars(svg)) == 20
    assert svg.count("--adv-track") == svg.count("--adv-soft-ink") == 1


def test_the_table_behind_a_chart_holds_what_is_drawn_and_no_more():
    says = {"edit-source": "a line is edited", "unchanged": "nothing changes"}
    behind = ET.fromstring(charts.replay_figure(factory.result(), "seconds", ["bad"], says))
    rows = [[cell.text for cell in row] for row in behind.iterfind("details//tbody/tr")]
    builds = [MeasureName("seconds", name) for name in factory.result().variants["bad"].builds][1:]
    shown = [value_text(one, factory.result().value("bad", one)) for one in builds]
    assert [row[1] for row in rows] == shown
    assert "when a line is edited" in [row[0] for row in rows]


def test_what_has_no_length_is_not_drawn():
    for name in ("page_digest", "answered"):
        with pytest.raises(ResultInvalid, match="cannot be drawn"):
            charts.bar_chart(factory.result(), MeasureName(name))
    with pytest.raises(ResultInvalid, match="no size"):
        charts.layers_chart(factory.result(), size="seconds")


def test_foreign_text_is_harmless_in_a_chart():
    result = factory.result()
    nasty = '"><script>alert(1)</script>{{ 1 }}'
    result = result.model_copy(update={"variants": {nasty: result.variants["bad"]}})
    for svg in (charts.bar_chart(result, DISK), charts.layers_chart(result)):
        assert "<script" not in svg
        assert "{{" not in svg
        assert nasty in ET.fromstring(svg).get("aria-label")


@pytest.mark.parametrize(
    "figure",
    [
        charts.bar_figure(factory.result(), DISK),
        charts.replay_figure(factory.result(), "new_transfer_bytes"),
        charts.layers_figure(factory.result()),
    ],
)
def test_a_figure_has_direction_size_and_the_table_behind(figure):
    root = ET.fromstring(figure)
    caption = root.findtext("figcaption")
    assert "Lower is better." in caption
    assert "unpacked" in caption or "compressed" in caption
    assert root.find("details//table") is not None
    assert "\n\n" not in figure
