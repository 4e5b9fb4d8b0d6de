"""Pure: ZAP's reports of another machine as a record to show."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from advices.core import ScanFailed
from advices.lab import RISKS, Attacks
from advices.results import Recorded, RecordedRule, RecordedScan
from advices.scanners import zap
from advices.scanners.work import Report


def recorded(
    reports: Mapping[str, bytes], url: str, *, lab: str, attacks: Attacks, commit: str, how: str
) -> Recorded:
    """Return a record of ZAP's reports by variant, all about the site at `url`.

    Raises ScanFailed for a report that proves nothing, that has no date, or that another version
    than the first one wrote.
    """
    found: dict[str, RecordedScan] = {}
    versions: dict[str, str] = {}
    for variant, text in reports.items():
        if fault := zap.stopped(text):
            raise fault
        report = zap.read(text, url, "")
        found[variant] = RecordedScan(
            date=_date(text, variant), addresses=report.urls, rules=_rules(report)
        )
        versions[variant] = report.version
    if len({*versions.values()}) != 1:
        raise ScanFailed(
            f"the reports are not of one version of ZAP: {versions}",
            why="they were written at different times, or none was named",
            next_step=f"scan {urlsplit(url).hostname} again with one version",
        )
    return Recorded(
        lab=lab,
        scanner=zap.NAME,
        version=next(iter(versions.values())),
        attacks=attacks,
        commit=commit,
        how=how,
        variants=found,
    )


def _rules(report: Report) -> tuple[RecordedRule, ...]:
    rules = []
    for rule in {alert.rule: None for alert in report.alerts}:
        alerts = [alert for alert in report.alerts if alert.rule == rule]
        rules.append(
            RecordedRule(
                rule=rule,
                name=alerts[0].name,
                risk=min((alert.risk for alert in alerts), key=RISKS.index),
                places=len(alerts),
                some_places=any(alert.some_places for alert in alerts),
            )
        )
    return tuple(sorted(rules, key=lambda one: (RISKS.index(one.risk), one.name)))


def _date(text: bytes, variant: str) -> str:
    """Return when a report was written, to the second, in UTC."""
    told = json.loads(text).get("created")
    try:
        # Its fractions are finer than Python reads.
        when = datetime.fromisoformat(f"{str(told).partition('.')[0]}+00:00")
    except ValueError:
        raise ScanFailed(
            f"the report of `{variant}` does not say when it was written",
            why=f"its field `created` is {told!r}",
            next_step="use the version that labs/scanners names",
        ) from None
    return when.isoformat()
