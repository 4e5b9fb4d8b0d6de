"""A class whose learners log in at an OpenID provider, with the settings that docs/hub.md shows."""

from __future__ import annotations

import asyncio
import contextlib
import html
import json
import os
import re
import sqlite3

import pytest
from logins import a_provider
from other_logins import first_page, names
from plain_seats import a_class, processes

from advices.classroom import rehearse
from advices.classroom.hub.start import lets_in_by_code
from advices.classroom.progress.store import Store
from advices.classroom.rehearsing.browser import Answer, Browser
from advices.core import ClassSettingInvalid, JoinRefused
from advices.learn import laptop

pytestmark = [pytest.mark.classroom, pytest.mark.together]
ACCOUNTS = {
    "1": "ada@example.org",
    "2": "ben@example.org",
    # Another account that the provider gave the same address of mail.
    "3": "Ada@example.org",
    "4": "eve@example.org",
    "5": "teacher@example.org",
    # Names that mean something in the hub.
    "6": "trainer",
    "7": "adv-seat-01",
}


@pytest.fixture(scope="module", autouse=True)
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A class whose learners log in at an OpenID provider."""
    with (
        a_provider(ACCOUNTS) as provider,
        a_class(tmp_path_factory.mktemp("class"), settings=provider.settings) as room,
    ):
        room.provider = provider
        yield room


async def at_provider(room, number: str) -> tuple[Browser, Answer]:
    """Log in with an account of the provider; return where that leads."""
    browser = Browser()
    page = await browser.get(f"{room.origin}/hub/oauth_login")
    assert page.url.startswith(room.provider.origin), page
    return browser, await browser.submit(page.url, sub=number)


@pytest.fixture(scope="module")
def seats(opened) -> dict[str, str]:
    """Return the seats of three accounts that have logged in."""

    async def came() -> dict[str, str]:
        found = {}
        for number in ("1", "2", "3"):
            browser, answer = await at_provider(opened, number)
            found[number] = await first_page(opened, browser, answer)
        return found

    return asyncio.run(came())


def test_the_page_to_log_in_leads_to_the_provider_and_says_what_is_kept(opened) -> None:
    page = asyncio.run(Browser().get(f"{opened.origin}/hub/login"))
    assert "Log in with your school&#39;s account" in page.text
    assert "kept there 14 days" in page.text or "14 days" in page.text
    assert "code of the class" not in page.text
    assert (
        "trainer’s code"
        not in asyncio.run(Browser().get(f"{opened.origin}/hub/login?username=trainer")).text
    )


def test_each_account_has_its_seat_and_returns_to_it(opened, seats: dict[str, str]) -> None:
    async def day() -> None:
        browser, answer = await at_provider(opened, "1")
        assert await first_page(opened, browser, answer) == seats["1"]
        # Two of them have one name.
        assert len({*seats.values()}) == 3
        assert {seats[one]: ACCOUNTS[one].lower() for one in seats} == names(opened)

    asyncio.run(day())


def test_with_all_seats_taken_it_says_so(opened, seats: dict[str, str]) -> None:
    assert len(seats) == 3

    async def comes() -> Answer:
        # An account of its own, with a name that is allowed.
        opened.provider.__init__(opened.provider.origin, {"8": "ben@example.org"})
        return (await at_provider(opened, "8"))[1]

    answer = asyncio.run(comes())
    assert (answer.status, "All 3 seats are taken" in answer.text) == (403, True)


@pytest.mark.parametrize("number", ["4", "6", "7"])
def test_another_account_does_not_get_in_whatever_it_is_called(opened, number: str) -> None:
    before = names(opened)

    async def comes() -> tuple[Answer, Answer]:
        browser, answer = await at_provider(opened, number)
        return answer, await browser.get(opened.board)

    answer, board = asyncio.run(comes())
    assert (answer.status, "This account is not in the class" in answer.text) == (403, True)
    assert "/hub/login" in board.url
    assert names(opened) == before


def test_the_trainer_is_who_the_settings_say_and_no_admin_of_the_hub(
    opened, seats: dict[str, str]
) -> None:
    async def day() -> None:
        for begins in (f"{opened.origin}/", f"{opened.origin}/hub/"):
            # Whoever comes by the address of the class follows the button that is there.
            browser = Browser()
            page = await browser.get(begins)
            button = re.search(r'href="(/hub/oauth_login[^"]*)"', page.text)
            page = await browser.get(opened.origin + html.unescape(button[1]))
            answer = await browser.submit(page.url, sub="5")
            assert answer.url == opened.board
        assert "Who asks for help" in answer.text
        assert "ada@example.org" in answer.text
        assert (await browser.get(f"{opened.origin}/hub/admin")).status in (403, 404)
        base = f"{opened.base(1)}learn/"
        assert (await browser.get(base)).status in (403, 404)
        learner, _ = await at_provider(opened, "1")
        assert (await learner.get(opened.board)).status == 403

    asyncio.run(day())
    assert "teacher" not in str(names(opened))


def test_progress_and_help_arrive_as_in_every_class(opened, seats: dict[str, str]) -> None:
    async def day() -> None:
        browser, answer = await at_provider(opened, "2")
        seat = await first_page(opened, browser, answer)
        assert seat == seats["2"]
        said = json.dumps({"what": "wish", "on": True})
        url = f"{opened.base(int(seat[-1]))}learn-class"
        assert (await browser.call("POST", url, said)).status == 200
        assert Store(opened.folder, 14).wishes().keys() == {seat}

    asyncio.run(day())


def test_what_is_not_the_answer_of_this_browsers_login_is_refused(opened) -> None:
    async def day() -> list[Answer]:
        browser, stolen = Browser(), Browser()
        # A code that the provider gave, kept from the class.
        page = await browser.get(f"{opened.origin}/hub/oauth_login")
        back = f"{opened.origin}/hub/oauth_callback"
        state = page.url.partition("state=")[2].partition("&")[0]
        return [
            await browser.get(f"{back}?code=made-up&state={state}"),
            # In another browser, where nobody began to log in: an attacker's account for a victim.
            await stolen.get(f"{back}?code=made-up&state={state}"),
            await stolen.get(f"{back}?code=made-up"),
            await stolen.get(f"{back}?error=access_denied"),
        ]

    before = names(opened)
    assert [one.status >= 400 for one in asyncio.run(day())] == [True] * 4
    assert names(opened) == before


def test_no_code_lets_anybody_in_and_nobody_is_told_that_one_does(opened, tmp_path) -> None:
    async def tries() -> list[Answer]:
        browser, login = Browser(), f"{opened.origin}/hub/login"
        await browser.get(login)
        return [
            await browser.submit(login, username="Ada", password=opened.codes.learners, pin="1234"),
            await browser.submit(login, username="trainer", password=opened.codes.trainer),
            await browser.submit(login),
        ]

    before = names(opened)
    assert [one.status for one in asyncio.run(tries())] == [403] * 3
    assert names(opened) == before
    assert not lets_in_by_code(opened.opened)
    with pytest.raises(JoinRefused, match="a laptop cannot join it"):
        laptop.terms(opened.origin)
    with pytest.raises(JoinRefused, match="a laptop cannot join it"):
        laptop.join(opened.origin, code=opened.codes.learners, name="x", pin="1234")
    with pytest.raises(ClassSettingInvalid, match="no account to log in with"):
        rehearse(opened.folder, 1)


def test_no_secret_is_in_a_command_line_an_environment_or_a_readable_file(
    opened, seats: dict[str, str]
) -> None:
    file = opened.opened.extra
    secret = file.read_text().partition('client_secret = "')[2].partition('"')[0].encode()
    assert len(secret) > 20
    assert file.stat().st_mode & 0o077 == 0
    for process, uid, words in processes():
        assert secret not in words
        if 64_000 < uid < 64_300:
            assert secret not in (process / "environ").read_bytes()
    # The log names learners and the database has hashes of tokens: both are root's alone.
    for name in ("hub.log", "hub.sqlite", "progress.sqlite"):
        assert secret not in (opened.folder / name).read_bytes()
        assert (opened.folder / name).stat().st_mode & 0o077 == 0
    codes = re.findall(r"[?&]code=([^&\s]+)", (opened.folder / "hub.log").read_text())
    assert {*codes} - {"made-up"} == {"[secret]"}
    # What a provider gives the hub to act for a learner is kept nowhere.
    with contextlib.closing(sqlite3.connect(opened.folder / "hub.sqlite")) as db:
        kept = db.execute("select name, admin, encrypted_auth_state from users").fetchall()
    assert sorted(kept) == [(f"adv-seat-0{one}", 0, None) for one in "123"] + [("trainer", 0, None)]
