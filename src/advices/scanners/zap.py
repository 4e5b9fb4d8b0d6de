"""Pure: the plan that ZAP runs, and what its `traditional-json` report says.

The plan is one of ZAP's Automation Framework: https://www.zaproxy.org/docs/automate/
automation-framework/. Its exit status has values of our own, so that alerts are told from a
broken plan, which ends with 1.
"""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import Field, field_validator

from advices.core import ScanFailed
from advices.lab import Alert, Attacks, Confidence, Risk
from advices.scanners.work import Part, Report, Work, cut, validated

NAME = "zap"
# Raised when one report is read otherwise.
METHOD = 1
FOLDER = "/zap/wrk"
_UID = 1000  # the user `zap` of the image
_OK, _ALERTS_HIGH, _ALERTS = 0, 11, 12
_SPIDER_MINUTES = 2
_WAIT_MINUTES = 2
_ACTIVE_MINUTES = 8
_RULE_MINUTES = 1
_REFLECTED_XSS = 40012
_RISKS: tuple[Risk, ...] = ("informational", "low", "medium", "high")
_CONFIDENCE: tuple[Confidence, ...] = ("false positive", "low", "medium", "high", "confirmed")
_FOUND = re.compile(r"\bspider found ([\d,.]+) URLs", re.I)
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
    instances: list[_Instance] = Field(default_factory=list)


class _Site(Part):
    name: str = Field(alias="@name")
    host: str = Field(alias="@host")
    alerts: list[_Alert]


class _Report(Part):
    version: str = Field(alias="@version")
    site: list[_Site]

    @field_validator("site", mode="before")
    @classmethod
    def _one_is_a_list(cls, site: Any) -> Any:
        """Take the single site of older versions as a list of one."""
        return [site] if isinstance(site, dict) else site


def plan(url: str, *, attacks: Attacks) -> str:
    """Return the plan, in YAML, that scans `url` and what stands below it."""
    attack: dict[str, Any] = {
        "type": "activeScan",
        "parameters": {
            "context": "target",
            "maxScanDurationInMins": _ACTIVE_MINUTES,
            "maxRuleDurationInMins": _RULE_MINUTES,
        },
    }
    if attacks == "xss":
        rule = {"id": _REFLECTED_XSS, "strength": "Medium", "threshold": "Medium"}
        attack["policyDefinition"] = {"defaultThreshold": "Off", "rules": [rule]}
    jobs: list[dict[str, Any]] = [
        {
            "type": "passiveScan-config",
            "parameters": {"maxAlertsPerRule": 10, "scanOnlyInScope": True},
        },
        {
            "type": "spider",
            "parameters": {"context": "target", "url": url, "maxDuration": _SPIDER_MINUTES},
            "tests": [
                {
                    "name": "the spider found a page",
                    "type": "stats",
                    "statistic": "automation.spider.urls.added",
                    "operator": ">=",
                    "value": 1,
                    "onFail": "error",
                }
            ],
        },
        {"type": "passiveScan-wait", "parameters": {"maxDuration": _WAIT_MINUTES}},
        *([attack] if attacks != "none" else []),
        {
            "type": "report",
            "parameters": {
                "template": "traditional-json",
                "reportDir": FOLDER,
                "reportFile": "report.json",
            },
            "alwaysRun": True,
        },
        {
            "type": "exitStatus",
            "parameters": {
                "errorLevel": "High",
                "warnLevel": "Informational",
                "okExitValue": _OK,
                "errorExitValue": _ALERTS_HIGH,
                "warnExitValue": _ALERTS,
            },
        },
    ]
    whole = {
        "env": {
            "contexts": [{"name": "target", "urls": [url]}],
            "parameters": {"failOnError": True, "failOnWarning": False, "progressToStdout": True},
        },
        "jobs": jobs,
    }
    return yaml.safe_dump(whole, sort_keys=False)


def work(url: str, *, attacks: Attacks) -> Work:
    """Return what the container does to scan `url` and what stands below it.

    The heap is bounded by hand, for ZAP takes its size from cgroup v1 only, and `-silent` keeps
    ZAP from looking for updates.
    """
    minutes = _SPIDER_MINUTES + _WAIT_MINUTES + _ACTIVE_MINUTES * (attacks != "none")
    return Work(
        command=("zap.sh", "-Xmx1g", "-cmd", "-silent", "-autorun", f"{FOLDER}/plan.yaml"),
        report=f"{FOLDER}/report.json",
        memory="2g",
        accept=frozenset({_OK, _ALERTS_HIGH, _ALERTS}),
        timeout_seconds=(minutes + 4) * 60,
        folder=FOLDER,
        uid=_UID,
        files={"plan.yaml": plan(url, attacks=attacks)},
    )


def read(report: bytes, url: str, printed: str) -> Report:
    """Return what a report says of the host of `url`; `printed` is what ZAP said meanwhile.

    Raises ScanFailed for a report that proves nothing: no site, another one, no page found.
    """
    found = validated(_Report, report, "ZAP")
    host = urlsplit(url).hostname
    sites = [site for site in found.site if site.host.strip("[]").lower() == host]
    said = _FOUND.search(printed)
    places = {one.uri for site in sites for alert in site.alerts for one in alert.instances}
    urls = int(re.sub(r"\D", "", said[1])) if said else len(places)
    if not sites or urls < 1:
        others = ", ".join(site.host for site in found.site) or "none"
        raise ScanFailed(
            f"ZAP found no page at {url}",
            why=f"its spider reached nothing there; sites in its report: {others}",
        )
    alerts = [one for site in sites for alert in site.alerts for one in _alerts(alert, site)]
    return Report(found.version, urls, tuple(alerts))


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
        )
        for one in alert.instances or [_Instance(uri=site.name)]
    ]
