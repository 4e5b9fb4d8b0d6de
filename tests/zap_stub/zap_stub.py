#!/usr/bin/env python3
"""A stub of ZAP for tests. It is not ZAP: it asks for one page and looks at its headers.

It takes ZAP's command line and plan, ends with the exit code that the plan wants, and leaves a
report of ZAP's format. A page may order a fault: `<!-- zap-stub: FAULT -->`, see `FAULTS`.
"""

import collections
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

CALLED = "ZAP stub (this is not ZAP)"
VERSION = "0.0.0"
BROKEN_PLAN = 1
FAULTS = (
    *("no-report", "truncated", "no-site", "no-page", "exit-1", "exit-3"),
    *("hang", "killed", "out-of-memory"),
)
JOBS = {
    *("passiveScan-config", "spider", "passiveScan-wait", "activeScan", "report", "exitStatus"),
}
LEVELS = {"Informational": 0, "Low": 1, "Medium": 2, "High": 3}
RISKS = ("Informational", "Low", "Medium", "High")
# Rule, name, risk, confidence, CWE: as ZAP has them.
CSP = ("10038", "Content Security Policy (CSP) Header Not Set", 2, 3, 693)
FRAMES = ("10020", "Missing Anti-clickjacking Header", 2, 2, 1021)
TYPES = ("10021", "X-Content-Type-Options Header Missing", 1, 2, 693)
COOKIE = ("10010", "Cookie No HttpOnly Flag", 1, 2, 1004)
BANNER = ("10036", "Server Leaks Version Information", 1, 3, 497)


def main(words):
    """Do what the plan says and return its exit code."""
    print(f"{CALLED} {VERSION}", flush=True)
    try:
        plan = parsed(Path(plan_of(words)).read_text("utf-8"))
        jobs = {job["type"]: job.get("parameters") or {} for job in plan["jobs"]}
        url, report, exits = (
            plan["env"]["contexts"][0]["urls"][0],
            jobs["report"],
            jobs["exitStatus"],
        )
        if unknown := set(jobs) - JOBS:
            raise ValueError(f"unknown jobs {unknown}")
        if jobs["spider"]["url"] != url or report["template"] != "traditional-json":
            raise ValueError("the stub knows no such plan")
        file = Path(report["reportDir"], report["reportFile"])
        levels = [LEVELS[exits[name]] for name in ("errorLevel", "warnLevel")]
        values = [int(exits[f"{name}ExitValue"]) for name in ("ok", "error", "warn")]
    except (LookupError, TypeError, ValueError, OSError) as error:
        print(f"stub: the plan is broken: {error!r}", flush=True)
        return BROKEN_PLAN
    page = asked(url)
    fault = page[1] if page else "no-page"
    print(f"Job spider found {0 if fault == 'no-page' else 1} URLs", flush=True)
    misbehave(fault)
    alerts = looked_at(url, page[0]) if page else []
    if fault != "no-report":
        site = [] if fault == "no-site" else [site_of(url, alerts)]
        text = json.dumps({"@programName": CALLED, "@version": VERSION, "site": site}, indent=1)
        try:
            file.write_text(text[: len(text) // 2] if fault == "truncated" else text, "utf-8")
        except OSError as error:
            print(f"stub: the report cannot be written: {error.strerror}", flush=True)
            return BROKEN_PLAN
    if fault.startswith("exit-"):
        return int(fault.removeprefix("exit-"))
    if page is None:
        return BROKEN_PLAN  # the plan tests that the spider found a page
    worst = max((int(alert["riskcode"]) for alert in alerts), default=-1)
    ok, error, warn = values
    return error if worst >= levels[0] else warn if worst >= levels[1] else ok


def plan_of(words):
    """Return the plan that a command line of ours names."""
    if not re.fullmatch(r"-Xmx\d+[gm] -cmd -silent -autorun \S+", " ".join(words)):
        raise ValueError(f"the stub knows no such command line: {words}")
    return words[-1]


def asked(url):
    """Return the headers of the page and the fault that it orders, None without an answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=30) as answer:
            found = re.search(r"<!-- zap-stub: ([\w-]+) -->", answer.read().decode())
            fault = found[1] if found else ""
            return answer.headers, fault if fault in FAULTS else ""
    except (urllib.error.URLError, OSError) as error:
        print(f"stub: no answer from {url}: {error}", flush=True)
        return None


def misbehave(fault):
    """End as the kernel, or somebody else, would end it; or never."""
    if fault == "hang":
        time.sleep(3600)
    if fault == "killed":
        os._exit(137)  # what a shell says of a child that got SIGKILL; PID 1 cannot kill itself
    if fault == "out-of-memory":
        held = [b"x" * 2**26 for _ in range(2**7)]
        print(f"stub: there is room for {len(held)} times 64 MiB", flush=True)


def looked_at(url, headers):
    """Return the alerts that the headers of one page raise."""
    cookie = headers.get("Set-Cookie", "")
    raised = {
        CSP: "Content-Security-Policy" not in headers,
        FRAMES: "X-Frame-Options" not in headers,
        TYPES: "X-Content-Type-Options" not in headers,
        COOKIE: cookie and "httponly" not in cookie.lower(),
        BANNER: any(map(str.isdigit, headers.get("Server", ""))),
    }
    return [alert_of(rule, url) for rule, is_raised in raised.items() if is_raised]


def alert_of(rule, url):
    number, name, risk, confidence, cwe = rule
    name = f"stub: {name}"
    place = {"id": "0", "uri": url, "nodeName": None, "method": "GET", "param": "", "attack": ""}
    return {
        "pluginid": number,
        "alertRef": number,
        "alert": name,
        "name": name,
        "riskcode": str(risk),
        "confidence": str(confidence),
        "riskdesc": f"{RISKS[risk]} (stub)",
        "desc": "<p>Said by a stub, not by ZAP.</p>",
        "instances": [{**place, "evidence": "", "otherinfo": "from a stub"}],
        "count": "1",
        "solution": "<p>None: a stub said this, not ZAP.</p>",
        "reference": "",
        "cweid": str(cwe),
        "wascid": "-1",
        "sourceid": "1",
    }


def site_of(url, alerts):
    parts = urlsplit(url)
    return {
        "@name": f"{parts.scheme}://{parts.netloc}",
        "@host": parts.hostname,
        "@port": str(parts.port or 80),
        "@ssl": "false",
        "alerts": alerts,
    }


def parsed(text):
    """Return a plan as the toolkit writes it: YAML of mappings, lists and words, no more."""
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.splitlines()]
    left = collections.deque(line for line in lines if line[1])
    found = block(left, 0)
    if left:
        raise ValueError(f"the stub cannot read {left[0][1]!r}")
    return found


def block(left, indent):
    """Take the list or the mapping that begins here."""
    if not left[0][1].startswith("- "):
        return mapping(left, indent)
    found = []
    while left and left[0][0] == indent and left[0][1].startswith("- "):
        text = left.popleft()[1][2:]
        if re.match(r"[\w-]+:( |$)", text):
            left.appendleft((indent + 2, text))
            found.append(mapping(left, indent + 2))
        else:
            found.append(word(text))
    return found


def mapping(left, indent):
    found = {}
    while left and left[0][0] == indent and not left[0][1].startswith("- "):
        key, colon, rest = left.popleft()[1].partition(":")
        if not colon:
            raise ValueError(f"the stub cannot read {key!r}")
        nested = not rest and left and left[0][0] >= indent
        found[key] = block(left, left[0][0]) if nested else word(rest.strip())
    return found


def word(text):
    return text[1:-1] if text[:1] == text[-1:] == "'" else text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
