"""An exercise in the page, on the real engine: a mistake gets its own hint, the solution solves."""

from __future__ import annotations

import os
import subprocess
import threading
import uuid
from pathlib import Path

import pytest
from learning import ROOT, Cell, arrive, enter, learning
from playwright.sync_api import expect

from advices.core.process import poll
from advices.lab import labfile

pytestmark = [pytest.mark.browser, pytest.mark.engine]
CHAPTER = "learn/chapters/non-root/"
BUILD_SECONDS = 300


@pytest.fixture(scope="module")
def tab(chromium, site):
    with learning(site, prepare=True) as server:
        context = chromium.new_context(viewport={"width": 1440, "height": 900})
        page = context.new_page()
        enter(page, server)
        arrive(lambda: page.goto(server.base + CHAPTER))
        page.locator(".adv-cell").wait_for()
        page.evaluate(
            "document.addEventListener('advices:solved', (event) => (window.solved = event.detail))"
        )
        yield page
        context.close()


@pytest.mark.always
def test_a_dockerfile_is_mended_in_the_page(tab):
    lab = labfile.read(ROOT / "labs", "non-root").its_exercise()
    known = {mistake.id: mistake for mistake in lab.mistakes}
    # No answer that this machine kept of the same text: it would show no progress.
    good = f"{lab.dockerfile('good').read_text('utf-8')}# {uuid.uuid4()}\n"
    cell = Cell(tab)
    start = lab.dockerfile("bad").read_text("utf-8").strip()
    assert cell.place.locator("textarea").input_value() == start

    cell.write(known["user-root"].applied(good))
    cell.press("Check")
    # Progress comes while it builds.
    expect(cell.shown.locator("summary")).to_contain_text("yours", timeout=BUILD_SECONDS * 1000)
    cell.wait(BUILD_SECONDS)
    unmet = cell.shown.locator("li.adv-unmet")
    expect(unmet).to_have_count(2)
    expect(unmet.first).to_contain_text("PID 1 is not root.")
    hint = cell.shown.locator(".adv-hint")
    expect(hint.locator("li")).to_contain_text(["PID 1 is not root. Measured: User"])
    for _ in range(2):
        hint.get_by_role("button", name="Next hint").click()
    line = known["user-root"].applied(good).splitlines().index("USER root") + 1
    expect(hint.locator("li").nth(1)).to_have_text(
        f"Hint: Look at the USER in line {line} of your Dockerfile."
    )
    expect(hint.locator("li").last).to_have_text(
        f"Hint: In line {line}, USER root: {known['user-root'].hint}"
    )

    # What does not build says so, with the hint of the mistake that it is.
    shown = cell.run(known["user-too-early"].applied(good), verb="Check", seconds=BUILD_SECONDS)
    assert "pip install" in shown
    assert known["user-too-early"].hint not in shown
    for _ in range(2):
        hint.get_by_role("button", name="Next hint").click()
    expect(hint).to_contain_text(known["user-too-early"].hint)
    expect(hint).to_contain_text("Look at the RUN in line")
    assert tab.evaluate("window.solved") is None

    # Of a container that ends it is told how, and nothing else is guessed at.
    dies = f'{good}\nCMD ["python", "-c", "1/0"]\n'
    shown = cell.run(dies, verb="Check", seconds=BUILD_SECONDS)
    assert "ended with exit code 1 after" in shown
    assert "ZeroDivisionError: division by zero" in shown
    assert cell.shown.locator(".adv-hint").count() == 0

    shown = cell.run(good, verb="Check", seconds=BUILD_SECONDS)
    assert "Solved: every claim is met." in shown
    expect(cell.shown.locator("li.adv-met")).to_have_count(len(lab.claims) + len(lab.keeps))
    assert tab.evaluate("window.solved") == {"slug": "non-root"}

    arrive(tab.reload)
    marks = tab.locator(".md-nav--primary .adv-done[aria-label*='exercise solved']")
    expect(marks.first).to_be_attached()
    assert cell.place.locator("textarea").input_value() == good, "the draft is kept"
    cell.press("Reset")
    assert cell.place.locator("textarea").input_value() == start, "the file was left alone"
    cell.press("Undo reset")
    assert cell.place.locator("textarea").input_value() == good
    expect(cell.shown).to_contain_text("Solved: every claim is met.")
    cell.press("Reset")


def test_a_check_that_is_stopped_while_it_builds_leaves_nothing(tab):
    cell = Cell(tab)
    field = cell.place.locator("textarea").input_value()
    cell.write(field.replace("COPY . .", "RUN sleep 300\nCOPY . ."))
    cell.press("Check")
    # The line that stays: those before it come and go.
    expect(cell.shown.locator("summary")).to_contain_text(
        "RUN sleep 300", timeout=BUILD_SECONDS * 1000
    )
    cell.press("Stop")
    cell.wait()
    expect(cell.shown).to_contain_text("Stopped.")
    builds = [file for file in Path("/proc").glob("[0-9]*/cmdline") if b"yours-cold" in read(file)]
    assert builds == []
    cell.press("Reset")


@pytest.fixture
def networks_that_come_and_go():
    """Make networks and remove them while a test runs; its value counts them."""
    made, ended = [], threading.Event()

    def change():
        while not ended.is_set():
            name = f"docker-advices-test-{os.getpid()}-{len(made)}"
            subprocess.run(("docker", "network", "create", name), check=True, capture_output=True)
            subprocess.run(("docker", "network", "rm", name), check=True, capture_output=True)
            made.append(name)

    changing = threading.Thread(target=change)
    changing.start()
    yield made
    ended.set()
    changing.join()


def test_the_page_runs_while_networks_come_and_go(tab, networks_that_come_and_go):
    for number in range(5):
        before = len(networks_that_come_and_go)
        arrive(tab.reload)
        expect(Cell(tab).place).to_be_visible()
        cell = Cell(tab)
        # Nothing is built: a Dockerfile without FROM is refused at once.
        shown = cell.run(f"# {number}", verb="Check", seconds=BUILD_SECONDS)
        assert "FROM" in shown
        for _ in poll(timeout_seconds=BUILD_SECONDS):
            if len(networks_that_come_and_go) > before:
                break
    cell.press("Reset")


def read(file: Path) -> bytes:
    """Return what a file of /proc holds; its process may be gone."""
    try:
        return file.read_bytes()
    except OSError:
        return b""
