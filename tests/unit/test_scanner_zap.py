"""What a report of ZAP says: one that proves nothing or cannot be read is a fault."""

from __future__ import annotations

import json

import pytest
from zap_reports import SAMPLES, URL, real, sample

from advices.core import ScanFailed
from advices.lab.scans import EVIDENCE_CHARACTERS
from advices.scanners import zap
from advices.scanners.work import Report


def read(report: object, printed: str = "Job spider found 7 URLs", url: str = URL) -> Report:
    raw = report if isinstance(report, bytes) else json.dumps(report).encode()
    return zap.read(raw, url, printed)


def test_a_new_report() -> None:
    found = read(sample("new-fields"))
    assert (found.version, found.urls) == ("2.17.0", 7)
    assert [(one.rule, one.risk, one.confidence, one.cwe) for one in found.alerts] == [
        ("10038", "medium", "high", 693),
        ("10038", "medium", "high", 693),
        ("40012", "high", "medium", 79),
        ("10111", "informational", "confirmed", None),
    ]
    script = found.alerts[2]
    assert (script.scanner, script.name) == ("zap", "Cross Site Scripting (Reflected)")
    assert (script.url, script.method) == ("http://site:8000/search/?words=x", "GET")
    assert (script.parameter, script.evidence) == ("words", "</p><scrIpt>alert(1);</scRipt><p>")
    assert script.solution == "Set the header. Set it everywhere."


def test_an_old_report_and_an_alert_without_places() -> None:
    found = read(sample("old-fields"))
    cookie, banner = found.alerts
    assert (found.version, cookie.cwe, banner.cwe) == ("2.9.0", 16, None)
    assert (banner.url, banner.confidence) == ("http://site:8000", "false positive")


@pytest.mark.parametrize(
    ("name", "version"), [("one-site", "2.7.0"), ("unknown-version", "3.1.0-SNAPSHOT")]
)
def test_a_site_that_is_no_list_and_fields_that_nobody_knows(name: str, version: str) -> None:
    found = read(sample(name))
    assert (found.version, [one.rule for one in found.alerts]) == (version, ["10038"])


def test_what_other_hosts_have_is_left_out() -> None:
    found = read(sample("several-hosts"))
    assert [one.rule for one in found.alerts] == ["10038", "10020"]
    assert all(one.url.startswith("http://site:") for one in found.alerts)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]:8000/", "::1"),
        ("http://[::1]:8000/", "[::1]"),
        ("http://Some-Shop:8000/", "some-shop"),
        ("http://some-shop/", "Some-Shop"),
    ],
)
def test_the_host_of_the_address_is_known_again(url: str, host: str) -> None:
    report = sample("one-site")
    report["site"]["@host"] = host
    assert len(read(report, url=url).alerts) == 1


@pytest.mark.parametrize(
    ("report", "printed"),
    [
        ("one-site", "Job spider found 0 URLs"),
        ("several-hosts", "Job spider found 0 URLs"),
        ("empty-site", ""),
    ],
)
def test_no_page_is_a_failed_scan_and_never_a_clean_one(report: str, printed: str) -> None:
    with pytest.raises(ScanFailed, match="ZAP found no page at http://site:8000/"):
        read(sample(report), printed)


@pytest.mark.parametrize(
    ("report", "url", "others"),
    [("empty-site", URL, "none"), ("new-fields", "http://shop:8000/", "site")],
)
def test_a_site_that_is_missing_in_the_report_was_not_kept(
    report: str, url: str, others: str
) -> None:
    with pytest.raises(ScanFailed, match=f"ZAP kept no answer of {url}") as raised:
        read(sample(report), url=url)
    assert f"sites in its report: {others}" in raised.value.what
    assert "16 MiB" in raised.value.why


def test_a_site_without_alerts_is_clean_if_the_spider_found_a_page() -> None:
    report = sample("one-site")
    report["site"]["alerts"] = []
    assert read(report) == Report("2.7.0", 7, ())
    with pytest.raises(ScanFailed, match="found no page"):
        read(report, printed="")


