"""What the page knows of its kernel: after a reload, in a second tab, behind another cell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from accessible import violations
from learning import LONG, ROOT, Cell, begin, deaf_to, enter
from playwright.sync_api import expect

from advices.lab import labfile

pytestmark = pytest.mark.browser
LAB = "learn/labs/build-cache/"
CHAPTER = "learn/chapters/non-root/"


@pytest.fixture(scope="module")
def browser(chromium, server):
    """One browser with its tabs, which was let in."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    tab = context.new_page()
    enter(tab, server)
    tab.close()
    yield context
    context.close()


@pytest.fixture
def opened(browser, server):
    """Open a tab; all are closed at the end, and no kernel is left."""
    faults, tabs = [], []

    def opener(path: str = LAB):
        tab = browser.new_page()
        tabs.append(tab)
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.goto(server.base + path)
        expect(tab.locator(".adv-cell").first).to_be_visible()
        return tab

    yield opener
    tabs[-1].evaluate(
        """async (base) => {
            const xsrf = /_xsrf=([^;]+)/.exec(document.cookie)[1];
            for (const { id } of await (await fetch(base + "api/kernels")).json())
                await fetch(base + "api/kernels/" + id,
                            { method: "DELETE", headers: { "X-XSRFToken": xsrf } });
        }""",
        server.base,
    )
    for tab in tabs:
        tab.close()
    assert faults == []


def bar(tab):
    return tab.locator(".adv-bar__state")


def test_a_page_says_what_its_kernel_does(opened):
    tab = opened()
    expect(bar(tab)).to_contain_text("No kernel runs yet")
    begin(Cell(tab, 2))
    expect(bar(tab)).to_contain_text(re.compile(r"runs cell 3 since \d\d:\d\d:\d\d"))
    expect(bar(tab).get_by_role("timer")).to_have_text(re.compile("^[1-9] s$"))
    Cell(tab, 2).press("Stop")
    Cell(tab, 2).wait()
    expect(bar(tab)).to_contain_text("The kernel is idle.")


EVERY_SEVENTH_LINE = deaf_to(r"/^\d*7\n$/.test(content.text ?? '')")


def counting(ends: Path) -> str:
    """Return code that counts on while a test looks, until a file is there."""
    return (
        "print('begun', flush=True)\nimport itertools, pathlib, time\n"
        "for n in itertools.count():\n"
        f"    if pathlib.Path({str(ends)!r}).exists(): break\n"
        "    time.sleep(0.1)\n"
        "    print(n, flush=True)"
    )


def counted(cell: Cell) -> bool:
    """Return whether a cell shows each number once: nothing is lost, nothing is there twice."""
    begun, *numbers = cell.shown.inner_text().split()
    return begun == "begun" and numbers == [str(n) for n in range(len(numbers))]


def test_what_is_not_heard_while_a_page_is_loaded_again_is_there_at_the_end(opened, tmp_path):
    tab = opened()
    begin(Cell(tab, 1), counting(tmp_path / "ends"))
    tab.add_init_script(EVERY_SEVENTH_LINE)
    tab.reload()
    tab.locator("html[data-deaf]").wait_for()
    (tmp_path / "ends").touch()
    Cell(tab, 1).wait()
    assert counted(Cell(tab, 1))


def test_a_running_cell_is_found_again_after_a_reload(opened, tmp_path):
    tab = opened()
    text = counting(tmp_path / "ends")
    begin(Cell(tab, 1), text)
    for _ in range(2):
        tab.reload()
        cell = Cell(tab, 1)
        expect(cell.state).to_have_text("Running…")
        expect(cell.shown).to_contain_text("begun")
        assert cell.place.locator("textarea").input_value() == text
        expect(bar(tab)).to_contain_text("runs cell 2 since")
    (tmp_path / "ends").touch()
    cell.wait()
    expect(cell.state).to_have_text(re.compile(r"^Done in \d+\.\d s\."))
    assert counted(cell)
    shown = cell.shown.inner_text()
    tab.reload()
    expect(cell.state).to_contain_text("Done in")
    assert cell.shown.inner_text() == shown


