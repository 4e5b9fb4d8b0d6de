#!/usr/bin/env python3
"""A stub of ZAP for tests. It is not ZAP: it knows eight of its rules, and each only roughly.

It takes ZAP's command line and plan, says what ZAP 2.17.0 says, ends with the exit code that the
plan wants, and leaves a report of ZAP's format. It follows links and sends forms, as ZAP's spider
does. A page may order a fault: `<!-- zap-stub: FAULT -->`, see `FAULTS`.
"""

import collections
import contextlib
import html.parser
import json
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

CALLED = "ZAP stub (this is not ZAP)"
VERSION = "0.0.0"
BROKEN_PLAN = 1
FAULTS = ("truncated", "exit-3", "hang", "killed", "out-of-memory", "spider-limit")
JOBS = {
    *("passiveScan-config", "spider", "passiveScan-wait", "activeScan", "report", "exitStatus"),
}
LEVELS = {"Informational": 0, "Low": 1, "Medium": 2, "High": 3}
RISKS = ("Informational", "Low", "Medium", "High")
OPERATORS = {
    ">=": (int.__ge__, "<"),
    "==": (int.__eq__, "!="),
}
# Rule, name, risk, confidence, CWE: as ZAP has them.
CSP = ("10038", "Content Security Policy (CSP) Header Not Set", 2, 3, 693)
FRAMES = ("10020", "Missing Anti-clickjacking Header", 2, 2, 1021)
TYPES = ("10021", "X-Content-Type-Options Header Missing", 1, 2, 693)
COOKIE = ("10010", "Cookie No HttpOnly Flag", 1, 2, 1004)
SAME_SITE = ("10054", "Cookie without SameSite Attribute", 1, 2, 1275)
BANNER = ("10036", "Server Leaks Version Information", 1, 3, 497)
SCRIPT = ("40012", "Cross Site Scripting (Reflected)", 3, 2, 79)
ATTACK = "</p><scrIpt>alert(1);</scRipt><p>"
DEFAULT_PROXY_PORT = 8080
MOST_PAGES = 40

Answer = collections.namedtuple("Answer", "url method status headers text")


class Broken(Exception):
    """The plan failed: its errors, as ZAP lists them at its end."""


def main(words):
    """Do what the command line says and return the exit code."""
    print(f"{CALLED} {VERSION}", flush=True)
    try:
        port, file = told(words)
        with socket.create_server(("127.0.0.1", port)):
            return planned(Path(file).read_text("utf-8"))
    except ValueError as error:
        print(f"stub: {error}", flush=True)
    except OSError as error:
        if isinstance(error, FileNotFoundError):
            print(f"Cannot access file: {error.filename}", flush=True)
        else:
            print("An error occurred while starting the main proxy.", flush=True)
            print(
                f"Cannot listen on port 127.0.0.1:{port} - try specifying a different port for "
                "ZAP to use.",
                flush=True,
            )
    return BROKEN_PLAN


def told(words):
    """Return the port of the proxy and the plan that a command line of ours names."""
    line = r"-Xmx\d+[gm] (?:-port (\d+) )?-cmd -silent -autorun (\S+)"
    found = re.fullmatch(line, " ".join(words))
    if not found:
        raise ValueError(f"the stub knows no such command line: {words}")
    return int(found[1] or DEFAULT_PROXY_PORT), found[2]


def planned(text):
    """Run the plan and return its exit code."""
    try:
        plan = parsed(text)
        jobs = {job["type"]: job for job in plan["jobs"]}
        if unknown := set(jobs) - JOBS:
            raise ValueError(f"Unrecognised job type: {', '.join(unknown)}")
        (url,) = plan["env"]["contexts"][0]["urls"]
        if jobs["spider"]["parameters"]["url"] != url:
            raise ValueError("the stub knows no such plan")
        if jobs["report"]["parameters"]["template"] != "traditional-json":
            raise ValueError("the stub knows no such report")
    except (LookupError, TypeError, ValueError) as error:
        print(f"stub: the plan is broken: {error!r}", flush=True)
        return BROKEN_PLAN
    return Scan(url, jobs).run()


