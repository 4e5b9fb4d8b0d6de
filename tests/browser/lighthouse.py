"""Google's Lighthouse on one page: what is wrong with it, and what it costs."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

CLI = Path(__file__).parents[2] / ".nox/lighthouse/node_modules/lighthouse/cli/index.js"
FULL = ("accessibility", "best-practices", "seo")
# Those of performance that look at what a page is. A slow machine does not turn them red, as it
# does the score, which is made of times.
STEADY = (
    *("unsized-images", "image-delivery-insight", "viewport-insight"),
    *("unminified-css", "unminified-javascript", "duplicated-javascript-insight"),
    *("font-display-insight", "third-parties-insight", "bf-cache", "non-composited-animations"),
)


@dataclass(frozen=True)
class Cost:
    """What a first visit to a page costs; the same on a fast and on a slow machine."""

    wire_bytes: int
    requests: int
    render_blocking: int
    elements: int
    layout_shift: float


MOST = Cost(
    # What a page may weigh (test_weight), and the heads of the answers.
    wire_bytes=110_000,
    # The page; Material's two styles, script and search worker; our style and scripts; the icon,
    # the logo; and room for two more.
    requests=12,
    # Material's styles and ours, so that no page shows unstyled. A script never blocks.
    render_blocking=3,
    # Code is coloured word by word, and a lab page shows the Dockerfiles of all its variants.
    elements=3_500,
    # Nothing moves once it is seen; so little is a rounding.
    layout_shift=0.001,
)


def run(url, chromium, flags):
    """Return Lighthouse's report on a page, as on a phone with a slow line.

    Raises RuntimeError when Lighthouse fails, and TimeoutError when it does not end.
    """
    categories = ",".join((*FULL, "performance"))
    command = (
        *("node", str(CLI), url, "--quiet", "--output=json", "--no-enable-error-reporting"),
        *(
            "--disable-full-page-screenshot",
            f"--only-categories={categories}",
        ),
        f"--chrome-flags=--headless=new {' '.join(flags)}",
    )
    with subprocess.Popen(
        command,
        env={**os.environ, "CHROME_PATH": chromium},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as started:
        try:
            out, err = started.communicate(timeout=120)
        except subprocess.TimeoutExpired as late:
            raise TimeoutError(f"Lighthouse did not end on {url}") from late
        finally:
            if started.poll() is None:  # this signal makes it end its browser too
                os.killpg(started.pid, signal.SIGINT)
    report = json.loads(out) if out.startswith("{") else {}
    if started.returncode or "runtimeError" in report or not report:
        raise RuntimeError(f"Lighthouse failed on {url}: {report.get('runtimeError') or err}")
    return report


def faults(report):
    """Return what keeps a page from a full score, and steady audits that it fails."""
    audits, found = report["audits"], []
    for name in FULL:
        category = report["categories"][name]
        if category["score"] != 1:
            found.append(f"{name} is {score(report, name)}, not 100")
            found += [
                told(audits[of["id"]])
                for of in category["auditRefs"]
                if of["weight"] and audits[of["id"]]["score"] not in (None, 1)
            ]
    return found + [told(audits[name]) for name in STEADY if audits[name]["score"] not in (None, 1)]


def told(audit):
    """Return an audit's title with the places that it names, one a line."""
    items = audit.get("details", {}).get("items", [])
    places = [(item.get("node") or {}).get("snippet") or json.dumps(item) for item in items[:5]]
    return "\n    ".join([f"{audit['id']}: {audit['title']}", *(text[:200] for text in places)])


def score(report, category):
    """Return the score of a category, 0 to 100; None when Lighthouse could not give one."""
    found = report["categories"][category]["score"]
    return None if found is None else round(found * 100)


def cost(report):
    """Return what a first visit to the page costs."""
    audits = report["audits"]
    return Cost(
        wire_bytes=sum(one["transferSize"] for one in requests(report)),
        requests=len(requests(report)),
        render_blocking=len(audits["render-blocking-insight"].get("details", {}).get("items", [])),
        elements=audits["dom-size-insight"]["numericValue"],
        layout_shift=audits["cumulative-layout-shift"]["numericValue"],
    )


def requests(report):
    """Return what the page asked of its host, the heaviest first."""
    items = report["audits"]["network-requests"]["details"]["items"]
    asked = [one for one in items if not one["url"].startswith("data:")]
    return sorted(asked, key=lambda one: -one["transferSize"])


def too_much(report, most):
    """Return a line for each limit that the page exceeds, then all that it loads."""
    spent = vars(cost(report))
    over = [
        f"{name}: {spent[name]:,}, more than {limit:,}"
        for name, limit in vars(most).items()
        if spent[name] > limit
    ]
    loaded = [f"    {one['transferSize']:,} bytes: {one['url']}" for one in requests(report)]
    return over and over + loaded