def test_what_runs_can_be_stopped_after_a_reload(opened):
    tab = opened()
    begin(Cell(tab))
    tab.reload()
    cell = Cell(tab)
    cell.press("Stop")
    cell.wait()
    expect(cell.shown).to_contain_text("Stopped.")
    expect(cell.state).to_have_text(re.compile("^Not finished: stopped after"))


def test_a_kernel_is_restarted_after_a_reload(opened):
    tab = opened()
    Cell(tab).run("z = 1")
    begin(Cell(tab, 1))
    tab.reload()
    expect(Cell(tab, 1).state).to_have_text("Running…")
    tab.get_by_role("button", name="Restart the kernel").click()
    expect(bar(tab)).to_contain_text("The kernel is new.", timeout=20_000)
    expect(Cell(tab, 1).state).to_have_text("Not finished.")
    assert "NameError" in Cell(tab).run("z")


def test_no_kernel_is_said_to_be_new_where_none_runs(opened):
    tab = opened()
    tab.get_by_role("button", name="Restart the kernel").click()
    expect(bar(tab)).to_contain_text("There is no kernel to restart.")


def test_a_second_tab_knows_what_the_first_one_runs_and_can_stop_it(opened):
    first, second = opened(), opened()
    # With a lab there, no other cell makes the first one run.
    begin(Cell(first), "lab = 1\n" + LONG)
    expect(bar(second)).to_contain_text("The kernel runs cell 1 of another tab since")
    expect(Cell(second).shown).to_be_hidden()
    second.get_by_role("button", name="Stop what the kernel runs").click()
    Cell(first).wait()
    expect(Cell(first).shown).to_contain_text("Stopped.")
    expect(bar(second)).to_contain_text("The kernel is idle.")
    # A third one, which comes while it runs, shows it too.
    begin(Cell(first, 1))
    third = opened()
    expect(Cell(third, 1).state).to_have_text("Running…")
    expect(Cell(third, 1).shown).to_contain_text("begun")
    Cell(third, 1).press("Stop")
    Cell(first, 1).wait()
    Cell(third, 1).wait()


def test_stop_takes_a_waiting_cell_out_and_interrupts_no_other(opened):
    first, second = opened(), opened()
    begin(Cell(first))
    for cell in (Cell(first, 1), Cell(second, 1)):
        cell.write("print('ran')")
        cell.press("Run")
        expect(cell.state).to_contain_text("Waiting for cell 1")
        cell.press("Stop")
        expect(cell.state).to_have_text("Not run: taken out before it began.")
    expect(Cell(first).state).to_have_text("Running…")
    assert Cell(second, 1).shown.inner_text() == ""
    Cell(first).press("Stop")
    Cell(first).wait()
    assert Cell(second, 1).run() == "ran"


def test_what_waits_behind_a_cell_that_fails_is_not_run_and_says_so(opened):
    tab = opened()
    Cell(tab).write("import time; time.sleep(2); 1 / 0")
    Cell(tab).press("Run")
    waiting = Cell(tab, 1)
    waiting.write("print('ran')")
    waiting.press("Run")
    expect(waiting.state).to_have_text("Not run: Cell 1 failed before it.")
    assert waiting.shown.inner_text() == ""


def test_a_restart_in_one_tab_is_known_in_the_others(opened):
    first, second = opened(), opened()
    begin(Cell(first))
    second.get_by_role("button", name="Restart the kernel").click()
    Cell(first).wait(20)
    expect(Cell(first).shown).to_contain_text("What the cells had computed is lost")
    expect(bar(first)).to_contain_text("The kernel is idle.", timeout=10_000)
    assert Cell(first).run("print(1)") == "1"


