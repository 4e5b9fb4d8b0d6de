"""Cells that run in the page: output, faults, what is left when all goes wrong; and its links."""

from __future__ import annotations

import gzip
import os
import re
import signal

import pytest
from accessible import violations
from learning import ROOT, SLUG, Cell, enter, learning
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LAB = "learn/labs/build-cache/"


def test_every_block_of_code_runs_and_keeps_its_recorded_output(opened):
    tab = opened()
    cells = tab.locator(".adv-cell")
    assert cells.count() == tab.locator(".adv-record").count() > 10
    expect(tab.locator(".adv-record > summary").first).to_have_text(
        re.compile(r"^Recorded \d{4}-\d\d-\d\d$")
    )
    assert tab.locator(".md-content .language-python.highlight").count() == 0


@pytest.mark.always
def test_output_comes_while_the_cell_runs(opened):
    tab = opened()
    cell = Cell(tab)
    cell.write("print('one', flush=True)\nimport time\nfor _ in range(600): time.sleep(0.1)")
    cell.press("Run")
    expect(cell.shown).to_contain_text("one")
    expect(cell.state).to_have_text("Running…")
    cell.press("Stop")
    cell.wait()
    expect(cell.shown).to_contain_text("Stopped.")
    assert "Keyboard" not in cell.shown.inner_text()
    assert cell.run("print(6 * 7)") == "42"


def test_text_tables_pictures_and_errors(opened):
    cell = Cell(opened())
    assert cell.run("'a' * 3") == "'aaa'"
    shown = "from advices.site import Shown\nShown('| A | B |\\n| --- | ---: |\\n| `x` | 2 |')"
    cell.run(shown)
    assert cell.shown.locator("table td").all_inner_texts() == ["x", "2"]
    cell.run("from IPython.display import SVG\nSVG('<svg xmlns=\"http://www.w3.org/2000/svg\"/>')")
    assert cell.shown.locator("img").get_attribute("src").startswith("data:image/svg+xml")
    assert "ZeroDivisionError: division by zero" in cell.run("def f():\n    1 / 0\nf()")
    cell.shown.get_by_text("Where it happened").click()
    expect(cell.shown.locator(".adv-live__error pre")).to_contain_text("in f()")
    assert "\x1b" not in cell.shown.inner_text()
    cell.run("import sys\nfor n in range(3): print('step', n, file=sys.stderr)")
    expect(cell.shown.locator("summary")).to_have_text("step 2")
    expect(cell.shown.locator("details pre")).to_contain_text("step 0")


EVIL = (
    "<script>document.title = 'evil'</script><img src=x onerror=\"document.title='evil'\">"
    '<b onclick="document.title=\'evil\'" style="background:url(/evil)">bold</b>'
    "<a href=\"javascript:document.title='evil'\">link</a><iframe src=/evil></iframe>"
    "<svg><script>document.title='evil'</script><a href=javascript:alert(1)><text>t</text></a>"
    "<use href=/evil /></svg><form action=/evil><input></form><style>*{display:none}</style>"
    "<base href=/evil><meta http-equiv=refresh content='0;/evil'><math><mi>m</mi></math>"
)


def test_html_of_a_cell_is_shown_and_not_executed(opened):
    tab = opened()
    asked = []
    tab.on("request", lambda one: asked.append(one.url))
    cell = Cell(tab)
    cell.run(f"from IPython.display import HTML\nHTML({EVIL!r})")
    html = cell.shown.inner_html()
    for word in (
        "script",
        "onerror",
        "onclick",
        "javascript:",
        "iframe",
        "url(",
        "<form",
        "<style",
    ):
        assert word not in html
    cell.shown.get_by_text("bold").click()
    cell.shown.get_by_text("link").click()
    assert cell.run(f"print({EVIL!r})") == EVIL
    assert tab.title() != "evil"
    assert not [url for url in asked if "evil" in url]


def test_a_cell_that_prints_a_hundred_megabytes_is_cut(opened):
    tab = opened()
    cell = Cell(tab)
    shown = cell.run("for _ in range(1000): print('x' * 100_000)", seconds=120)
    assert "Cut" in shown
    assert len(shown) < 250_000
    assert cell.run("print('still here')") == "still here"


