"""Scans as tables: the worst first, nothing foreign acted on, not run never shown as clean."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import factory
import pytest

from advices.core import ResultInvalid
from advices.lab.scans import not_run
from advices.results.record import Result
from advices.site.tables.alerts import alert_table, alerts_table, kinds, scan_of, scanners_table

NASTY = "<script>alert(1)</script> | `x` {{ 1 }} {% raw %} *b* [l](u) \\ $a$ \n&amp; ~~s~~"
ABSENT = not_run("zap", "the image of ZAP is not here")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("| \n").split("|")]


def rows(table: str) -> list[list[str]]:
    return [cells(line) for line in table.splitlines()[2:]]


def test_kinds_are_rules_with_their_worst_risk_and_the_worst_is_first() -> None:
    alerts = [
        factory.alert("b", risk="low"),
        factory.alert("c", risk="low"),
        factory.alert("c", risk="critical"),
        factory.alert("a", risk="low"),
        factory.alert("d", risk="informational"),
    ]
    found = kinds(factory.scan(alerts=tuple(alerts)))
    assert [(kind.rule, kind.risk, len(kind.alerts)) for kind in found] == [
        ("c", "critical", 2),
        ("a", "low", 1),
        ("b", "low", 1),
        ("d", "informational", 1),
    ]


def test_each_scanner_says_when_and_how_it_ran() -> None:
    ((name, did),) = rows(scanners_table(factory.scanned(good=[factory.scan(attacks="xss")])))
    assert name == "Wapiti"
    assert did.startswith("ran here on 2026-01-02 with version 3.3.2; it looked, and tried cross")
    assert "sha256:ffff" in did


def test_a_scanner_that_did_not_run_is_shown_as_that_and_never_as_clean() -> None:
    result = factory.scanned(good=[factory.scan(), ABSENT])
    did = dict(rows(scanners_table(result)))
    why = "the image of ZAP is not here"
    assert did["ZAP"] == f"<strong>not run on this machine</strong>: {why}"
    assert "ZAP" not in alerts_table(result)


def test_a_scanner_is_told_of_though_the_first_variant_was_not_scanned() -> None:
    result = factory.scanned(bad=[], good=[factory.scan(), ABSENT])
    assert [name for name, _ in rows(scanners_table(result))] == ["Wapiti", "ZAP"]


def test_a_stub_is_shown_as_a_stub() -> None:
    result = factory.scanned(good=[factory.scan(version="2.17.0 (stub)", stub=True)])
    assert "2.17.0 (stub)" in scanners_table(result)


def test_the_rules_stand_by_risk_with_their_places_in_each_variant() -> None:
    high = factory.alert("XSS", risk="high")
    zap = factory.alert("10038", scanner="zap", name="CSP not set", risk="medium")
    result = factory.scanned(
        bad=[factory.scan(alerts=(high, high)), factory.scan(scanner="zap", alerts=(zap,))],
        good=[factory.scan("No CSP"), factory.scan(scanner="zap")],
    )
    table = alerts_table(result)
    assert cells(table.splitlines()[0])[3:] == ["<code>bad</code>", "<code>good</code>"]
    assert rows(table) == [
        ["high", "Wapiti", "XSS", "2", "—"],
        ["medium", "ZAP", "10038 CSP not set", "1", "—"],
        ["low", "Wapiti", "No CSP", "—", "1"],
    ]


def test_of_a_rule_whose_places_a_scanner_names_only_in_part_the_number_is_the_least() -> None:
    csp = factory.alert("10038", scanner="zap", name="CSP not set", some_places=True)
    result = factory.scanned(bad=[factory.scan(scanner="zap", alerts=(csp, csp))])
    assert rows(alerts_table(result))[0][-1] == "2+"


def test_a_rule_counts_with_its_worst_risk_whichever_variant_comes_first() -> None:
    low, high = factory.alert("XSS"), factory.alert("XSS", risk="high")
    result = factory.scanned(bad=[factory.scan(alerts=(low,))], good=[factory.scan(alerts=(high,))])
    assert rows(alerts_table(result)) == [["high", "Wapiti", "XSS", "1", "1"]]
    assert rows(alerts_table(result, ["bad"])) == [["low", "Wapiti", "XSS", "1"]]


def test_rules_of_one_name_by_two_scanners_are_two_rows() -> None:
    zap = factory.alert("XSS", scanner="zap")
    result = factory.scanned(
        good=[factory.scan("XSS"), factory.scan(scanner="zap", alerts=(zap, zap))]
    )
    assert sorted(row[1:] for row in rows(alerts_table(result))) == [
        ["Wapiti", "XSS", "1"],
        ["ZAP", "XSS", "2"],
    ]


def test_one_alert_is_shown_with_all_that_is_known() -> None:
    alert = factory.alert(
        "10202",
        scanner="zap",
        name="No token",
        confidence="medium",
        cwe=352,
        method="POST",
        parameter="words",
        evidence="<form>",
        solution="Use one.",
    )
    table = alert_table(
        factory.scanned(good=[factory.scan(scanner="zap", version="2.17.0", alerts=(alert,))]),
        *("good", "zap", "10202"),
    )
    assert rows(table) == [
        ["Scanner", "ZAP 2.17.0"],
        ["Rule", "10202 No token"],
        ["Risk", "low"],
        ["Confidence", "medium"],
        ["CWE", "352"],
        ["Where", "<code>POST http://site:8000/</code>"],
        ["Parameter", "<code>words</code>"],
        ["What it saw", "<code>&#60;form&#62;</code>"],
        ["What it advises", "Use one."],
    ]


def test_what_a_scanner_does_not_say_has_no_row() -> None:
    table = alert_table(factory.scanned(good=[factory.scan("No CSP")]), "good", "wapiti", "No CSP")
    assert [name for name, _ in rows(table)] == ["Scanner", "Rule", "Risk", "Where"]


FIELDS = ("name", "url", "method", "parameter", "evidence", "solution")


@pytest.mark.parametrize("field", [*FIELDS, "rule"])
def test_foreign_text_of_an_alert_is_harmless(field: str) -> None:
    alert = factory.alert(**{"rule": "x", field: NASTY})
    result = factory.scanned(good=[factory.scan(alerts=(alert,))])
    _harmless(alerts_table(result))
    _harmless(alert_table(result, "good", "wapiti", alert.rule))


def test_foreign_text_of_a_scan_is_harmless() -> None:
    change = {"version": NASTY, "image": NASTY, "date": NASTY}
    missing = not_run("zap", NASTY)
    result = factory.scanned(good=[factory.scan("x", **change), missing])
    _harmless(scanners_table(result))
    _harmless(alert_table(result, "good", "wapiti", "x"))


def _harmless(table: str) -> None:
    assert "<script" not in table
    assert not re.search(r"[`{}\\$~*\[]", table)
    # The bars that are left are those between the cells: the same number in every row.
    assert len({line.count("|") for line in table.splitlines()}) == 1


@pytest.mark.parametrize(
    ("ask", "what", "why"),
    [
        (lambda r: scan_of(r, "good", "nikto"), "no scan of `good` by `nikto`", "wapiti, zap"),
        (lambda r: scan_of(r, "best", "zap"), "no variant `best`", "it has good"),
        (lambda r: alert_table(r, "good", "wapiti", "y"), "no alert `y`", "it has x"),
        (lambda r: alert_table(r, "good", "zap", "1"), "no alert `1`", "image of ZAP is not here"),
        (lambda r: alerts_table(r, ["best"]), "no variant `best`", "it has good"),
    ],
)
def test_what_is_not_there_is_named(ask: Callable[[Result], Any], what: str, why: str) -> None:
    result = factory.scanned(good=[factory.scan("x"), ABSENT])
    with pytest.raises(ResultInvalid, match=what) as raised:
        ask(result)
    assert why in raised.value.why


def test_without_alerts_and_scans_a_table_is_empty() -> None:
    assert rows(alerts_table(factory.scanned(good=[factory.scan()]))) == []
    assert rows(scanners_table(factory.result())) == []
