"""A link to where something comes from: its data-from, and what each table and chart says of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import factory
import made_labs
import pytest

from advices import results
from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.lab.measures import describe
from advices.site import origin
from advices.site.origin import Origin
from advices.site.shown import Shown, origin_of
from advices.site.views import ViewsOf

ROOT = Path(__file__).parents[2]


def test_no_variant_stands_for_all() -> None:
    assert Origin().source("x") == "x"
    assert Origin(measures=["uid"]).source("x") == "x//uid"
    assert Origin(["bad", "good"], ["uid", "layers"]).source("x") == "x/bad,good/uid,layers"


def test_a_link_says_in_plain_text_what_it_is_about() -> None:
    text = origin.link("1 MB", "#there", "x", 'a "quoted" <b>', "look")
    assert text == '[1 MB](#there "a &#34;quoted&#34; &#60;b&#62;"){ .look data-from="x" }'
    assert origin.link("1 MB", "#there", "x") == '[1 MB](#there){ data-from="x" }'


def test_a_date_cannot_leave_the_line() -> None:
    result = factory.result()
    source = result.provenance.model_copy(update={"date": "](x){{ 1 }}"})
    line = origin.line(result.model_copy(update={"provenance": source}), "#there", Origin())
    assert line.count("](") == 1
    assert "{{" not in line


STEPS = "cold.steps_run,cold.steps_cached,cold.seconds"


@pytest.mark.parametrize(
    ("show", "source"),
    [
        (lambda lab: lab.measures(["uid", "layers"]), "x//uid,layers"),
        (lambda lab: lab.measures(["uid"], ["bad"]), "x/bad/uid"),
        (lambda lab: lab.places(["layers"], ["bad"]), "x/bad/layers"),
        (lambda lab: lab.replays(["bad", "good"]), f"x/bad,good/{','.join(origin.REBUILT)}"),
        (lambda lab: lab.bar_chart("uid"), "x//uid"),
        (lambda lab: lab.replay_chart("seconds"), "x//+.seconds"),
        (lambda lab: lab.layers_chart("disk_bytes", ["bad"]), "x/bad/disk_bytes"),
        (lambda lab: lab.layers("bad"), f"x/bad/{','.join(origin.OF_LAYERS)}"),
        (lambda lab: lab.steps("bad", "cold"), f"x/bad/{STEPS}"),
        (lambda lab: lab.cache_timeline("cold", ["bad", "good"]), f"x/bad,good/{STEPS}"),
        (lambda lab: lab.alert("good", "wapiti", "a"), "x/good/"),
        (lambda lab: lab.alerts(["good"]), "x/good/"),
        (lambda lab: lab.alerts_by_risk(["good"]), "x/good/"),
        (lambda lab: lab.alerts_by_risk(), "x"),
        (lambda lab: lab.stages("good"), "x/good/"),
        (lambda lab: lab.scanners(), "x"),
        (lambda lab: lab.claims(), "x"),
        (lambda lab: lab.mistakes(), "x"),
    ],
)
def test_what_is_shown_says_which_numbers_it_shows(
    tmp_path: Path, show: Callable[[ViewsOf], Shown], source: str
) -> None:
    shown = show(ViewsOf(made_labs.read_lab(tmp_path), scanned()))
    assert shown.origin is not None
    assert shown.origin.source("x") == source
    assert shown.origin.title or source.count("/") == 2
    assert shown.text.startswith(("|", "<figure", '<div class="adv-cards"'))


def scanned() -> results.Result:
    made = factory.result()
    good = made.variants["good"].model_copy(update={"scans": (factory.scan("a"),)})
    return made.model_copy(update={"variants": {**made.variants, "good": good}})


@pytest.mark.parametrize(
    "show",
    [
        lambda lab: lab.measures(['uid" onclick="x']),
        lambda lab: lab.places(['uid" onclick="x']),
        lambda lab: lab.bar_chart("a/b"),
        lambda lab: lab.replay_chart('seconds" x="'),
        lambda lab: lab.layers_chart('"'),
        lambda lab: lab.steps("bad", '"'),
        lambda lab: lab.replays(['"']),
        lambda lab: lab.alerts(['"']),
    ],
)
def test_what_could_leave_an_attribute_is_not_shown(
    tmp_path: Path, show: Callable[[ViewsOf], Shown]
) -> None:
    with pytest.raises(ResultInvalid):
        show(ViewsOf(made_labs.read_lab(tmp_path), factory.result()))


def test_an_origin_travels_beside_an_output_and_is_not_seen() -> None:
    origin = Origin(["bad"], ["uid"], "a title")
    for shown in (Shown("| a |", origin=origin), Shown(figure="<figure/>", origin=origin)):
        data, metadata = shown._repr_mimebundle_()
        assert "title" not in "".join(data.values())
        sent = json.loads(json.dumps({"data": data, "metadata": metadata}))
        assert origin_of(sent) == origin
    assert origin_of({"metadata": Shown("words")._repr_mimebundle_()[1]}) is None
    assert origin_of({"output_type": "stream"}) is None


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
            assert describe(MeasureName.parse(measure.replace("+.", "cold."))).meaning


def test_a_table_of_places_tells_none_from_some(tmp_path: Path) -> None:
    made = factory.result()
    found = {"bad": {"secrets_in_layers": 2}, "good": {"secrets_in_layers": 0}}
    variants = {
        name: made.variants[name].model_copy(update={"probed": probed})
        for name, probed in found.items()
    }
    views = ViewsOf(made_labs.read_lab(tmp_path), made.model_copy(update={"variants": variants}))
    bad, good = views.places(["secrets_in_layers"]).text.splitlines()[2:]
    assert "bad" in bad.split("|")[1] and "✗ 2" in bad
    assert "good" in good.split("|")[1] and "✓ none" in good
