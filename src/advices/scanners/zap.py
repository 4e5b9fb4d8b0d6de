"""Pure: what ZAP printed and reported, and whether that is a whole scan.

Its report is the one of the template `traditional-json`. What it prints is told in
https://www.zaproxy.org/docs/desktop/addons/automation-framework/ and was seen from ZAP 2.17.0.
"""

from __future__ import annotations

import json
import re
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from advices.core import ScanFailed
from advices.lab import Alert, Confidence, Risk
from advices.scanners.work import SMALLER_PART, Part, Report, cut, validated
from advices.scanners.zap_plan import (
    ALERTS,
    ALERTS_HIGH,
    ANSWERED,
    LIMIT_SECONDS,
    NOT_SKIPPED,
    OK,
    work,
)

__all__ = ["METHOD", "NAME", "fault", "read", "stopped", "work"]

NAME = "zap"
# Raised when one report is read otherwise.
METHOD = 3
_RISKS: tuple[Risk, ...] = ("informational", "low", "medium", "high")
_CONFIDENCE: tuple[Confidence, ...] = ("false positive", "low", "medium", "high", "confirmed")
_STOPPED_ITSELF = 2
_ADDRESSES = "insight.endpoint.total"
_FOUND = re.compile(r"\bspider found ([\d,.]+) URLs", re.I)
_TERMINATED = re.compile(r"\bJob (\S+) terminated")
_FINISHED = re.compile(r"\bJob (\S+) finished, time taken: (\d+):(\d+):(\d+)")
_NO_ACCESS = re.compile(r"\bJob spider failed to access URL .*")
_NO_PROXY = re.compile(r"\bCannot listen on port \S+")
_TAG = re.compile(r"</?[a-z][^>]*>", re.I)


class _Instance(Part):
    uri: str
    method: str = ""
    param: str = ""
    evidence: str = ""


class _Alert(Part):
    pluginid: str
    name: str = Field(alias="alert")
    riskcode: Literal["0", "1", "2", "3"]
    confidence: Literal["0", "1", "2", "3", "4"]
    cweid: str = ""
    solution: str = ""
    systemic: bool = False
    instances: list[_Instance] = Field(default_factory=list)


class _Site(Part):
    name: str = Field(alias="@name")
    host: str = Field(alias="@host")
    alerts: list[_Alert]


class _Report(Part):
    version: str = Field(alias="@version")
    site: list[_Site]
    insights: Any = None

    @field_validator("site", mode="before")
    @classmethod
    def _one_is_a_list(cls, site: Any) -> Any:
        """Take the single site of older versions as a list of one."""
        return [site] if isinstance(site, dict) else site


def fault(exit_code: int, printed: str, report: bytes | None) -> ScanFailed | None:
    """Return why a scan that ended so is none, or only a part of one; None where it may be whole.

    An exit code says little: the plan's own status may stand where ZAP's was.
    """
    if ended := stopped(report, exit_code):
        return ended
    if said := _line(_NO_PROXY, printed):
        return ScanFailed(
            "ZAP could not start: its own proxy found no free port",
            why=f"it printed: {said}",
            next_step="use another port for the container, and scan that",
        )
    if cut_short := _TERMINATED.search(printed):
        return _ended_early(cut_short[1])
    if _failed(NOT_SKIPPED, printed):
        return ScanFailed(
            "ZAP did not look at everything: it skipped its rule for cross-site scripting",
            why="a rule that did not run can raise no alert",
            next_step=SMALLER_PART,
        )
    as_the_plan_wants = exit_code in (OK, ALERTS_HIGH, ALERTS)
    said = _line(_NO_ACCESS, printed)
    if _failed(ANSWERED, printed) or (said and not as_the_plan_wants):
        return ScanFailed(
            "ZAP found no page: none of its requests got a 200",
            why=f"it printed: {said}" if said else "each page was missing, forbidden or moved",
        )
    return _unfinished(printed) if as_the_plan_wants else None


def stopped(report: bytes | None, exit_code: int = OK) -> ScanFailed | None:
    """Return the fault of a ZAP that stopped itself, as far as report and exit code show it."""
    why = _why_stopped(report)
    if not why and exit_code != _STOPPED_ITSELF:
        return None
    return ScanFailed(
        f"ZAP stopped itself: {why or f'exit code {exit_code}'}",
        why="it ran out of memory, disk or database space, and stopped scanning",
        next_step=f"check the free space on the engine's disk; {SMALLER_PART}",
    )