class Scan:
    """One plan that is run: what was asked and answered, and the statistics of it."""

    def __init__(self, url, jobs):
        self.url = url
        self.jobs = jobs
        parts = urllib.parse.urlsplit(url)
        self.site = f"{parts.scheme}://{parts.netloc}"
        self.answers = []
        self.alerts = {}
        self.stats = collections.Counter()
        self.found = {url}
        self.fault = ""
        jar = urllib.request.HTTPCookieProcessor()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar, Follow())

    def run(self):
        """Return the exit code."""
        errors = []
        for name in self.jobs:
            if errors and name != "report":
                continue
            print(f"Job {name} started", flush=True)
            getattr(self, name.replace("-", "_").lower())(errors)
            errors += self.failed_tests(name)
            print(f"Job {name} finished, time taken: 00:00:00")
        if errors:
            print("Automation plan failures:", *(f"\t{error}" for error in errors), sep="\n")
        sys.stdout.flush()
        if self.fault.startswith("exit-"):
            return int(self.fault.removeprefix("exit-"))
        return BROKEN_PLAN if errors else self.exit_value()

    def failed_tests(self, job):
        """Print what became of a job's tests, and return the failed ones."""
        failed = []
        for test in self.jobs[job].get("tests") or []:
            value = self.stats[test.get("site", ""), test["statistic"]]
            holds, opposite = OPERATORS[test["operator"]]
            wanted = int(test["value"])
            passed = holds(value, wanted)
            sign = test["operator"] if passed else opposite
            became = "passed" if passed else "failed"
            said = f"{test['name']} [{value} {sign} {wanted}]"
            line = f"Job {job} test of type {test['type']} {became}: {said}"
            print(line, flush=True)
            if not passed and test["onFail"] == "error":
                failed.append(line)
        return failed

    def passivescan_config(self, _errors):
        for name, value in self.jobs["passiveScan-config"]["parameters"].items():
            print(f"Job passiveScan-config set {name} = {value}", flush=True)

    def spider(self, errors):
        print(f"Job spider requesting URL {self.url}", flush=True)
        if (start := self.asked(self.url)) is None:
            errors.append(f"Job spider failed to access URL {self.url} : no answer")
            print(errors[-1], flush=True)
            return
        found = re.search(r"<!-- zap-stub: ([\w-]+) -->", start.text)
        self.fault = found[1] if found and found[1] in FAULTS else ""
        self.misbehave()
        # ZAP asks for these two whether they are there or not, and counts them.
        left = collections.deque([*self.led_to(start)])
        left += [("GET", f"{self.site}/{name}", b"") for name in ("robots.txt", "sitemap.xml")]
        known = {("GET", self.url)}
        while left and len(known) < MOST_PAGES:
            method, url, data = left.popleft()
            self.found.add(url)
            if (method, url) in known or not url.startswith(self.site + "/"):
                continue
            known.add((method, url))
            if url.startswith(self.url.rpartition("/")[0]) and (answer := self.asked(url, data)):
                left += self.led_to(answer)
        if self.fault == "spider-limit":
            print("Job spider terminated")
        print(f"Job spider found {len(self.found)} URLs", flush=True)

    def passivescan_wait(self, _errors):
        for answer in self.answers:
            self.look_at(answer)

    def activescan(self, _errors):
        """Send what may come back as a script to each parameter that the crawl saw."""
        for url in sorted(self.found):
            parts = urllib.parse.urlsplit(url)
            for name, _ in urllib.parse.parse_qsl(parts.query, keep_blank_values=True):
                query = urllib.parse.urlencode({name: ATTACK})
                answer = self.asked(parts._replace(query=query).geturl())
                if answer and ATTACK in answer.text:
                    self.raised(SCRIPT, answer, name, ATTACK)

    def report(self, errors):
        told = self.jobs["report"]["parameters"]
        file = Path(told["reportDir"], told["reportFile"])
        text = json.dumps(self.reported(), indent=1)
        try:
            file.write_text(text[: len(text) // 2] if self.fault == "truncated" else text, "utf-8")
            print(f"Job report generated report {file}", flush=True)
        except OSError as error:
            errors.append(f"stub: the report cannot be written: {error.strerror}")

    def exitstatus(self, _errors):
        """Say nothing: the exit value is asked for at the end."""

    def exit_value(self):
        told = self.jobs["exitStatus"]["parameters"]
        worst = max((int(alert["riskcode"]) for alert in self.alerts.values()), default=-1)
        for level in ("error", "warn"):
            if worst >= LEVELS[told[f"{level}Level"]]:
                return int(told[f"{level}ExitValue"])
        return int(told["okExitValue"])

    def asked(self, url, data=b""):
        """Return an answer of the site, None without one."""
        request = urllib.request.Request(url, data or None)
        try:
            with self.opener.open(request, timeout=30) as answer:
                got = self.answer(request, answer)
        except urllib.error.HTTPError as error:
            got = self.answer(request, error)
        except (urllib.error.URLError, OSError, ValueError) as error:
            print(f"stub: no answer from {url}: {error}", flush=True)
            return None
        self.stats[self.site, f"stats.code.{got.status}"] += 1
        self.answers.append(got)
        return got

    def answer(self, request, got):
        with contextlib.closing(got):
            text = got.read().decode("utf-8", "replace")
        return Answer(request.full_url, request.get_method(), got.status, got.headers, text)

    def led_to(self, answer):
        """Return what a page leads to: a method, an address, and what is sent there."""
        page = Links()
        page.feed(answer.text)
        for link in page.links:
            yield "GET", urllib.parse.urljoin(answer.url, link).partition("#")[0], b""
        for method, action, fields in page.forms:
            to = urllib.parse.urljoin(answer.url, action or "")
            sent = urllib.parse.urlencode(fields)
            if method == "post":
                yield "POST", to, sent.encode()
            else:
                yield "GET", f"{to.partition('?')[0]}?{sent}", b""

    def look_at(self, answer):
        """Raise what the headers of one answer raise."""
        has = answer.headers
        page = "html" in (has.get("Content-Type") or "") and answer.status < 400
        if page and "Content-Security-Policy" not in has:
            self.raised(CSP, answer)
        if page and "X-Frame-Options" not in has:
            self.raised(FRAMES, answer, "x-frame-options")
        if answer.status < 400 and "X-Content-Type-Options" not in has:
            self.raised(TYPES, answer, "x-content-type-options")
        for cookie in has.get_all("Set-Cookie") or []:
            name, _, flags = cookie.partition("=")
            for rule, flag in ((COOKIE, "httponly"), (SAME_SITE, "samesite")):
                if flag not in flags.lower():
                    self.raised(rule, answer, name, f"Set-Cookie: {name}")
        if any(map(str.isdigit, has.get("Server") or "")):
            self.raised(BANNER, answer, evidence=has["Server"])

    def raised(self, rule, answer, param="", evidence=""):
        """Raise an alert, or name one more place of it: five at most, as of a systemic one."""
        number, name, risk, confidence, cwe = rule
        alert = self.alerts.setdefault(
            number,
            {
                "pluginid": number,
                "alertRef": number,
                "alert": f"stub: {name}",
                "name": f"stub: {name}",
                "riskcode": str(risk),
                "confidence": str(confidence),
                "riskdesc": f"{RISKS[risk]} (stub)",
                "desc": "<p>Said by a stub, not by ZAP.</p>",
                "instances": [],
                "count": "0",
                "systemic": False,
                "solution": "<p>None: a stub said this, not ZAP.</p>",
                "reference": "",
                "cweid": str(cwe),
                "wascid": "-1",
                "sourceid": "1",
            },
        )
        place = {"uri": answer.url, "nodeName": answer.url, "method": answer.method}
        attack = evidence if evidence == ATTACK else ""
        place |= {"param": param, "attack": attack, "evidence": evidence, "otherinfo": "a stub"}
        if place in alert["instances"] or len(alert["instances"]) == 5:
            return
        alert["instances"].append({"id": str(len(self.answers)), **place})
        alert["count"] = str(len(alert["instances"]))

    def reported(self):
        """Return the report. A site of which no answer was kept is missing, a clean one is not."""
        parts = urllib.parse.urlsplit(self.url)
        site = {
            "@name": self.site,
            "@host": parts.hostname,
            "@port": str(parts.port or 80),
            "@ssl": "false",
            "alerts": list(self.alerts.values()),
        }
        insights = [insight("Info", self.site, "insight.code.2xx", "Percentage of responses", 100)]
        return {
            "@programName": CALLED,
            "@version": VERSION,
            "insights": insights,
            "site": [site] if self.answers else [],
        }

    def misbehave(self):
        """End as the kernel, or somebody else, would end it; or never."""
        if self.fault == "hang":
            time.sleep(3600)
        if self.fault == "killed":
            os._exit(137)  # what a shell says of a child that got SIGKILL; PID 1 cannot kill itself
        if self.fault == "out-of-memory":
            held = [b"x" * 2**26 for _ in range(2**7)]
            print(f"stub: there is room for {len(held)} times 64 MiB", flush=True)


def insight(level, site, key, description, value):
    return {
        "level": level,
        "reason": "stub",
        "site": site,
        "key": key,
        "description": description,
        "statistic": str(value),
    }


class Follow(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: each answer is looked at by itself."""

    def redirect_request(self, *_):
        return None


class Links(html.parser.HTMLParser):
    """What a page leads to: links, and forms with the names of their fields."""

    def __init__(self):
        super().__init__()
        self.links = []
        self.forms = []

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag in ("a", "link", "img", "script") and (to := has.get("href") or has.get("src")):
            self.links.append(to)
        if tag == "form":
            self.forms.append(((has.get("method") or "get").lower(), has.get("action"), {}))
        if tag in ("input", "textarea") and self.forms and has.get("name"):
            self.forms[-1][2][has["name"]] = has.get("value") or "ZAP"


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
