"""Learners who log in elsewhere, with a real browser, get a real seat and run a cell there."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from logins import INSTRUCTOR, LTI, a_platform, a_provider
from other_logins import names_in
from plain_seats import ROOT, free_ports
from playwright.sync_api import Browser, Page, expect
from seat_rooms import class_of

from advices.classroom import FOLDER, Classroom
from advices.classroom.hub import start
from advices.classroom.hub.address import address

pytestmark = [pytest.mark.classroom, pytest.mark.root, pytest.mark.together, pytest.mark.rare(3)]
SECONDS = 60_000


@pytest.fixture(scope="module")
def room(image: str) -> Iterator[Classroom]:
    """Return a class of one seat."""
    with class_of(1, image) as made:
        yield made


@contextlib.contextmanager
def opened(room: Classroom, folder: Path, settings: Callable[[str], str]) -> Iterator[str]:
    """Start the hub with a trainer's file; return its origin."""
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    os.environ["PYTHONPATH"] = f"{ROOT / 'src'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    public, api, board = free_ports(3)
    at = address(f"http://class.localhost:{public}")
    file = folder / "class.py"
    file.touch(0o600)
    file.write_text(settings(at.origin))
    inner = (api, board)
    how = start.how_opened(at, ROOT, extra=file, hub_port=room.hub_port, inner_ports=inner)
    with start.running(FOLDER, how):
        yield at.origin


def at_provider(chromium: Browser, origin: str, number: str) -> Page:
    """Follow the button of the class, and log in with an account."""
    tab = chromium.new_context().new_page()
    tab.goto(origin)
    tab.get_by_role("button", name="Log in with your school's account").click()
    tab.get_by_placeholder("sub").fill(number)
    tab.get_by_role("button", name="Authorize").click()
    return tab


def runs_a_cell(tab: Page) -> None:
    tab.wait_for_url("**/learn/", timeout=SECONDS)
    expect(tab.get_by_role("region", name="Your class")).to_contain_text("14 days")
    tab.goto(f"{tab.url}labs/build-cache/")
    cell = tab.locator(".adv-cell").first
    cell.get_by_role("button", name=re.compile("^Run")).click()
    expect(cell.locator(".adv-live")).to_contain_text("Order for the cache", timeout=SECONDS)


def test_an_account_of_a_provider(chromium: Browser, room: Classroom, tmp_path: Path) -> None:
    accounts = {"1": "ada@example.org", "2": "ben@example.org", "5": "teacher@example.org"}
    with (
        a_provider(accounts) as provider,
        opened(room, tmp_path, provider.settings) as origin,
    ):
        runs_a_cell(at_provider(chromium, origin, "1"))
        assert names_in(FOLDER) == {"adv-seat-01": "ada@example.org"}
        other = at_provider(chromium, origin, "2")
        expect(other.get_by_text("The one seat is taken.")).to_be_visible()
        board = at_provider(chromium, origin, "5")
        seats = board.get_by_role("region", name="Seats", exact=True)
        expect(seats).to_contain_text("ada@example.org", timeout=SECONDS)
        seats.get_by_role("link", name="Free adv-seat-01").click()
        board.get_by_role("button", name="Free the seat").click()
        expect(board.get_by_text("The seat is free.")).to_be_visible()
    assert names_in(FOLDER) == {}


def test_a_learner_of_a_platform(chromium: Browser, room: Classroom, tmp_path: Path) -> None:
    """The browser posts from the platform's site to the class's, as with every platform."""
    with a_platform() as platform, opened(room, tmp_path, platform.settings) as origin:
        platform.people = {
            "ada": {"name": "Ada"},
            "teacher": {"name": "Teacher", f"{LTI}roles": [INSTRUCTOR]},
        }
        tab = chromium.new_context().new_page()
        tab.goto(platform.launch(origin, "ada"))
        runs_a_cell(tab)
        assert names_in(FOLDER) == {"adv-seat-01": "ada"}
        board = chromium.new_context().new_page()
        board.goto(platform.launch(origin, "teacher"))
        expect(board.get_by_role("region", name="Seats", exact=True)).to_contain_text("ada")
