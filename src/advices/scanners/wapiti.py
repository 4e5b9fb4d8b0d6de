"""Pure: how Wapiti is called, and what its JSON report says.

Wapiti ends with 0 even when it reached nothing, so the exit code proves little: the report must
be there and name pages. Its format is that of Wapiti 3.3.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from pydantic import Field

from advices.core import ScanFailed
from advices.lab import Alert, Attacks, Risk
from advices.scanners.work import SMALLER_PART, Part, Report, Work, cut, validated

NAME = "wapiti"
# Raised when one report is read otherwise.
METHOD = 1
REPORT = "/tmp/scan/report.json"
MODULES: dict[Attacks, str] = {
    "none": "passive",
    "xss": "passive,xss",
    # ssrf asks a host outside, and ssl needs TLS, which a container of a lab does not speak.
    "all": "common,-ssrf,-ssl",
}
# A form that shows what was sent, and is sent again, has no end. ZAP's spider has this depth too.
_DEPTH = 5
_CRAWL_SECONDS = 60
_ATTACK_SECONDS = 60
# What it prints at a limit, and then it goes on as if nothing had been.
_CUT_SHORT = re.compile(r"\bMax (scan|attack) time was reached(?: for module (\w+))?")
_BROKEN = re.compile(r"\bModule (\w+) seems broken and will be skipped")
# Wapiti's levels, from 0 (wapitiCore.language.vulnerability).
_RISKS: tuple[Risk, ...] = ("informational", "low", "medium", "high", "critical")


class _Finding(Part):
    method: str
    path: str
    info: str
    level: int
    parameter: str | None = None


class _Infos(Part):
    version: str
    target: str
    crawled_pages_nbr: int


class _Class(Part):
    sol: str = ""


class _Report(Part):
    infos: _Infos
    vulnerabilities: dict[str, list[_Finding]]
    anomalies: dict[str, list[_Finding]]
    additionals: dict[str, list[_Finding]]
    classifications: dict[str, _Class] = Field(default_factory=dict)


def work(url: str, *, attacks: Attacks) -> Work:
    """Return what the container does to scan `url` and what stands below it."""
    return Work(
        command=(
            *("wapiti", "--url", url, "--scope", "folder", "--module", MODULES[attacks]),
            *("--format", "json", "--output", REPORT, "--flush-session", "--no-bugreport"),
            *("--store-session", "/tmp/scan/session", "--store-config", "/tmp/scan/config"),
            *("--max-scan-time", str(_CRAWL_SECONDS), "--max-attack-time", str(_ATTACK_SECONDS)),
            *("--depth", str(_DEPTH), "--verbose", "0"),
        ),
        report=REPORT,
        memory="1g",
        accept=frozenset({0}),
        timeout_seconds=180 if attacks == "none" else 900,
        folder="/tmp/scan",
        uid=1000,
    )


def fault(_exit_code: int, printed: str, _report: bytes | None) -> ScanFailed | None:
    """Return why a scan is only a part of one, as Wapiti printed it; None where it may be whole."""
    if broken := _BROKEN.search(printed):
        return ScanFailed(
            f"Wapiti did not look at everything: it skipped its module {broken[1]}, which crashed",
            why="this version of Wapiti, or of a package that it needs, has a bug",
        )
    found = _CUT_SHORT.search(printed)
    if found is None:
        return None
    what, seconds = "its crawl", _CRAWL_SECONDS
    if found[1] == "attack":
        what, seconds = f"its module {found[2]}", _ATTACK_SECONDS
    return ScanFailed(
        f"Wapiti did not look at everything: {what} reached its limit of {seconds} s",
        why="the target answers slowly, or has endless pages",
        next_step=SMALLER_PART,
    )


def read(report: bytes, url: str, _printed: str) -> Report:
    """Return what a report says of `url`. Raises ScanFailed for one that proves nothing."""
    found = validated(_Report, report, "Wapiti")
    if found.infos.crawled_pages_nbr < 1:
        raise ScanFailed(f"Wapiti found no page at {url}", why="the target sent no answer")
    groups = (found.vulnerabilities, found.anomalies, found.additionals)
    alerts = [
        _alert(rule, finding, url, found.classifications.get(rule, _Class()).sol)
        for group in groups
        for rule, findings in group.items()
        for finding in findings
    ]
    return Report(
        version=found.infos.version.removeprefix("Wapiti").strip(),
        urls=found.infos.crawled_pages_nbr,
        alerts=tuple(alerts),
    )


def _alert(rule: str, finding: _Finding, url: str, solution: str) -> Alert:
    if not 0 <= finding.level < len(_RISKS):
        raise ScanFailed(
            f"Wapiti reports `{rule}` at level {finding.level}, which the toolkit does not know",
            why="this version counts risks in another way",
        )
    return Alert(
        scanner=NAME,
        rule=rule,
        name=rule,
        risk=_RISKS[finding.level],
        # A path may begin with two slashes, and is no other host then.
        url=urlsplit(url)._replace(path=finding.path, query="", fragment="").geturl(),
        method=finding.method,
        parameter=finding.parameter or "",
        evidence=cut(finding.info),
        solution=cut(solution),
    )
