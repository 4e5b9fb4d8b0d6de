"""A class that a learning platform opens by LTI 1.3, with the settings that docs/hub.md shows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest
from joserfc.jwk import RSAKey
from logins import CLIENT, INSTRUCTOR, LTI, Platform, a_platform, fields
from other_logins import first_page, names
from plain_seats import a_class

from advices.classroom.rehearsing.browser import Answer, Browser

pytestmark = [pytest.mark.classroom, pytest.mark.together]


@pytest.fixture(scope="module", autouse=True)
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")


@pytest.fixture(scope="module")
def platform():
    with a_platform() as one:
        one.people = {
            "ada": {"name": "Ada"},
            "ada-2": {"name": "Ada"},
            "cyd": {"name": "Cyd <b>C</b>"},
            "teacher": {"name": "Teacher", f"{LTI}roles": [INSTRUCTOR]},
        }
        yield one


@pytest.fixture(scope="module")
def launched(tmp_path_factory, platform: Platform):
    """A class whose learners come from a learning platform."""
    folder = tmp_path_factory.mktemp("class")
    with a_class(folder, settings=platform.settings) as room:
        yield room


@pytest.fixture(autouse=True)
def honest(platform: Platform):
    key = platform.key
    yield
    platform.key, platform.forge = key, lambda _claims: None


async def at_platform(room, platform: Platform, who: str) -> tuple[Browser, Answer]:
    """Start the class at the platform; return where that leads."""
    browser = Browser()
    page = await browser.get(platform.launch(room.origin, who))
    return browser, await post(room, browser, fields(page.text))


async def post(room, browser: Browser, sent: dict[str, str]) -> Answer:
    return await browser.submit(f"{room.origin}/hub/lti13/oauth_callback", **sent)


def test_a_platform_brings_learners_and_their_trainer(launched, platform: Platform) -> None:
    async def day() -> None:
        seats = {}
        for who in ("ada", "ada-2", "cyd"):
            browser, answer = await at_platform(launched, platform, who)
            seats[who] = await first_page(launched, browser, answer)
        assert len({*seats.values()}) == 3
        browser, answer = await at_platform(launched, platform, "ada-2")
        assert await first_page(launched, browser, answer) == seats["ada-2"]
        browser, answer = await at_platform(launched, platform, "teacher")
        assert answer.url == launched.board
        assert "cyd &lt;b&gt;c&lt;/b&gt;" in answer.text

    asyncio.run(day())
    assert sorted(names(launched).values()) == ["ada", "ada", "cyd <b>c</b>"]


def test_the_page_to_log_in_sends_learners_to_the_platform(launched) -> None:
    page = asyncio.run(Browser().get(f"{launched.origin}/hub/login"))
    assert "Open the class from your learning platform" in page.text
    assert "<form" not in page.text


Forge = Callable[[dict[str, Any]], None]


def without(name: str) -> Forge:
    return lambda claims: claims.pop(name)


def with_(**told: Any) -> Forge:
    return lambda claims: claims.update(told)


def older(seconds: int) -> Forge:
    def change(claims: dict[str, Any]) -> None:
        claims["iat"] -= seconds
        claims["exp"] -= seconds

    return change


@pytest.mark.parametrize(
    ("forge", "status"),
    [
        pytest.param(with_(aud="another-tool"), 401, id="audience"),
        pytest.param(with_(aud=[CLIENT, "another"], azp="another"), 401, id="authorized-party"),
        pytest.param(with_(iss="http://127.0.0.1:9"), 400, id="issuer"),
        pytest.param(with_(nonce="0" * 64), 400, id="nonce"),
        pytest.param(without("nonce"), 400, id="no-nonce"),
        pytest.param(older(61), 400, id="expired"),
        pytest.param(without("exp"), 400, id="without-end"),
        pytest.param(with_(**{f"{LTI}version": "1.1"}), 400, id="version"),
        pytest.param(with_(**{f"{LTI}context": {"id": "another"}}), 403, id="course"),
        pytest.param(without(f"{LTI}context"), 403, id="no-course"),
    ],
)
def test_what_the_platform_did_not_sign_for_this_class_and_moment_is_refused(
    launched, platform: Platform, forge: Forge, status: int
) -> None:
    before = names(launched)
    platform.forge = forge
    browser, answer = asyncio.run(at_platform(launched, platform, "ada"))
    assert answer.status == status, answer.url
    if status == 403:
        assert "403 : Forbidden" in answer.text
        assert "This account is not in the class. Ask your trainer." in answer.text
    assert "/hub/login" in asyncio.run(browser.get(launched.board)).url
    assert names(launched) == before


def test_what_somebody_else_signed_is_refused(launched, platform: Platform) -> None:
    platform.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    _, answer = asyncio.run(at_platform(launched, platform, "teacher"))
    assert answer.status == 400, answer.url


def test_what_nobody_signed_is_refused(launched, platform: Platform) -> None:
    async def comes() -> list[int]:
        browser = Browser()
        page = await browser.get(platform.launch(launched.origin, "teacher"))
        sent = fields(page.text)
        head, body, _ = sent["id_token"].split(".")
        # {"alg":"none"}
        unsigned = f"eyJhbGciOiJub25lIn0.{body}."
        return [
            (await post(launched, browser, {**sent, "id_token": token})).status
            for token in (unsigned, f"{head}.{body}.", f"{head}.{body}.AAAA", "x")
        ]

    assert all(status == 400 for status in asyncio.run(comes()))


def test_a_launch_is_good_once_and_in_its_own_browser(launched, platform: Platform) -> None:
    async def comes() -> tuple[list[int], str]:
        browser, other = Browser(), Browser()
        page = await browser.get(platform.launch(launched.origin, "ada"))
        sent = fields(page.text)
        stolen = await post(launched, other, sent)
        first = await post(launched, browser, sent)
        again = await post(launched, browser, sent)
        return [stolen.status, again.status], await first_page(launched, browser, first)

    refused, seat = asyncio.run(comes())
    assert refused == [400, 400]
    assert names(launched)[seat] == "ada"


@pytest.mark.parametrize("name", ["teacher", "trainer", "ada"])
def test_a_form_is_no_launch(launched, name: str) -> None:
    """LTI13Authenticator takes what a form of the hub sends for claims that are proved."""

    async def tries() -> tuple[Answer, Answer]:
        browser, login = Browser(), f"{launched.origin}/hub/login"
        await browser.get(login)
        said = {
            "username": name,
            "name": name,
            "sub": name,
            "email": name,
            f"{LTI}roles": INSTRUCTOR,
            f"{LTI}context": "4711",
        }
        return await browser.submit(login, **said), await browser.get(launched.board)

    answer, board = asyncio.run(tries())
    assert (answer.status, "Log in with LTI 1.3" in answer.text) == (403, True)
    assert "/hub/login" in board.url
