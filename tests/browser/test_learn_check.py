"""A check in the page while it goes on: for what it waits, claims as they are decided.

What it waits for and what it finds are made up: nothing is built.
"""

from __future__ import annotations

import re

import pytest
from accessible import violations
from learning import Cell, enter
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LAB, CHAPTER = "learn/labs/non-root/", "learn/chapters/non-root/"
# A cell of the lab's page has the same kernel as the chapter's exercise.
MADE_UP = """
import datetime, pathlib, time
from advices.core import EngineLost, Waiting
from advices.notebooks.session import tell
from advices.learn import cells as _cells
from advices.results.exercise import Checked, Pending, Row
USER = Row('PID 1 is not root.', False, '0', '1000', 'at least 1')
PAGE = Row('It shows the page.', True, 'a page', 'a page', 'the same')
WHEN = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)
class _Session:
    scratch = pathlib.Path({scratch!r})
    def checked(self, file, *, build_seconds, told, again):
        text = file.read_text()
        if 'unchanged' in text and not again:
            return Checked((PAGE,), (), measured=WHEN)
        if 'waits' in text:
            tell(Waiting('`advices run` (process 7 of anna) is at work', WHEN.isoformat()))
            time.sleep(600 if 'long' in text else 3)
            tell('it goes on')
        if 'another page' in text:
            lines = ['--- theirs', '+++ yours', '@@ -1 +1 @@', '-<b>a</b>', '+<i>b</i>', ' same']
            return Checked((USER,), (), difference=chr(10).join(lines))
        told((Pending(PAGE.says), USER))
        for _ in range(600 if 'slow' in text else 0):
            time.sleep(0.1)
        if 'fails' in text:
            raise EngineLost('it is gone')
        return Checked((PAGE, USER), ())
_cells._session.cache_clear()
_cells.open_lab = lambda slug: _Session()
"""


@pytest.fixture(scope="module")
def tab(chromium, server, tmp_path_factory):
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    lab = context.new_page()
    enter(lab, server)
    lab.goto(server.base + LAB)
    Cell(lab).run(MADE_UP.replace("{scratch!r}", repr(str(tmp_path_factory.mktemp("scratch")))))
    lab.close()
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(server.base + CHAPTER)
    expect(page.locator(".adv-cell").first).to_be_visible()
    yield page
    context.close()
    assert faults == []


def test_a_claim_is_shown_as_soon_as_it_is_decided(tab):
    cell = Cell(tab)
    cell.write("slow")
    cell.press("Check")
    claims = cell.shown.locator("li")
    expect(claims).to_have_text(
        [
            "Being measured: It shows the page.",
            re.compile(r"Not met: PID 1 is not root\. Yours: 0\. Solution: 1000\."),
        ]
    )
    expect(cell.state).to_have_text("Running…")
    assert violations(tab) == []
    tab.reload()
    expect(claims.last).to_contain_text("Not met: PID 1 is not root.")
    cell.press("Stop")
    cell.wait()
    expect(claims).to_have_count(1)
    expect(cell.shown).to_contain_text("Stopped.")


def test_the_verdict_takes_the_place_of_what_was_decided_before_it(tab):
    cell = Cell(tab)
    cell.run("right", verb="Check")
    expect(cell.shown.locator("li")).to_have_count(2)
    expect(cell.shown.locator(".adv-verdict")).to_have_count(1)
    # The page keeps it for another day in the same form.
    tab.reload()
    expect(cell.shown.locator("li")).to_have_count(2)


def test_after_a_fault_nothing_is_said_to_be_measured(tab):
    cell = Cell(tab)
    assert "it is gone" in cell.run("fails", verb="Check")
    expect(cell.shown.locator("li")).to_have_count(1)


def test_what_was_not_measured_again_says_so_and_can_be(tab):
    cell = Cell(tab)
    shown = cell.run("unchanged", verb="Check")
    assert "Unchanged, so not measured again: this is what it was on 2026-01-02 at " in shown
    assert violations(tab) == []
    cell.shown.get_by_role("button", name="Measure again").click()
    expect(cell.shown.locator("li.adv-unmet")).to_have_count(1)
    cell.wait()
    assert "not measured again" not in cell.shown.inner_text()
    cell.run("unchanged", verb="Check")
    expect(cell.shown.locator(".adv-measured")).to_be_visible()
    # Found again after a reload, it can still be measured.
    tab.reload()
    cell.shown.get_by_role("button", name="Measure again").click()
    expect(cell.shown.locator("li.adv-unmet")).to_have_count(1)
    cell.wait()
    cell.press("Reset")