@pytest.mark.parametrize(
    ("printed", "urls"),
    [
        ("Job spider started\nJob spider found 12 URLs\nJob spider finished", 12),
        ("Job spider found 1,234 URLs", 1234),
        ("Job spider found 1.234 URLs", 1234),
        ("nothing of it", 2),
    ],
)
def test_addresses_are_those_of_the_spider_or_those_with_alerts(printed: str, urls: int) -> None:
    report = sample("new-fields")
    del report["site"][0]["alerts"][2]
    assert read(report, printed).urls == urls


@pytest.mark.parametrize("name", ["bad", "good"])
def test_a_report_tells_of_the_addresses_of_its_site_though_nobody_heard_the_spider(
    name: str,
) -> None:
    # The spider's own number counts other hosts too, and what it never asked for.
    assert read(real(name), printed="").urls == 8
    assert read(real(name), printed="Job spider found 12 URLs").urls == 8


@pytest.mark.parametrize("insights", [None, 5, [5], [{}], [{"key": "insight.endpoint.total"}]])
def test_without_such_a_number_the_spider_is_believed(insights: object) -> None:
    report = real("good") | {"insights": insights}
    assert read(report, printed="Job spider found 9 URLs").urls == 9


def test_the_number_of_another_site_is_not_taken() -> None:
    total = {"key": "insight.endpoint.total", "site": "http://other:8000", "statistic": "3"}
    report = real("good") | {"insights": [total]}
    assert read(report, printed="Job spider found 9 URLs").urls == 9


def test_of_a_rule_that_concerns_the_whole_site_zap_names_only_some_places() -> None:
    some = {one.rule for one in read(real("bad")).alerts if one.some_places}
    assert some == {"10038", "10020", "10010", "10054", "10036", "10021"}
    # Older reports do not say it.
    assert not any(one.some_places for one in read(sample("old-fields")).alerts)


REAL = ("bad", "good")
REAL_RULES = {
    "bad": ("10010", "10020", "10021", "10031", "10036", "10038", "10054", "40012"),
    "good": (),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_report(name: str) -> None:
    found = read(real(name))
    assert found.version == "2.17.0"
    assert tuple(sorted({one.rule for one in found.alerts})) == REAL_RULES[name]
    assert {one.url.partition("?")[0].rpartition("/")[0] for one in found.alerts} <= {
        "http://site:8000",
        "http://site:8000/sign",
        "http://site:8000/search",
        "http://site:8000/static/guestbook",
    }


def test_html_of_the_target_is_kept_as_text_on_one_line_and_cut() -> None:
    first, second = read(sample("html-in-evidence")).alerts
    assert first.evidence == "<script>alert('x')</script> | `b` {{ 1 }} \u202e [red]"
    assert (first.name, first.parameter) == ("Absence of <b>Tokens</b>", "<i>")
    assert first.solution == "Use one , and never a < b."
    assert (len(second.evidence), second.evidence[-1]) == (EVIDENCE_CHARACTERS, "…")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing-field", "site.0.alerts.0.riskcode: field required"),
        ("truncated", "it: invalid json"),
    ],
)
def test_a_report_that_is_not_whole_cannot_be_read(name: str, says: str) -> None:
    with pytest.raises(ScanFailed, match=f"the report of ZAP cannot be read: {says}"):
        read((SAMPLES / f"{name}.json").read_bytes())


@pytest.mark.parametrize("report", [b"", b"[]", b"null", b'{"site": []}', b"\xff", b'{"site": 5}'])
def test_what_is_no_report_cannot_be_read(report: bytes) -> None:
    with pytest.raises(ScanFailed, match="the report of ZAP cannot be read"):
        read(report)


@pytest.mark.parametrize(
    ("field", "value"), [("riskcode", "4"), ("riskcode", 3), ("confidence", "5"), ("pluginid", 1)]
)
def test_a_value_that_means_nothing_is_named(field: str, value: object) -> None:
    report = sample("one-site")
    report["site"]["alerts"][0][field] = value
    with pytest.raises(ScanFailed, match=f"site.0.alerts.0.{field}: input should be"):
        read(report)
