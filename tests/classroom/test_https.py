"""A class by https behind the hub's own proxy: a laptop that trusts its authority, and a seat."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from certificates import Files, signed
from class_pages import log_in
from laptops import ADDRESS, WRONG, a_laptop, joins
from plain_seats import HOST, ROOT, a_class
from playwright.sync_api import expect

from advices.classroom.progress.store import Store

pytestmark = pytest.mark.classroom


@pytest.fixture(scope="module")
def trusted(tmp_path_factory) -> Files:
    """What the trainer's authority made; each account may read its certificate, and no key."""
    folder = tmp_path_factory.mktemp("authority")
    for one in (folder, folder.parent, folder.parent.parent):
        one.chmod(one.stat().st_mode | 0o011)
    made = signed(folder, HOST)
    made.authority.chmod(0o644)
    return made


@pytest.fixture(scope="module")
def room(tmp_path_factory, trusted: Files):
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    with a_class(tmp_path_factory.mktemp("class"), count=1, trusted=trusted) as running:
        assert running.origin.startswith(f"https://{HOST}:")
        yield running


def test_a_laptop_that_does_not_know_the_authority_is_told_what_to_do(room, tmp_path: Path) -> None:
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        assert one.ended() == 87
        assert f"the certificate at {room.origin} is not good here" in one.said
        assert "ADVICES_CLASS_AUTHORITY=FILE" in one.said
        # Nothing was asked for, so nothing could be read by who answered instead.
        assert "The code of the class" not in one.said
    assert Store(room.folder, 14).learners() == []


def test_a_laptop_that_trusts_the_authority_learns_and_leaves(
    chromium, room, trusted: Files, tmp_path: Path
) -> None:
    with a_laptop(
        tmp_path / "home", "--class", room.origin, ADVICES_CLASS_AUTHORITY=str(trusted.authority)
    ) as one:
        joins(one, room, "Ada")
        address = ADDRESS.search(one.until(ADDRESS.pattern))[1]
        tab = chromium.new_page()
        tab.goto(address)
        tab.wait_for_url("**/learn/")
        tab.goto(f"{tab.url.partition('learn/')[0]}learn/chapters/build-cache/")
        bar = tab.get_by_role("region", name="Your class")
        expect(bar).to_contain_text("Kept there 14 days.")
        tab.get_by_role("textbox", name="Your Dockerfile").fill(WRONG)
        tab.get_by_role("button", name=re.compile("^Check")).first.click()
        board = _trainer(chromium, room)
        seats = board.get_by_role("region", name="Seats", exact=True)
        row = seats.get_by_role("listitem").filter(has_text="own laptop").first
        expect(row).to_contain_text("Order for the cache: tried", timeout=60_000)
        board.get_by_label("What each learner sees above the page").fill("Break until ten")
        board.get_by_role("button", name="Send").click()
        expect(tab.get_by_role("list", name="From your trainer")).to_contain_text("Break until ten")
        tab.close()
        assert one.ends() == 0
        assert "you left the class; nothing more is sent" in one.said
        expect(row).to_contain_text("own laptop, left")
        board.context.close()


def test_a_seat_runs_cells_by_https(chromium, room) -> None:
    """Its pages, their sockets and its cookies, which browsers treat in another way there."""
    tab = chromium.new_context(ignore_https_errors=True).new_page()
    log_in(tab, room, "Ben")
    tab.goto(f"{room.base(1)}learn/labs/build-cache/")
    cell = tab.locator(".adv-cell").first
    cell.get_by_role("button", name=re.compile("^Run")).click()
    # These seats have no engine. So says the kernel, whose words come through a socket.
    expect(cell.locator(".adv-live")).to_contain_text("engine", timeout=60_000)
    # `_xsrf` lets nobody in: it says that a form is of this page.
    lets_in = [one for one in tab.context.cookies() if one["name"] != "_xsrf"]
    assert len(lets_in) >= 2
    assert [one["name"] for one in lets_in if not one["secure"]] == []
    tab.context.close()


def _trainer(chromium, room):
    board = chromium.new_context(ignore_https_errors=True).new_page()
    board.goto(f"{room.origin}/hub/login?username=trainer")
    board.get_by_label("The trainer’s code").fill(room.codes.trainer)
    board.get_by_role("button", name="Open the page").click()
    return board