def test_pages_are_compared_line_by_line_and_nothing_of_them_is_executed(tab):
    cell = Cell(tab)
    shown = cell.run("another page", verb="Check")
    assert "How your page differs from the solution's" in shown
    lines = cell.shown.locator(".adv-differs")
    assert lines.inner_text().split("\n")[3:6] == ["-<b>a</b>", "+<i>b</i>", " same"]
    assert lines.locator("b, i").count() == 0
    assert violations(tab) == []


def test_it_says_for_whom_a_check_waits_and_since_when(tab):
    cell = Cell(tab)
    cell.write("waits long")
    cell.press("Check")
    waits = cell.shown.locator(".adv-waiting")
    expect(waits).to_contain_text("Waiting: `advices run` (process 7 of anna) is at work, since ")
    expect(waits).to_contain_text("Stop ends the wait.")
    first = waits.locator(".adv-seconds").inner_text()
    expect(waits.locator(".adv-seconds")).not_to_have_text(first)
    assert violations(tab) == []
    tab.reload()
    expect(waits).to_contain_text("process 7 of anna")
    cell.press("Stop")
    cell.wait()
    expect(waits).to_have_count(0)
    expect(cell.shown).to_contain_text("Stopped.")


def test_what_goes_on_is_not_said_to_wait(tab):
    cell = Cell(tab)
    cell.write("waits")
    cell.press("Check")
    expect(cell.shown.locator(".adv-waiting")).to_have_count(1)
    cell.wait()
    expect(cell.shown.locator(".adv-waiting")).to_have_count(0)
    expect(cell.shown.locator("li")).to_have_count(2)
    cell.press("Reset")


def test_the_page_says_which_images_are_prepared_and_asks_for_its_own_first(tab):
    asked = []
    told = {
        **{"state": "preparing", "says": "the stand-in for x: [2/7] RUN y", "seconds": 60},
        **{"what": "the base images of non-root", "part": 2, "parts": 11, "part_seconds": 5},
    }

    def answer(route):
        asked.append(route.request.url)
        route.fulfill(json=told)

    tab.route("**/learn-preparing*", answer)
    tab.reload()
    line = tab.locator(".adv-bar__preparing")
    expect(line).to_contain_text(
        "Preparing, for 60 s now. Part 2 of 11: the base images of non-root"
    )
    expect(line).to_contain_text("for 5 s. the stand-in for x: [2/7] RUN y. Read on")
    expect(line).to_contain_text("Preparing, for 61 s now.")
    assert asked[0].endswith("learn-preparing?lab=non-root")
    told["state"] = "ready"
    expect(line).to_be_hidden()
    tab.unroute("**/learn-preparing*")


def test_a_check_waits_until_the_engine_is_started(tab):
    told = {"state": "preparing", "says": "", "seconds": 3, "starts_engine": True}
    tab.route("**/learn-preparing*", lambda route: route.fulfill(json=told))
    tab.reload()
    cell = Cell(tab)
    cell.write("right")
    cell.press("Check")
    waits = cell.shown.locator(".adv-waiting")
    expect(waits).to_contain_text("Waiting: the Docker engine is being started.")
    cell.press("Stop")
    cell.wait("Not run: stopped before it began.")
    expect(waits).to_have_count(0)
    cell.press("Check")
    expect(waits).to_have_count(1)
    told["starts_engine"] = False
    cell.wait("Done in")
    expect(waits).to_have_count(0)
    tab.unroute("**/learn-preparing*")
    cell.press("Reset")


@pytest.fixture
def bar(tab):
    """What the page says of the kernel, before there is one."""
    tab.get_by_role("button", name="Restart the kernel").wait_for()
    tab.evaluate(
        """async () => {
            const xsrf = /_xsrf=([^;]+)/.exec(document.cookie)[1];
            const base = location.pathname.split("learn/")[0];
            for (const { id } of await (await fetch(base + "api/kernels")).json())
                await fetch(base + "api/kernels/" + id,
                            { method: "DELETE", headers: { "X-XSRFToken": xsrf } });
        }"""
    )
    tab.reload()
    bar = tab.locator(".adv-bar__state")
    expect(bar).to_contain_text("No kernel runs yet")
    return bar


def test_who_begins_to_write_has_a_kernel_when_the_check_is_asked_for(tab, bar):
    Cell(tab).write("FROM x")
    expect(bar).to_contain_text("The kernel is idle.")
    Cell(tab).press("Reset")


def test_a_kernel_that_writing_and_checking_ask_for_at_once_is_no_second_one(tab, bar):
    cell = Cell(tab)
    cell.write("# no FROM")
    cell.press("Check")
    cell.wait()
    expect(bar).to_contain_text("The kernel is idle.")
    expect(bar).not_to_contain_text("new one")
    cell.press("Reset")
