"""The plan that ZAP gets, and what its report says: a report that proves nothing is a fault."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from advices.core.errors import ScanFailed
from advices.lab.scans import EVIDENCE_CHARACTERS, Attacks
from advices.scanners import zap
from advices.scanners.work import Report

TESTS = Path(__file__).parents[1]
SAMPLES = TESTS / "samples" / "zap"
URL = "http://site:8000/"

# The jobs of ZAP's Automation Framework that the plan may name, and all parameters of each:
# https://www.zaproxy.org/docs/automate/automation-framework/ and the help of its add-ons.
JOBS = {
    "passiveScan-config": {
        *("maxAlertsPerRule", "scanOnlyInScope", "maxBodySizeInBytesToScan", "enableTags"),
        "disableAllRules",
    },
    "spider": {
        *("context", "user", "url", "maxDuration", "maxDepth", "maxChildren", "acceptCookies"),
        *("handleODataParametersVisited", "handleParameters", "logoutAvoidance", "postForm"),
        *("maxParseSizeBytes", "parseComments", "parseDsStore", "parseGit", "parseRobotsTxt"),
        *("parseSitemapXml", "parseSVNEntries", "processForm", "requestWaitTime", "threadCount"),
        *("sendRefererHeader", "userAgent"),
    },
    "passiveScan-wait": {"maxDuration"},
    "activeScan": {
        *("context", "user", "policy", "maxRuleDurationInMins", "maxScanDurationInMins"),
        *("addQueryParam", "defaultPolicy", "delayInMs", "handleAntiCSRFTokens", "threadPerHost"),
        *("injectPluginIdInHeader", "maxAlertsPerRule", "scanHeadersAllRequests"),
    },
    "report": {
        *("template", "theme", "reportDir", "reportFile", "reportTitle", "reportDescription"),
        "displayReport",
    },
    "exitStatus": {"errorLevel", "warnLevel", "okExitValue", "errorExitValue", "warnExitValue"},
}
OF_EVERY_JOB = {"type", "name", "parameters", "tests", "enabled", "alwaysRun"}
MORE_OF_A_JOB = {
    "activeScan": {"policyDefinition"},
    "passiveScan-config": {"rules"},
    "report": {"risks", "confidences", "sections", "sites"},
}
OF_THE_ENVIRONMENT = {"failOnError", "failOnWarning", "continueOnFailure", "progressToStdout"}
ATTACKS: tuple[Attacks, ...] = ("none", "xss", "all")


def plan(attacks: Attacks = "none", url: str = URL) -> Any:
    return yaml.safe_load(zap.plan(url, attacks=attacks))


def job(name: str, attacks: Attacks = "none", url: str = URL) -> Any:
    (found,) = [one for one in plan(attacks, url)["jobs"] if one["type"] == name]
    return found


@pytest.mark.parametrize("attacks", ATTACKS)
def test_the_plan_names_only_what_zap_knows(attacks: Attacks) -> None:
    found = plan(attacks)
    assert found.keys() == {"env", "jobs"}
    assert found["env"]["parameters"].keys() <= OF_THE_ENVIRONMENT
    for one in found["jobs"]:
        name = one["type"]
        assert one.keys() <= OF_EVERY_JOB | MORE_OF_A_JOB.get(name, set()), name
        assert one["parameters"].keys() <= JOBS[name], name


@pytest.mark.parametrize("attacks", ATTACKS)
def test_the_jobs_stand_in_the_order_in_which_they_run(attacks: Attacks) -> None:
    order = ["passiveScan-config", "spider", "passiveScan-wait", "activeScan", "report"]
    wanted = [one for one in [*order, "exitStatus"] if one != "activeScan" or attacks != "none"]
    assert [one["type"] for one in plan(attacks)["jobs"]] == wanted


@pytest.mark.parametrize(
    "url", [URL, "http://site:8080/shop/", "https://site:8443/", "http://127.0.0.1:8000/?a=b"]
)
def test_an_address_keeps_its_port_and_path(url: str) -> None:
    assert plan(url=url)["env"]["contexts"] == [{"name": "target", "urls": [url]}]
    assert job("spider", url=url)["parameters"]["url"] == url


@pytest.mark.parametrize(
    "url", ["http://site:8000/: x", "http://site:8000/#- a", "http://s:1/'\"{"]
)
def test_an_address_is_text_in_the_plan_whatever_it_holds(url: str) -> None:
    assert job("spider", url=url)["parameters"]["url"] == url


def test_without_attacks_nothing_attacks() -> None:
    assert "activeScan" not in zap.plan(URL, attacks="none")


def test_cross_site_scripting_is_the_only_rule_that_is_on() -> None:
    found = job("activeScan", "xss")["policyDefinition"]
    # YAML 1.1 reads a bare Off as false, and ZAP wants the word.
    assert found["defaultThreshold"] == "Off"
    assert found["rules"] == [{"id": 40012, "strength": "Medium", "threshold": "Medium"}]


def test_all_attacks_are_those_of_zaps_own_policy() -> None:
    assert "policyDefinition" not in job("activeScan", "all")


@pytest.mark.parametrize("attacks", ATTACKS)
def test_no_job_may_run_without_end(attacks: Attacks) -> None:
    named = ("maxDuration", "maxScanDurationInMins")
    given = [pair for one in plan(attacks)["jobs"] for pair in one["parameters"].items()]
    limits = [value for name, value in given if name in named]
    assert len(limits) == (2 if attacks == "none" else 3)
    assert min(limits) > 0
    assert zap.work(URL, attacks=attacks).timeout_seconds > sum(limits) * 60


def test_a_spider_that_finds_nothing_is_an_error_of_the_plan() -> None:
    (test,) = job("spider")["tests"]
    assert test["statistic"] == "automation.spider.urls.added"
    assert (test["operator"], test["value"], test["onFail"]) == (">=", 1, "error")


def test_a_report_is_written_whatever_happens() -> None:
    report, work = job("report"), zap.work(URL, attacks="none")
    assert report["alwaysRun"] is True
    assert report["parameters"]["template"] == "traditional-json"
    assert work.report == "{reportDir}/{reportFile}".format(**report["parameters"])


def test_alerts_are_told_from_a_broken_plan_by_the_exit_code() -> None:
    values = job("exitStatus")["parameters"]
    codes = {values[name] for name in values if name.endswith("ExitValue")}
    assert zap.work(URL, attacks="none").accept == codes
    assert 1 not in codes


def test_zap_finds_its_plan_in_a_folder_that_is_its_own() -> None:
    work = zap.work(URL, attacks="xss")
    with tarfile.open(fileobj=io.BytesIO(work.archive())) as tar:
        members = {f"/{one.name}": one for one in tar.getmembers()}
        written = tar.extractfile("zap/wrk/plan.yaml")
        assert written is not None
        assert written.read().decode() == zap.plan(URL, attacks="xss")
    assert {one.uid for one in members.values()} == {1000}
    assert members[work.folder].isdir()
    assert work.command[-1] in members
    assert {"-cmd", "-silent", "-Xmx1g"} <= {*work.command}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


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
    ("report", "printed", "others"),
    [
        ("empty-site", "Job spider found 7 URLs", "none"),
        ("several-hosts", "Job spider found 0 URLs", "fonts.example.org, site"),
        ("one-site", "Job spider found 0 URLs", "site"),
    ],
)
def test_no_page_is_a_failed_scan_and_never_a_clean_one(
    report: str, printed: str, others: str
) -> None:
    with pytest.raises(ScanFailed, match="ZAP found no page at http://site:8000/") as raised:
        read(sample(report), printed)
    assert f"sites in its report: {others}" in raised.value.why


def test_another_site_is_not_the_one_that_was_asked_for() -> None:
    with pytest.raises(ScanFailed, match="ZAP found no page at http://shop:8000/"):
        read(sample("new-fields"), url="http://shop:8000/")


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
def test_pages_are_those_of_the_spider_or_those_with_alerts(printed: str, urls: int) -> None:
    report = sample("new-fields")
    del report["site"][0]["alerts"][2]
    assert read(report, printed).urls == urls


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
