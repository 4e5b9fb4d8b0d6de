"""What alerts count as: rules, not places; and a scanner that did not run counts nothing."""

from __future__ import annotations

from typing import Any, get_args

import factory
import pytest
from pydantic import ValidationError

from advices.lab.measure_name import MeasureName
from advices.lab.measures import PROBED
from advices.lab.scans import RISKS, Alert, Risk, Scan, not_run, scanner_of


def test_the_risks_are_all_there_and_the_worst_is_first() -> None:
    assert set(RISKS) == set(get_args(Risk))
    assert (RISKS[0], RISKS[-1]) == ("critical", "informational")


def test_rules_are_told_once_and_sorted() -> None:
    assert factory.scan("b", "a", "b").rules() == ("a", "b")
    assert factory.scan().rules() == ()


def test_rules_are_counted_by_risk_and_not_by_place() -> None:
    alerts = (
        factory.alert("x", risk="high", url="http://site:8000/1"),
        factory.alert("x", risk="high", url="http://site:8000/2"),
        factory.alert("y", risk="high"),
        factory.alert("z", risk="informational"),
    )
    assert factory.by_text(factory.scan(alerts=alerts).measures()) == {
        "wapiti_rules": "x; y; z",
        "wapiti_alerts": 3,
        "wapiti_critical": 0,
        "wapiti_high": 2,
        "wapiti_medium": 0,
        "wapiti_low": 0,
        "wapiti_informational": 1,
    }


def test_a_clean_scan_counts_zeros() -> None:
    found = factory.by_text(factory.scan().measures())
    assert (found["wapiti_rules"], found["wapiti_alerts"]) == ("", 0)
    assert len(found) == 2 + len(RISKS)


def test_a_scanner_that_did_not_run_counts_nothing_at_all() -> None:
    missing = not_run("zap", "no image")
    assert missing.measures() == {}
    assert (missing.ran, missing.why_not, missing.urls) == (False, "no image", 0)
    assert missing != factory.scan(scanner="zap")


@pytest.mark.parametrize("scanner", ["wapiti", "zap"])
def test_every_measure_of_a_scan_is_one_of_the_probe(scanner: str) -> None:
    assert (
        factory.by_text(factory.scan(scanner=scanner).measures()).keys()
        <= PROBED["web-scan"].keys()
    )


def test_two_scanners_share_no_measure() -> None:
    assert not factory.scan("x").measures().keys() & factory.scan(scanner="zap").measures().keys()


@pytest.mark.parametrize(
    ("measure", "scanner"),
    [
        ("wapiti_rules", "wapiti"),
        ("zap_high", "zap"),
        ("zap", None),
        ("zapped_rules", None),
        ("version_banner", None),
        ("uid", None),
    ],
)
def test_which_scan_a_measure_belongs_to(measure: str, scanner: str | None) -> None:
    scans = [factory.scan(), not_run("zap", "no image")]
    found = scanner_of(MeasureName(measure), scans)
    assert (found.scanner if found else None) == scanner


def test_a_result_takes_up_what_scans_count() -> None:
    found = factory.scanned(good=[factory.scan("x"), not_run("zap", "no image")]).variants["good"]
    assert found.measures()[MeasureName("wapiti_rules")] == "x"
    assert MeasureName("zap_rules") not in found.measures()
    assert found.not_run(MeasureName("zap_rules")) == "no image"
    assert found.not_run(MeasureName("wapiti_rules")) == found.not_run(MeasureName("uid")) == ""


def test_not_run_without_a_reason_is_still_not_run() -> None:
    found = factory.scanned(good=[Scan(scanner="zap", ran=False)]).variants["good"]
    assert found.not_run(MeasureName("zap_rules")) == "not run"


@pytest.mark.parametrize(
    "change", [{"risk": "severe"}, {"confidence": "sure"}, {"cwe": "79"}, {"colour": "red"}]
)
def test_an_alert_is_strict(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Alert.model_validate({**factory.alert().model_dump(), **change})


def test_a_scan_comes_back_from_what_is_written() -> None:
    found = factory.scan("x", stub=True, attacks="xss")
    assert Scan.model_validate_json(found.model_dump_json()) == found