def test_reset_brings_the_code_and_what_was_recorded_back(opened):
    tab = opened()
    cell = Cell(tab, 1)
    record = tab.locator(".adv-record").nth(1)
    before = cell.place.locator("textarea").input_value()
    cell.run("1 + 1")
    expect(record).not_to_have_attribute("open", "")
    cell.press("Reset")
    assert cell.place.locator("textarea").input_value() == before
    expect(record).to_have_attribute("open", "")
    expect(cell.shown).to_be_hidden()


def test_a_kernel_that_dies_is_said_and_the_next_run_has_a_new_one(opened):
    cell = Cell(opened())
    shown = cell.run("x = 1\nimport os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert "The kernel died. What the cells had computed is lost" in shown
    assert "NameError" in cell.run("x")


def test_a_restarted_kernel_has_forgotten(opened):
    tab = opened()
    cell = Cell(tab)
    assert cell.run("y = 1\ny") == "1"
    tab.get_by_role("button", name="Restart the kernel").click()
    expect(tab.locator(".adv-bar__state")).to_contain_text("The kernel is new.")
    assert "NameError" in cell.run("y")


def test_two_tabs_share_the_kernel_and_hear_their_own_cells(opened):
    first, second = opened(), opened()
    Cell(first).run("shared = 'from the first'")
    assert Cell(second).run("shared") == "'from the first'"
    expect(Cell(first).shown).to_have_text("")
    Cell(first).write("for _ in range(30):\n    import time; time.sleep(0.1)\nprint('long')")
    Cell(first).press("Run")
    assert Cell(second).run("print('short')") == "short"
    Cell(first).wait()
    expect(Cell(first).shown).to_have_text("long")


def test_a_browser_that_is_not_known_any_more_is_told(opened):
    tab = opened()
    tab.context.clear_cookies()
    assert "The server does not know this browser any more" in Cell(tab).run("1")


def test_a_server_that_ends_while_a_cell_runs_is_said(chromium, site):
    with learning(site) as server:
        tab = chromium.new_context().new_page()
        enter(tab, server)
        tab.goto(server.base + LAB)
        cell = Cell(tab)
        cell.write("import time\nprint('on', flush=True)\ntime.sleep(600)")
        cell.press("Run")
        expect(cell.shown).to_contain_text("on", timeout=30_000)
        os.kill(server.process.pid, signal.SIGKILL)
        cell.wait()
        expect(cell.shown).to_contain_text("The server is gone. Start `./run learn` again")
        # The page goes on being read, and says the same of every cell.
        assert "The server is gone" in cell.run("1")
        tab.context.close()


def test_an_idle_kernel_is_ended_though_its_page_is_open(chromium, site):
    with learning(site, under=("/", 2)) as server:
        tab = chromium.new_context().new_page()
        enter(tab, server)
        tab.goto(server.base + LAB)
        cell = Cell(tab)
        cell.run("kept = 1")
        script = "async () => (await (await fetch('/api/kernels')).json()).length"
        for _ in range(300):
            if tab.evaluate(script) == 0:
                break
            tab.wait_for_timeout(100)
        assert tab.evaluate(script) == 0
        assert "NameError" in cell.run("kept")
        expect(tab.locator(".adv-bar__state")).to_contain_text("this is a new one")
        tab.context.close()


def test_by_keyboard_alone(opened):
    tab = opened()
    cell = Cell(tab)
    field = cell.place.locator("textarea")
    field.focus()
    tab.keyboard.press("Control+a")
    tab.keyboard.type("print('typed')")
    tab.keyboard.press("Control+Enter")
    cell.wait()
    expect(cell.shown).to_have_text("typed")
    # Tab leaves the field, and the buttons follow.
    for name in ("Run: Cell 1", "Reset: Cell 1"):
        tab.keyboard.press("Tab")
        assert tab.evaluate("document.activeElement.ariaLabel") == name
    tab.keyboard.press("Enter")
    assert field.input_value().startswith("from advices import")


@pytest.mark.parametrize("width", [320, 1440])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_accessible(opened, width, scheme):
    tab = opened(width, scheme)
    Cell(tab).run("print('x' * 500)\n1 / 0")
    Cell(tab, 1).run("from advices.site import Shown\nShown('| a | b |\\n| - | - |\\n| 1 | 2 |')")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(tab) == []


def test_the_same_notebook_opens_in_jupyterlab_where_it_was_asked_for(chromium, site, opened):
    assert opened().get_by_role("link", name="Open in JupyterLab").count() == 0
    with learning(site, "--jupyterlab") as server:
        tab = chromium.new_context().new_page()
        enter(tab, server)
        tab.goto(server.base + LAB)
        link = tab.get_by_role("link", name="Open in JupyterLab").get_attribute("href")
        assert link == f"{server.base}lab/tree/notebooks/build-cache.ipynb"
        tab.goto(link)
        expect(tab.locator(".jp-Notebook")).to_be_visible(timeout=60_000)
        tab.context.close()


def test_the_published_page_has_nothing_that_runs(tab, address):
    asked = []
    tab.on("request", lambda one: asked.append(one.url))
    tab.goto(f"{address}/labs/build-cache/", wait_until="load")
    assert tab.locator(".adv-cell, .adv-bar").count() == 0
    assert tab.locator(".language-python.highlight").count() > 10
    expect(tab.locator(".adv-from").first).to_contain_text("Measured")
    assert not [url for url in asked if "learn" in url or not url.startswith(address)]


def test_the_client_stays_small():
    client = ROOT / "src" / "advices" / "learn" / "client"
    # Next to them are the licences of the editor, which no page loads.
    files = [file for file in sorted(client.iterdir()) if file.suffix in (".css", ".js")]
    assert len(files) > 3
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < 50_000


def test_a_page_that_is_not_there_has_its_look_and_its_links(opened, server):
    tab = opened()
    missing = []
    tab.on("response", lambda one: missing.append(one.url) if one.status == 404 else None)
    tab.goto(f"{server.base}learn/chapters/nowhere/")
    assert missing == [f"{server.base}learn/chapters/nowhere/"]
    tab.locator(".md-content a[href*='build-cache']").first.click()
    expect(tab).to_have_url(f"{server.base}learn/chapters/build-cache/")


def test_the_front_page_leads_to_the_first_exercise_that_is_not_solved(opened, server):
    tab = opened()
    tab.goto(f"{server.base}learn/")
    link = tab.get_by_role("region", name="This site runs").get_by_role("link")
    expect(link).to_have_text("Order for the cache")
    tab.evaluate(
        """document.dispatchEvent(
             new CustomEvent("advices:solved", { detail: { slug: "build-cache" } }))"""
    )
    expect(link).to_have_text("Lock and install")
    link.click()
    expect(tab).to_have_url(re.compile("/learn/chapters/lock-and-install/#exercise$"))


def test_a_lab_page_says_where_one_is_too(opened):
    tab = opened(path=f"learn/labs/{SLUG}/")
    where = tab.locator(".adv-where")
    expected = "Exercise 9 of 14 · 0 solved · Next: Take the configuration from the environment"
    expect(where).to_have_text(expected)
    where.get_by_role("link", name="Exercise 9 of 14").click()
    expect(tab).to_have_url(re.compile(rf"/learn/chapters/{SLUG}/#exercise$"))


SAME = """async (client) => {
    const { fromHtml } = await import(client);
    const changed = [];
    for (const shown of document.querySelectorAll("figure, .md-content table")) {
        const copy = fromHtml(shown.outerHTML).firstElementChild;
        const [is, was] = [copy, shown].map((one) => one.outerHTML.match(/<[^>]*>/g));
        changed.push(...was.filter((tag, at) => tag !== is[at]).slice(0, 3));
    }
    return changed;
}"""


@pytest.mark.parametrize("page", ["labs/build-cache/", "labs/base-image/", "labs/web-scan/"])
def test_what_the_toolkit_draws_passes_whole(opened, server, page):
    tab = opened(path=f"learn/{page}")
    assert tab.locator("figure svg").count() > 0
    assert tab.evaluate(SAME, f"{server.base}learn-client/html.js") == []
