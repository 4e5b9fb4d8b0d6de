"""The picture of alerts counts what scanners raised, and never takes silence for cleanness."""

import re
import xml.etree.ElementTree as ET

import factory
import pytest

from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.lab.scans import not_run
from advices.site.charts import alerts

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    return [text.text for text in ET.fromstring(svg).iter(f"{SVG}text")]


def scan(*pairs):
    """Return a scan by Wapiti of these (rule, risk)."""
    found = tuple(factory.alert(rule, risk=risk) for rule, risk in pairs)
    return factory.scan().model_copy(update={"alerts": found})


ZAP = not_run("zap", "its image is not here")
MIXED = scan(("a", "high"), ("b", "low"), ("b", "medium"), ("c", "low"))


def test_each_rule_counts_once_with_its_worst_risk():
    svg = alerts.alerts_by_risk(factory.scanned(bad=[MIXED], good=[scan()]))
    assert texts(svg)[-2:] == ["3 rules", "0 rules"]
    assert {"1 high, 1 medium, 1 low", "no alert"} <= set(texts(svg))
    # One part a rule, all of one length.
    assert re.findall(r'width="33.3%"', svg) == ['width="33.3%"'] * 3


def test_the_counts_are_those_of_the_measures():
    result = factory.scanned(bad=[scan(("a", "high"), ("b", "low"))])
    shown = texts(alerts.alerts_by_risk(result))
    assert f"{result.value('bad', MeasureName('wapiti_alerts'))} rules" in shown


def test_a_scanner_that_did_not_run_takes_one_line_and_no_bars():
    result = factory.scanned(bad=[MIXED, ZAP], good=[scan(), ZAP])
    svg = alerts.alerts_by_risk(result)
    assert not {"not run", "ZAP"} & set(texts(svg))
    behind = ET.fromstring(alerts.alerts_by_risk_figure(result))
    rows = [["".join(cell.itertext()) for cell in row] for row in behind.iter("tr")]
    assert "ZAP" not in {row[0] for row in rows}
    caption = "".join(behind.find("figcaption").itertext())
    assert caption.endswith("ZAP did not run on this machine.")


def test_where_no_scanner_ran_nothing_looks_clean():
    result = factory.scanned(bad=[ZAP], good=[ZAP])
    svg = alerts.alerts_by_risk(result)
    assert texts(svg).count("not run") == 2
    assert svg.count("stroke-dasharray") == 2
    behind = ET.fromstring(alerts.alerts_by_risk_figure(result))
    rows = [["".join(cell.itertext()) for cell in row] for row in behind.iter("tr")]
    assert ["ZAP", "its image is not here", "not run", "not run"] in rows


def test_one_that_ran_here_and_not_there_is_told_apart():
    result = factory.scanned(bad=[MIXED], good=[not_run("wapiti", "no image")], dead=[])
    svg = alerts.alerts_by_risk(result)
    assert {"3 rules", "not run", "not scanned", "it did not answer"} <= set(texts(svg))
    rows = ET.fromstring(alerts.alerts_by_risk_figure(result)).findall("details//tbody/tr")
    said = [["".join(cell.itertext()) for cell in row] for row in rows]
    assert said[0] == ["Wapiti", "high", "1", "not run", "not scanned"]


def test_only_wanted_variants_are_drawn_and_a_lab_without_scans_has_no_picture():
    result = factory.scanned(bad=[MIXED], good=[scan()])
    assert "bad" not in texts(alerts.alerts_by_risk(result, ["good"]))
    with pytest.raises(ResultInvalid, match="no scans"):
        alerts.alerts_by_risk(factory.result())


def test_foreign_text_is_harmless():
    nasty = '"><script>alert(1)</script>{{ 1 }}'
    result = factory.scanned(bad=[not_run("zap", nasty)])
    figure = alerts.alerts_by_risk_figure(result)
    ET.fromstring(figure)
    assert "<script" not in figure and "{{" not in figure
