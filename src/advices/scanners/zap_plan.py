"""Pure: how ZAP is started, and the plan that it runs.

The plan is one of ZAP's Automation Framework: https://www.zaproxy.org/docs/automate/
automation-framework/. Its exit status has values of our own, so that alerts are told from a
broken plan, which ends with 1.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import yaml

from advices.lab import Attacks
from advices.scanners.work import Work

FOLDER = "/zap/wrk"
LIMIT_SECONDS = {"spider": 120, "passiveScan-wait": 120, "activeScan": 480}
"""The jobs of a plan that may end before they looked at everything, and after how long."""
ANSWERED = "the site answered with 200"
NOT_SKIPPED = "the rule for cross-site scripting looked at everything"
"""The names of the plan's own tests, as ZAP prints them when one fails."""
OK, ALERTS_HIGH, ALERTS = 0, 11, 12
_UID = 1000  # the user `zap` of the image
_REFLECTED_XSS = 40012
# ZAP listens there as a proxy, though nobody asks it: by default on 8080, which is a usual port of
# what is scanned. https://www.zaproxy.org/docs/desktop/addons/network/cmdline/
_PROXY_PORT = 18080
_DEFAULT_PORTS = {"http": 80, "https": 443}


def plan(url: str, *, attacks: Attacks) -> str:
    """Return the plan, in YAML, that scans `url` and what stands below it.

    No rule has a limit of its own: one that reached it would end without a word.
    """
    minutes = {job: seconds // 60 for job, seconds in LIMIT_SECONDS.items()}
    attack: dict[str, Any] = {
        "type": "activeScan",
        "parameters": {"context": "target", "maxScanDurationInMins": minutes["activeScan"]},
    }
    if attacks == "xss":
        rule = {"id": _REFLECTED_XSS, "strength": "Medium", "threshold": "Medium"}
        attack["policyDefinition"] = {"defaultThreshold": "Off", "rules": [rule]}
        skipped = f"stats.ascan.{_REFLECTED_XSS}.skipped"
        attack["tests"] = [_demanded(NOT_SKIPPED, skipped, "==", 0)]
    spider = {"context": "target", "url": url, "maxDuration": minutes["spider"]}
    jobs: list[dict[str, Any]] = [
        {
            "type": "passiveScan-config",
            "parameters": {"maxAlertsPerRule": 10, "scanOnlyInScope": True},
        },
        {
            "type": "spider",
            "parameters": spider,
            # What its spider counts as found need not have answered, nor be of this site.
            "tests": [_demanded(ANSWERED, "stats.code.200", ">=", 1, site=origin(url))],
        },
        {"type": "passiveScan-wait", "parameters": {"maxDuration": minutes["passiveScan-wait"]}},
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
                "okExitValue": OK,
                "errorExitValue": ALERTS_HIGH,
                "warnExitValue": ALERTS,
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


def _demanded(
    name: str, statistic: str, operator: str, value: int, *, site: str | None = None
) -> dict[str, Any]:
    """Return a test of a statistic that fails the plan; `site` is for one that each site has."""
    test = {"name": name, "type": "stats", "statistic": statistic}
    return {
        **test,
        **({"site": site} if site else {}),
        **{"operator": operator, "value": value, "onFail": "error"},
    }


def origin(url: str) -> str:
    """Return the site of an address as ZAP names it: without path, and without a default port."""
    parts = urlsplit(url)
    default = f":{_DEFAULT_PORTS.get(parts.scheme)}"
    return f"{parts.scheme}://{parts.netloc.removesuffix(default)}"


def work(url: str, *, attacks: Attacks) -> Work:
    """Return what the container does to scan `url` and what stands below it.

    The heap is bounded by hand, for ZAP takes its size from cgroup v1 only, and `-silent` keeps
    ZAP from looking for updates. Its own proxy gets a port that the target does not have.
    """
    parts = urlsplit(url)
    taken = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    port = str(_PROXY_PORT + (taken == _PROXY_PORT))
    longest = sum(LIMIT_SECONDS.values()) - LIMIT_SECONDS["activeScan"] * (attacks == "none")
    return Work(
        command=(
            *("zap.sh", "-Xmx1g", "-port", port, "-cmd", "-silent"),
            *("-autorun", f"{FOLDER}/plan.yaml"),
        ),
        report=f"{FOLDER}/report.json",
        memory="2g",
        accept=frozenset({OK, ALERTS_HIGH, ALERTS}),
        timeout_seconds=longest + 240,
        folder=FOLDER,
        uid=_UID,
        files={"plan.yaml": plan(url, attacks=attacks)},
    )
