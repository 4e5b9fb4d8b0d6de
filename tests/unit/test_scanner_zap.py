"""The plan that ZAP gets, and what its report says: a report that proves nothing is a fault."""

from __future__ import annotations

import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from played_scanners import ZAP_PRINTED

from advices.core import ScanFailed
from advices.lab.scans import EVIDENCE_CHARACTERS, Attacks
from advices.scanners import zap, zap_plan
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
    return yaml.safe_load(zap_plan.plan(url, attacks=attacks))


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


def real(name: str) -> Any:
    return sample(f"real-{name}")


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


@pytest.mark.parametrize(("name", "exit_code"), [("bad", 11), ("good", 0)])
def test_a_real_scan_is_whole(name: str, exit_code: int) -> None:
    assert fault(real(name), exit_code=exit_code) is None


def fault(report: Any = None, printed: str = ZAP_PRINTED, exit_code: int = 0) -> ScanFailed | None:
    """Return what is wrong with a scan that ended so, by default a good one."""
    raw = report if isinstance(report, bytes) else json.dumps(report or real("good")).encode()
    return zap.fault(exit_code, printed, raw)


def faulty(**how: Any) -> ScanFailed:
    found = fault(**how)
    assert found is not None
    assert found.why
    assert found.next_step
    return found


MEMORY = {"level": "High", "key": "insight.memory.usage", "description": "Memory", "statistic": 96}


@pytest.mark.parametrize("exit_code", [0, 1, 2, 11, 12])
@pytest.mark.parametrize(
    "more",
    [
        {"insights": [MEMORY]},
        {"insights": [{"level": "Info", "key": "x"}, {**MEMORY, "level": "HIGH"}]},
        {"insights": [], "stoppingInsight": MEMORY},
    ],
)
def test_zap_that_stopped_itself_is_told_whatever_its_exit_code(
    exit_code: int, more: dict[str, Any]
) -> None:
    found = faulty(report=real("good") | more, exit_code=exit_code)
    assert found.what == "ZAP stopped itself: Memory: 96"
    assert "memory, disk" in found.why


@pytest.mark.parametrize("stopping", ["disk full", {"key": "disk full"}])
def test_why_zap_stopped_is_told_however_it_is_written(stopping: object) -> None:
    found = faulty(report=real("good") | {"insights": None, "stoppingInsight": stopping})
    assert found.what == "ZAP stopped itself: disk full"


@pytest.mark.parametrize("report", [b"", b"{", b"[]", b"\xff", b'{"insights": 5}'])
def test_two_is_the_exit_code_of_zap_that_stopped_itself(report: bytes) -> None:
    assert faulty(report=report, exit_code=2).what == "ZAP stopped itself: exit code 2"
    assert fault(report=report, exit_code=3) is None


@pytest.mark.parametrize("job", ["spider", "activeScan"])
def test_a_job_that_was_terminated_did_not_look_at_everything(job: str) -> None:
    printed = ZAP_PRINTED.replace(
        f"Job {job} finished", f"Job {job} terminated\nJob {job} finished"
    )
    seconds = zap_plan.LIMIT_SECONDS[job]
    assert faulty(printed=printed, exit_code=12).what == (
        f"ZAP did not look at everything: its job {job} was ended by its limit of {seconds} s"
    )


@pytest.mark.parametrize("job", zap_plan.LIMIT_SECONDS)
def test_a_job_that_took_as_long_as_it_may_was_cut_short(job: str) -> None:
    limit = zap_plan.LIMIT_SECONDS[job]

    def took(seconds: int) -> str:
        return re.sub(
            f"(?<=Job {job} finished, time taken: )[0-9:]+",
            f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}",
            ZAP_PRINTED,
        )

    assert fault(printed=took(limit - 1)) is None
    for seconds in (limit, limit + 5, 3600):
        assert f"its job {job} was ended" in faulty(printed=took(seconds)).what


@pytest.mark.parametrize("job", zap_plan.LIMIT_SECONDS)
def test_a_job_that_did_not_finish_is_not_taken_for_done(job: str) -> None:
    printed = ZAP_PRINTED.replace(f"Job {job} finished", f"Job {job} went on")
    assert faulty(printed=printed).what == f"ZAP did not report that its job {job} finished"


def test_a_plan_without_attacks_is_whole_without_them() -> None:
    lines = [line for line in ZAP_PRINTED.splitlines() if "activeScan" not in line]
    assert fault(printed="\n".join(lines)) is None


def test_a_rule_that_was_skipped_is_told() -> None:
    (test,) = job("activeScan", "xss")["tests"]
    failed = f"Job activeScan test of type stats failed: {test['name']} [1 != 0]\n"
    assert "skipped its rule" in faulty(printed=ZAP_PRINTED + failed, exit_code=1).what


def test_a_site_that_answers_404_only_is_told() -> None:
    (test,) = job("spider")["tests"]
    failed = f"Job spider test of type stats failed: {test['name']} [0 < 1]\n"
    for exit_code in (0, 1):
        found = faulty(printed=ZAP_PRINTED + failed, exit_code=exit_code)
        assert found.what == "ZAP found no page: none of its requests got a 200"
        assert found.why == "each page was missing, forbidden or moved"
    failed += "Job spider failed to access URL http://site:8000/ : Connection refused\n"
    found = faulty(printed=ZAP_PRINTED + failed, exit_code=1)
    assert found.why.endswith("http://site:8000/ : Connection refused")


def test_a_page_that_zap_could_not_read_is_no_fault_where_others_answered() -> None:
    said = "Job spider failed to access URL http://site:8000/x status code returned : 404\n"
    assert fault(printed=said + ZAP_PRINTED, exit_code=12) is None


def test_a_port_that_is_taken_is_told() -> None:
    printed = "Cannot listen on port 127.0.0.1:8080 - try specifying a different port\n"
    assert faulty(printed=printed, exit_code=1).what.startswith("ZAP could not start")


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
