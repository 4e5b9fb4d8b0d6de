"""What a scanned site and its scanner say is foreign: on a page it is text, and no more."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import checks
import factory
import pytest
from serving import served

from advices import results
from advices.lab.scans import Scan, not_run
from advices.scanners import wapiti, zap

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
URL = "http://site:8000/"
HOSTILE = (
    "<script>ran('script')</script>",
    "<img src=x onerror=\"ran('onerror')\">",
    "</code></td></tr></table><script>ran('out of the table')</script>",
    "'\"><svg onload=ran('onload')><b onmouseover=ran('over')>",
    "<iframe src=\"javascript:parent.ran('iframe')\"></iframe>",
    "<style onload=ran('style')></style><details open ontoggle=ran('toggle')>",
    "<script src=https://evil.example/x.js></script>",
    "&lt;script&gt;ran('entity')&lt;/script&gt; &#60;script>",
    "[a link](javascript:ran('link)') ![x](https://evil.example/x.png) <javascript:ran(1)>",
    "`code` | another cell | **bold** {onclick=ran('attribute')} { .adv-value onclick=ran() }",
    "{{ 7 * 7 }} {% raw %} {# gone #} {{ measure('nothing') }} \\<script>",
)


def of_wapiti(text):
    """What is read of a report of Wapiti with `text` wherever text can stand."""
    finding = {"method": text, "path": text, "info": text, "level": 3, "parameter": text}
    report = {
        "infos": {"version": f"Wapiti {text}", "target": URL, "crawled_pages_nbr": 1},
        "vulnerabilities": {text: [finding]},
        "anomalies": {},
        "additionals": {},
        "classifications": {text: {"sol": text}},
    }
    return wapiti.read(json.dumps(report).encode(), URL, "")


def of_zap(text):
    """What is read of a report of ZAP, likewise."""
    instance = {"uri": text, "method": text, "param": text, "evidence": text}
    alert = {"pluginid": text, "alert": text, "riskcode": "2", "confidence": "3", "cweid": text}
    alert |= {"solution": f"<p>{text}</p>", "instances": [instance]}
    site = {"@name": text, "@host": "site", "alerts": [alert]}
    report = {"@version": text, "site": [site]}
    return zap.read(json.dumps(report).encode(), URL, "Job spider found 1 URLs")


def scan(name, read, text):
    found = read(text)
    return Scan(
        scanner=name,
        ran=True,
        version=found.version,
        image=text,
        date=text,
        urls=found.urls,
        alerts=found.alerts,
    )


def result(slug, text):
    """A result whose bad variant was scanned by both, and whose good one was not."""
    scans = (scan("wapiti", of_wapiti, text), scan("zap", of_zap, text))
    made = factory.result(slug)
    bad = made.variants["bad"].model_copy(update={"scans": scans})
    good = made.variants["good"].model_copy(update={"scans": (not_run("zap", text),)})
    return made.model_copy(update={"variants": {"bad": bad, "good": good}})


def page(slug, found):
    """A page with every macro about scans."""
    macros = [f'scanners("{slug}")', f'alerts("{slug}", ["bad", "good"])']
    macros.append(f'measures("{slug}", ["wapiti_rules", "zap_rules", "zap_high"], ["bad"])')
    for one in found.variants["bad"].scans:
        rule = json.dumps(one.rules()[0])  # written by the author of a page, not by a scanner
        macros.append(f'alert("{slug}", "bad", "{one.scanner}", {rule})')
    return "# Page\n\n" + "".join(f"{{{{ {macro} }}}}\n\n" for macro in macros)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The address of a site with a page, and a lab, for each hostile text."""
    root = tmp_path_factory.mktemp("hostile")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    settings = re.sub(r"^nav:\n(?:[ ].*\n)+", "", settings, flags=re.M)
    (root / "mkdocs.yml").write_text(settings, "utf-8")
    for folder in ("overrides", "labs/app", "labs/exercise-app", "docs/assets"):
        shutil.copytree(ROOT / folder, root / folder)
    for folder in ("docs/labs", "src/advices"):
        (root / folder).mkdir(parents=True)
    for number, text in enumerate(HOSTILE):
        slug = f"hostile-{number}"
        found = result(slug, text)
        results.save(root / "docs/results", found)
        shutil.copytree(ROOT / "labs/web-scan", root / "labs" / slug)
        (root / f"docs/labs/{slug}.md").write_text("# Lab\n\n## Provenance\n", "utf-8")
        (root / f"docs/{slug}.md").write_text(page(slug, found), "utf-8")
    (root / "docs/index.md").write_text("# Home\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with served(root / "site") as address:
        yield address


ACTIVE = """article => [...article.querySelectorAll("*")].filter(e =>
    e.matches("script, iframe, img, td svg, td style, td details, td b")
    || (e.tagName == "A" && e.protocol != "http:")
    || e.getAttributeNames().some(name => name.startsWith("on"))
).map(e => e.outerHTML)"""


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_what_a_scanner_reports_is_shown_and_runs_nothing(hostile, tab, number):
    faults = checks.watch(tab)
    tab.add_init_script("window.heard = []; window.ran = what => heard.push(what)")
    tab.goto(f"{hostile}/hostile-{number}/", wait_until="load")
    assert tab.locator("article table").count() == 5
    assert tab.evaluate("heard") == []
    assert faults == []
    assert tab.locator("article").evaluate(ACTIVE) == []
    shown = [" ".join(cell.split()) for cell in tab.locator("article td").all_inner_texts()]
    # In every place but one, what ZAP advises: that is HTML, and loses its tags.
    assert sum(HOSTILE[number] in cell for cell in shown) >= 17, shown
