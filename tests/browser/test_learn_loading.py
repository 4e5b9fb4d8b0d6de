"""A live page that is loaded: what is broken off on its way to it, and what waited before."""

from __future__ import annotations

import pytest
from learning import SLUG, Cell
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LAB = "learn/labs/build-cache/"
# As Chromium does with what it loads when a container's network comes or goes.
BROKEN_OFF = "internetdisconnected"


@pytest.mark.parametrize("lost", ["learn.js", "cell.js", "learn.css"])
def test_what_was_broken_off_while_the_page_was_loaded_is_fetched_again(opened, server, lost):
    tab, broken = opened(), []

    def first_two(route):
        if len(broken) < 2:
            broken.append(route.request.url)
            route.abort(BROKEN_OFF)
        else:
            route.continue_()

    # What the browser kept of the first load is asked for again too.
    tab.route(f"**/learn-client/**{lost}*", first_two)
    tab.reload()
    expect(tab.locator(".adv-cell").first).to_be_visible()
    expect(tab.locator(".adv-bar").first).to_have_css("display", "flex")
    assert len(broken) == 2


def test_a_page_whose_scripts_never_come_says_so_and_ends_asking(opened, server):
    tab, asked = opened(), []
    tab.route("**/learn-client/**cell.js", lambda route: asked.append(1) or route.abort())
    tab.reload()
    expect(tab.get_by_role("alert").first).to_contain_text("did not load")
    assert len(asked) == 7
    assert tab.locator(".adv-cell").count() == 0


def test_a_fault_of_the_scripts_is_told_and_runs_nothing_twice(chromium, server, let_in):
    context = chromium.new_context()
    context.add_cookies(let_in)
    tab, faults = context.new_page(), []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    script = "window.advicesLive = true; window.ran = (window.ran ?? 0) + 1; null.gone;"
    tab.route(
        "**/learn-client/**learn.js",
        lambda route: route.fulfill(body=script, content_type="text/javascript"),
    )
    tab.goto(server.base + LAB)
    tab.wait_for_load_state("networkidle")
    assert (tab.evaluate("window.ran"), len(faults)) == (1, 1)
    context.close()


def test_a_run_survives_requests_and_lines_that_break_off(opened, server):
    # A lab that no kernel runs for yet, so that its line is laid below.
    tab, lines, broken = opened(path="learn/labs/twelve-factor/"), [], []

    def line(socket):
        server_side = socket.connect_to_server()
        lines.append(socket)
        # The first request to run something is lost with its line.
        if len(lines) == 1:
            socket.on_message(lambda _: lines.append("lost") or socket.close())
        else:
            socket.on_message(server_side.send)

    def every_other(route):
        broken.append(1)
        route.abort(BROKEN_OFF) if len(broken) % 2 else route.continue_()

    tab.route_web_socket("**/channels*", line)
    tab.route("**/api/sessions*", every_other)
    tab.route("**/learn-runs/*", every_other)
    cell = Cell(tab)
    cell.write("print(6 * 7)")
    assert cell.run("print(6 * 7)") == "42"
    assert "lost" in lines
    assert len(broken) > 3


def test_a_cell_that_waited_when_the_page_was_reloaded_says_that_it_did_not_run(opened):
    tab = opened(path=f"learn/labs/{SLUG}/")
    first, second = Cell(tab), Cell(tab, 1)
    first.write("import time\nfor _ in range(600): time.sleep(0.1)")
    first.press("Run")
    expect(first.state).to_have_text("Running…")
    second.write("print('later')")
    second.press("Run")
    expect(second.state).to_contain_text("Waiting for cell 1")
    tab.reload()
    expect(second.state).to_have_text("Not run: the page was loaded again while this one waited.")
    assert second.place.locator("textarea").input_value() == "print('later')"
    first.press("Stop")
    first.wait()
    tab.reload()
    expect(first.state).to_contain_text("Ended after")
    expect(second.state).to_have_text("")