def _why_stopped(report: bytes | None) -> str:
    """Return why ZAP stopped itself, "" if it did not, as far as its report can be read."""
    try:
        told = json.loads(report or b"")
    except ValueError:
        return ""
    if not isinstance(told, dict):
        return ""
    listed = told.get("insights")
    every = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    why = [one for one in every if str(one.get("level", "")).lower() == "high"]
    if stopping := told.get("stoppingInsight"):
        why.insert(0, stopping if isinstance(stopping, dict) else {"description": str(stopping)})
    if not why:
        return ""
    what, value = why[0].get("description") or why[0].get("key"), why[0].get("statistic")
    return cut(f"{what}: {value}" if value is not None else f"{what}")


def _unfinished(printed: str) -> ScanFailed | None:
    """Return the fault of a job that took as long as it may: not all say when it was cut short."""
    took = {
        job: int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        for job, hours, minutes, seconds in _FINISHED.findall(printed)
    }
    for job, limit in LIMIT_SECONDS.items():
        if job not in took and (job != "activeScan" or f"Job {job} started" in printed):
            return ScanFailed(
                f"ZAP did not report that its job {job} finished",
                why="it ended before, or this version prints other words",
                next_step="use the version that labs/scanners names",
            )
        if took.get(job, 0) >= limit:
            return _ended_early(job)
    return None


def _ended_early(job: str) -> ScanFailed:
    seconds = LIMIT_SECONDS.get(job)
    limit = f"its limit of {seconds} s" if seconds else "its limit"
    return ScanFailed(
        f"ZAP did not look at everything: its job {job} was ended by {limit}",
        why="the target answers slowly, or has endless pages",
        next_step=SMALLER_PART,
    )


def _failed(test: str, printed: str) -> bool:
    return f"test of type stats failed: {test}" in printed


def _line(pattern: re.Pattern[str], printed: str) -> str:
    found = pattern.search(printed)
    return cut(found[0]) if found else ""


def read(report: bytes, url: str, printed: str) -> Report:
    """Return what a report says of the host of `url`; `printed` is what ZAP said meanwhile.

    Raises ScanFailed for a report that proves nothing: no site, another one, no page found.
    """
    found = validated(_Report, report, "ZAP")
    host = urlsplit(url).hostname
    sites = [site for site in found.site if site.host.strip("[]").lower() == host]
    urls = _addresses(found, sites, printed)
    if urls < 1:
        raise ScanFailed(f"ZAP found no page at {url}", why="its spider reached nothing there")
    if not sites:
        others = ", ".join(site.host for site in found.site) or "none"
        raise ScanFailed(
            f"ZAP kept no answer of {url}, so it looked at none; sites in its report: {others}",
            why="it does not keep answers of more than 16 MiB, and the start page may be one",
            next_step="name a smaller page of the site that links to the others",
        )
    alerts = [one for site in sites for alert in site.alerts for one in _alerts(alert, site)]
    return Report(found.version, urls, tuple(alerts))


def _addresses(report: _Report, sites: list[_Site], printed: str) -> int:
    """Return how many addresses of a site ZAP asked for, as far as it says so.

    The spider's own number holds other hosts as well, and what it never asked for. Both numbers
    hold /robots.txt and /sitemap.xml, whether the site has them or not.
    """
    names = {site.name for site in sites}
    asked = [
        int(str(one["statistic"]))
        for one in (report.insights if isinstance(report.insights, list) else [])
        if isinstance(one, dict) and one.get("key") == _ADDRESSES and one.get("site") in names
        if str(one.get("statistic", "")).isdecimal()
    ]
    if asked:
        return sum(asked)
    if said := _FOUND.search(printed):
        return int(re.sub(r"\D", "", said[1]))
    return len({one.uri for site in sites for alert in site.alerts for one in alert.instances})


def _alerts(alert: _Alert, site: _Site) -> list[Alert]:
    """Return an alert once for each of its places; one without places is the whole site's."""
    cwe = int(alert.cweid) if alert.cweid.isdigit() and int(alert.cweid) > 0 else None
    return [
        Alert(
            scanner=NAME,
            rule=alert.pluginid,
            name=alert.name,
            risk=_RISKS[int(alert.riskcode)],
            confidence=_CONFIDENCE[int(alert.confidence)],
            cwe=cwe,
            url=one.uri,
            method=one.method,
            parameter=one.param,
            evidence=cut(one.evidence),
            solution=cut(_TAG.sub(" ", alert.solution)),
            some_places=alert.systemic,
        )
        for one in alert.instances or [_Instance(uri=site.name)]
    ]
