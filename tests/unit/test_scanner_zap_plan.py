"""The plan that ZAP gets: only jobs and parameters that it knows, and none without an end."""

from __future__ import annotations

import io
import tarfile

import pytest
from zap_reports import URL, job, plan

from advices.lab.scans import Attacks
from advices.scanners import zap, zap_plan

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
    assert "activeScan" not in zap_plan.plan(URL, attacks="none")


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


@pytest.mark.parametrize(
    ("url", "site"),
    [
        (URL, "http://site:8000"),
        ("http://shop/cart/", "http://shop"),
        ("http://shop:80/", "http://shop"),
        ("https://shop:443/", "https://shop"),
        ("https://shop:80/", "https://shop:80"),
        ("http://[::1]:8000/", "http://[::1]:8000"),
    ],
)
def test_a_site_of_which_no_page_answers_is_an_error_of_the_plan(url: str, site: str) -> None:
    (test,) = job("spider", url=url)["tests"]
    # What the spider counts as found holds 404s, other hosts and what it never asked for.
    assert (test["type"], test["statistic"], test["site"]) == ("stats", "stats.code.200", site)
    assert (test["operator"], test["value"], test["onFail"]) == (">=", 1, "error")


def test_a_rule_that_was_skipped_is_an_error_of_the_plan() -> None:
    (test,) = job("activeScan", "xss")["tests"]
    assert (test["type"], test["statistic"]) == ("stats", "stats.ascan.40012.skipped")
    assert (test["operator"], test["value"], test["onFail"]) == ("==", 0, "error")


@pytest.mark.parametrize("attacks", ["xss", "all"])
def test_no_rule_has_a_limit_at_which_it_would_end_without_a_word(attacks: Attacks) -> None:
    assert "maxRuleDurationInMins" not in zap_plan.plan(URL, attacks=attacks)


@pytest.mark.parametrize("port", [80, 8000, 8080, 18080, 18081])
def test_the_port_of_zap_itself_is_none_of_the_target(port: int) -> None:
    command = zap.work(f"http://127.0.0.1:{port}/", attacks="none").command
    own = int(command[command.index("-port") + 1])
    assert own not in (port, 8080)
    assert 1024 < own < 65536


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
        assert written.read().decode() == zap_plan.plan(URL, attacks="xss")
    assert {one.uid for one in members.values()} == {1000}
    assert members[work.folder].isdir()
    assert work.command[-1] in members
    assert {"-cmd", "-silent", "-Xmx1g"} <= {*work.command}
