"""A seat that is reset while its learner's cell runs a build: what the learner sees, what stays."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time

import pytest
from class_pages import fill_in
from plain_seats import ROOT, free_ports
from playwright.sync_api import expect
from seat_rooms import sh

from advices.classroom import FOLDER, Classroom, Seat, answers, processes
from advices.classroom.hub import files, start
from advices.classroom.hub.address import address
from advices.classroom.progress.store import Store
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
LAB = "learn/labs/build-cache/"
# As learners build: by docker, in the kernel's own process group.
BUILDS = """
import subprocess, time
text = "FROM {image}\\nRUN echo mine >/mine && sleep 4321\\n"
build = subprocess.Popen(["docker", "build", "--progress=plain", "-"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
build.stdin.write(text); build.stdin.close()
for line in build.stdout:
    print(line, end="", flush=True)
"""
IDLE = re.compile("No kernel runs yet|The kernel is idle")
SOON_SECONDS = 30


class Running:
    """The hub of a class of real seats."""

    def __init__(self, opened: files.Opened) -> None:
        self.opened = opened
        self.origin = opened.address.origin
        self.codes = files.codes(FOLDER)

    def base(self, seat: Seat) -> str:
        return f"{self.opened.address.below(seat.name)}/user/{seat.name}/"


@pytest.fixture(scope="module")
def hub(room: Classroom):
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    public, api, board = free_ports(3)
    at_port = address(f"http://class.localhost:{public}")
    how = start.how_opened(at_port, ROOT, hub_port=room.hub_port, inner_ports=(api, board))
    with start.running(FOLDER, how):
        yield Running(how)


@pytest.fixture(scope="module")
def tabs(chromium, room: Classroom, hub: Running):
    """The browsers of two learners, by seat, both logged in."""
    found = {}
    for name in ("Ada", "Ben"):
        tab = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        tab.goto(hub.origin)
        fill_in(tab, hub, name)
        tab.wait_for_url("**/learn/**", timeout=90_000)
        found[Store(FOLDER, 14).seat_of(name)] = tab
    return found


@pytest.fixture
def builds(room: Classroom, ada: Seat, ben: Seat, hub: Running, tabs, image: str):
    """Ada's tab with a cell whose build runs, and Ben's with a cell that runs too."""
    for seat, cell in ((ada, BUILDS.format(image=image)), (ben, "import time; time.sleep(600)")):
        tab = tabs[seat.name]
        tab.goto(f"{hub.base(seat)}{LAB}")
        # Before, the page may still show in the cell what its kernel ran last.
        expect(tab.locator(".adv-bar__state")).to_contain_text(IDLE, timeout=60_000)
        place = tab.locator(".adv-cell").nth(2)
        place.locator("textarea").fill(cell)
        place.get_by_role("button", name=re.compile("^Run")).click()
        expect(place.locator(".adv-cell__state")).to_have_text("Running…", timeout=60_000)
    # The step runs: its processes are the seat's.
    assert any("sleep 4321" in commands(ada) for _ in poll(60, 0.2)), commands(ada)
    sh(room, ada, "echo mine >~/mine")
    yield tabs[ada.name], tabs[ben.name]
    tabs[ben.name].get_by_role("button", name=re.compile("^Stop")).first.click()


def commands(seat: Seat) -> str:
    """Return the command lines of all that runs in a seat."""
    numbers = ",".join(map(str, processes(seat))) or "0"
    done = subprocess.run(
        ["ps", "-o", "args=", "-p", numbers], capture_output=True, text=True, check=False
    )
    return done.stdout


def by_command(seat: Seat, hub: Running, browser) -> None:
    words = [sys.executable, "-m", "advices", "class", "reset", seat.name]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "as it was prepared, and its engine answers" in done.stdout


def by_the_trainers_page(seat: Seat, hub: Running, browser) -> None:
    tab = browser.new_context().new_page()
    tab.goto(f"{hub.origin}/hub/login?username=trainer")
    tab.get_by_label("The trainer’s code").fill(hub.codes.trainer)
    tab.get_by_role("button", name="Open the page").click()
    tab.get_by_role("link", name=f"Reset {seat.name}").click()
    tab.get_by_role("button", name="Reset the seat").click()
    expect(tab.get_by_text("The seat is as it was prepared.")).to_be_visible(timeout=60_000)
    tab.context.close()


@pytest.mark.parametrize("reset", [by_command, by_the_trainers_page])
def test_a_reset_ends_a_running_build_and_its_learner_goes_on(
    chromium, room: Classroom, ada: Seat, ben: Seat, hub: Running, builds, image: str, reset
) -> None:
    mine, bens = builds
    old, of_ben = processes(ada), processes(ben)
    began = time.monotonic()
    reset(ada, hub, chromium)
    took = time.monotonic() - began

    # Nothing of the old seat lives on, and the new one is whole.
    assert old.isdisjoint(processes(ada))
    assert "4321" not in commands(ada)
    assert answers(ada)
    assert sh(room, ada, "docker ps -aq; ls ~/mine 2>/dev/null || true") == ""

    # The page says what became of the cell.
    cell = mine.locator(".adv-cell").nth(2)
    expect(cell.locator(".adv-cell__state")).to_have_text("Not finished.")
    expect(cell.locator(".adv-live")).to_contain_text("your trainer reset your seat")

    # Ben's cell goes on, in the same processes.
    assert of_ben <= processes(ben) | {0}
    expect(bens.locator(".adv-cell").nth(2).locator(".adv-cell__state")).to_have_text("Running…")

    # Loading the page again is enough, within seconds, and the trainer's word is there.
    mine.reload()
    expect(mine.get_by_role("list", name="From your trainer")).to_contain_text(
        "reset your seat", timeout=SOON_SECONDS * 1000
    )
    assert mine.url.startswith(hub.base(ada))
    usable = time.monotonic() - began
    print(f"reset took {took:.1f} s, usable after {usable:.1f} s")
    cell = mine.locator(".adv-cell").nth(2)
    expect(mine.locator(".adv-bar__state")).to_contain_text(IDLE, timeout=60_000)
    cell.locator("textarea").fill("print(6 * 7)")
    cell.get_by_role("button", name=re.compile("^Run")).click()
    expect(cell.locator(".adv-live")).to_contain_text("42", timeout=60_000)
    assert "7" in sh(room, ada, f"docker run --rm {image} python3 -c 'print(7)'")