def test_lines_that_are_written_over_outputs_that_are_cleared_and_displays_that_change(opened):
    cell = Cell(opened())
    over = "import sys, time\nfor n in range(4): print(f'\\r{n} of 3', end='', flush=True)\n"
    assert cell.run(over + "print('\\rabc\\rX')") == "Xbcf 3"
    cell.run(over.replace("flush", "file=sys.stderr, flush"))
    expect(cell.shown.locator("summary")).to_have_text("3 of 3")
    expect(cell.shown.locator("details pre")).to_have_text("3 of 3")
    shown = "from IPython.display import *\nprint('old'); clear_output(wait=True); print('new')"
    assert cell.run(shown) == "new"
    assert cell.run("print('old'); clear_output()") == ""
    changed = "h = display('a', display_id='x'); print('between'); h.update(HTML('<b>b</b>'))"
    assert cell.run(changed).split() == ["b", "between"]
    tab = cell.tab
    Cell(tab, 1).run("h.update(HTML('<i>c</i>'))")
    expect(cell.shown.locator("i")).to_have_text("c")
    tab.reload()
    assert cell.shown.locator("i").inner_text() == "c"


def test_a_foreseeable_fault_is_told_in_words(opened):
    cell = Cell(opened())
    shown = cell.run("from advices import open_lab\nopen_lab('nowhere')")
    assert "Next:" in shown
    for word in ("LabInvalid", "Traceback", "AdvicesError"):
        assert word not in shown
    expect(cell.state).to_contain_text("Ended after")


FOUND = """
from advices.learn import cells as _cells
from advices.results.exercise import Checked, Row
_row = Row('PID 1 is not root.', False, '0', '1000', 'at least 1')
def _told(slug, text):
    import time; time.sleep({seconds})
    return cells_Verdict(Checked((_row,), ()))
cells_Verdict = _cells.Verdict
_cells.check = _told
"""


def test_the_last_verdict_stays_and_says_when_the_text_is_another_one(opened):
    lab = opened("learn/labs/non-root/")
    # The chapter's exercise has the same kernel. What a check finds is given, so that none builds.
    Cell(lab).run(FOUND.format(seconds=3))
    tab = opened(CHAPTER)
    cell, older = Cell(tab), tab.locator(".adv-older")
    cell.write("FROM scratch")
    cell.press("Check")
    expect(cell.state).to_have_text("Running…")
    expect(bar(lab)).to_contain_text("The kernel runs the check of the exercise of another tab")
    tab.reload()
    expect(cell.state).to_have_text("Running…")
    cell.wait()
    expect(cell.shown).to_contain_text("PID 1 is not root.")
    expect(older).to_be_hidden()
    tab.close()
    # In a new tab, with a kernel that is a new one.
    lab.get_by_role("button", name="Restart the kernel").click()
    expect(bar(lab)).to_contain_text("The kernel is new.", timeout=20_000)
    tab = opened(CHAPTER)
    cell, older = Cell(tab), tab.locator(".adv-older")
    expect(cell.shown).to_contain_text("PID 1 is not root.")
    expect(cell.state).to_contain_text("Checked on 20")
    assert cell.place.locator("textarea").input_value() == "FROM scratch"
    expect(older).to_be_hidden()
    cell.write("FROM debian")
    expect(older).to_contain_text("about another text")
    cell.press("Reset")
    expect(older).to_be_hidden()
    tab.reload()
    expect(cell.shown).to_be_hidden()
    start = labfile.read(ROOT / "labs", "non-root").its_exercise().dockerfile("bad")
    assert cell.place.locator("textarea").input_value() == start.read_text("utf-8").strip()


def test_words_are_those_of_the_page(opened, server):
    tab = opened(CHAPTER)
    tab.set_viewport_size({"width": 320, "height": 900})
    tab.reload()
    expect(tab.locator(".adv-cell").first).to_be_visible()
    assert violations(tab) == []
    assert "check-exercise" not in tab.locator(".md-content").inner_text()
    assert "press Check" in tab.locator(".md-content").inner_text()
    tab.goto(f"{server.base}learn/")
    expect(tab.get_by_role("region", name="This site runs")).to_contain_text("This site is live")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(tab) == []
