"""What Wapiti is told, and what its report says: a report that proves nothing is a failed scan."""

from __future__ import annotations

import io
import itertools
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from advices.core import ScanFailed
from advices.lab.scans import EVIDENCE_CHARACTERS, Attacks
from advices.scanners import wapiti
from advices.scanners.work import Report, cut

SAMPLES = Path(__file__).parents[1] / "samples" / "wapiti"
URL = "http://site:8000/"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def read(report: object, url: str = URL) -> Report:
    raw = report if isinstance(report, bytes) else json.dumps(report).encode()
    return wapiti.read(raw, url, "")


def test_findings_of_all_three_groups_become_alerts() -> None:
    found = read(sample("findings"))
    assert (found.version, found.urls) == ("3.3.2", 7)
    assert [(alert.rule, alert.risk) for alert in found.alerts] == [
        ("Clickjacking Protection", "low"),
        ("Clickjacking Protection", "low"),
        ("Reflected Cross Site Scripting", "medium"),
        ("Unencrypted Channels", "high"),
        ("HttpOnly Flag cookie", "low"),
        ("Internal Server Error", "critical"),
        ("Fingerprint web technology", "informational"),
    ]


def test_an_alert_holds_what_wapiti_says_of_it() -> None:
    alert = read(sample("findings")).alerts[2]
    assert alert.model_dump(exclude_defaults=True) == {
        "scanner": "wapiti",
        "rule": "Reflected Cross Site Scripting",
        "name": "Reflected Cross Site Scripting",
        "risk": "medium",
        "url": "http://site:8000/search/",
        "method": "GET",
        "parameter": "words",
        "evidence": "XSS vulnerability found via injection in the parameter words",
        "solution": "Escape what visitors send.",
    }


def test_a_finding_without_a_parameter_has_none() -> None:
    assert read(sample("findings")).alerts[4].parameter == ""


def test_empty_categories_are_no_alerts() -> None:
    found = read(sample("hardened"))
    assert [alert.rule for alert in found.alerts] == ["Unencrypted Channels"]
    assert found.urls == 3


def test_pages_without_a_finding_are_a_clean_scan() -> None:
    report = sample("hardened")
    report["vulnerabilities"] = {"Unencrypted Channels": []}
    assert read(report).alerts == ()


def test_no_page_is_a_failed_scan_and_never_a_clean_one() -> None:
    with pytest.raises(ScanFailed, match="Wapiti found no page at http://site:8000/"):
        read(sample("zero-pages"))


def test_a_report_that_ends_in_the_middle_cannot_be_read() -> None:
    with pytest.raises(ScanFailed, match="report of Wapiti cannot be read: it: invalid json"):
        read((SAMPLES / "truncated.json").read_bytes())


@pytest.mark.parametrize("report", [b"", b"[]", b"null", b"\xff\xfe", b"<html></html>"])
def test_what_is_no_report_cannot_be_read(report: bytes) -> None:
    with pytest.raises(ScanFailed, match="report of Wapiti cannot be read"):
        read(report)


@pytest.mark.parametrize("part", ["infos", "vulnerabilities", "anomalies", "additionals"])
def test_a_part_that_is_missing_is_named(part: str) -> None:
    report = sample("findings")
    del report[part]
    with pytest.raises(ScanFailed, match=f"{part}: field required"):
        read(report)


@pytest.mark.parametrize(
    ("where", "key", "value", "says"),
    [
        ("infos", "crawled_pages_nbr", None, "infos.crawled_pages_nbr: input should be"),
        ("infos", "version", 3, "infos.version: input should be"),
        ("finding", "level", "high", r"vulnerabilities.*0.level: input should be"),
        ("finding", "path", None, r"vulnerabilities.*0.path: input should be"),
        ("finding", "info", None, r"vulnerabilities.*0.info: input should be"),
        (
            "finding",
            "level",
            5,
            "`Unencrypted Channels` at level 5, which the toolkit does not know",
        ),
        (
            "finding",
            "level",
            -1,
            "`Unencrypted Channels` at level -1, which the toolkit does not know",
        ),
    ],
)
def test_a_field_that_is_another_is_named(where: str, key: str, value: object, says: str) -> None:
    report = sample("hardened")
    finding = report["vulnerabilities"]["Unencrypted Channels"][0]
    (report["infos"] if where == "infos" else finding)[key] = value
    with pytest.raises(ScanFailed, match=says):
        read(report)


def test_fields_that_nobody_knows_and_missing_classes_do_no_harm() -> None:
    report = sample("hardened") | {"news": [1]}
    report["vulnerabilities"]["Unencrypted Channels"][0]["score"] = 9.9
    del report["classifications"]
    (alert,) = read(report).alerts
    assert alert.solution == ""


def test_html_of_the_target_is_kept_as_text_on_one_line_and_cut() -> None:
    (alert,) = read(sample("html-in-findings")).alerts
    assert alert.evidence.startswith("<script>alert('x')</script> | `b` {{ 1 }} [red] xxx")
    assert (len(alert.evidence), alert.evidence[-1]) == (EVIDENCE_CHARACTERS, "…")
    assert alert.parameter == "<i>"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/", "http://site:8000/"),
        ("/search/", "http://site:8000/search/"),
        ("//evil/x", "http://site:8000//evil/x"),
        ("//[evil/<script>", "http://site:8000//[evil/<script>"),
    ],
)
def test_a_path_is_always_one_of_the_target(path: str, url: str) -> None:
    report = sample("hardened")
    report["vulnerabilities"]["Unencrypted Channels"][0]["path"] = path
    assert read(report, URL + "shop/?page=2").alerts[0].url == url


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        (" a\n\tb  c ", "a b c"),
        ("x" * EVIDENCE_CHARACTERS, "x" * EVIDENCE_CHARACTERS),
        ("x" * (EVIDENCE_CHARACTERS + 1), "x" * (EVIDENCE_CHARACTERS - 1) + "…"),
    ],
)
def test_evidence_is_one_line_and_not_long(text: str, shown: str) -> None:
    assert cut(text) == shown


@pytest.mark.parametrize(
    ("attacks", "modules", "seconds"),
    [("none", "passive", 180), ("xss", "passive,xss", 900), ("all", "common,-ssrf,-ssl", 900)],
)
def test_what_wapiti_is_told(attacks: Attacks, modules: str, seconds: int) -> None:
    work = wapiti.work("http://site:8123/shop/", attacks=attacks)
    options = dict(itertools.pairwise(work.command))
    assert work.command[0] == "wapiti"
    assert options["--url"] == "http://site:8123/shop/"
    assert options["--module"] == modules
    assert options["--scope"] == "folder"
    assert options["--output"] == work.report
    assert options["--format"] == "json"
    assert {"--flush-session", "--no-bugreport"} <= {*options}
    assert {"--max-scan-time", "--max-attack-time"} <= {*options}
    assert (work.accept, work.timeout_seconds) == ({0}, seconds)


def test_wapiti_gets_a_folder_of_its_own_to_write_to() -> None:
    work = wapiti.work(URL, attacks="none")
    with tarfile.open(fileobj=io.BytesIO(work.archive())) as tar:
        (folder,) = tar.getmembers()
    assert (f"/{folder.name}", folder.isdir(), folder.uid) == (work.folder, True, 10001)
    assert work.report.startswith(f"{work.folder}/")
