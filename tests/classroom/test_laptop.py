"""A learner's own laptop in a class with a real hub: another account joins, checks and leaves."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import stat
from pathlib import Path

import pytest
from browsers import a_chromium
from class_pages import looked_at
from laptops import ADDRESS, PIN, SECONDS, UID, WRONG, Laptop, a_laptop, joins
from logging_in import asked, trainer
from plain_seats import ROOT, a_class
from playwright.sync_api import expect
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from advices.classroom.hub import start
from advices.classroom.progress.store import Store
from advices.core import poll
from advices.learn import class_client, laptop

pytestmark = pytest.mark.classroom


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    if os.geteuid() != 0:
        pytest.fail("a class needs root: it starts servers of other accounts")
    if not (ROOT / "site" / "index.html").is_file():
        pytest.fail("there is no built site: `mkdocs build --strict` makes one")
    with a_class(tmp_path_factory.mktemp("class"), count=1) as running:
        yield running


def join(room, name: str, folder: Path):
    code = room.codes.learners
    return laptop.join(room.origin, code=code, name=name, pin=PIN, folder=folder / name)


def store(room) -> Store:
    return Store(room.folder, 14)


async def posted(url: str, body: bytes | str, **headers: str) -> tuple[int, bytes]:
    request = HTTPRequest(url, method="POST", body=body, headers=headers)
    found = await AsyncHTTPClient().fetch(request, raise_error=False)
    return found.code, found.body


def test_a_laptop_checks_asks_for_help_and_hears_the_trainer(room, tmp_path) -> None:
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        joins(one, room, "Ada <i>L</i>")
        address = ADDRESS.search(one.until(ADDRESS.pattern))[1]
        assert "never the text of a Dockerfile" in one.said and "14 days" in one.said

        # Nobody else reads what lets it in.
        (kept,) = one.kept()
        assert (stat.S_IMODE(kept.stat().st_mode), kept.stat().st_uid) == (0o600, UID)
        token = json.loads(kept.read_text())["token"]
        process = Path(f"/proc/{one.pid}")
        for secret in (room.codes.learners, PIN, token):
            assert secret not in one.said
            assert secret.encode() not in (process / "cmdline").read_bytes()
            assert secret.encode() not in (process / "environ").read_bytes()

        with a_chromium() as browser:
            _a_day(browser, room, one, address)
        assert one.kept() == []
    mine = f"http://127.0.0.1:{room.opened.hub_port}/hub/class/mine"
    assert asyncio.run(asked(mine, token)) == 403
    held = (room.folder / "progress.sqlite").read_bytes()
    for secret in (token, PIN, "a-secret"):
        assert secret.encode() not in held
        assert secret not in (room.folder / "hub.log").read_text("utf-8", "replace")


def _a_day(browser, room, one: Laptop, address: str) -> None:
    """What learner and trainer see and press, until the laptop leaves."""
    wide = {"width": 1440, "height": 900}
    tab, board = (browser.new_context(viewport=wide).new_page() for _ in "12")
    tab.goto(address)
    expect(tab.get_by_text("its labs and exercises run on your machine.")).to_be_visible()
    base = tab.url.partition("learn/")[0]
    tab.goto(f"{base}learn/chapters/build-cache/")
    bar = tab.get_by_role("region", name="Your class")
    expect(bar).to_contain_text("Your laptop has joined a class.")
    expect(bar).to_contain_text("never what you write. Kept there 14 days.")
    assert looked_at(tab, "laptop", ".adv-class") == []

    board.goto(room.origin)
    board.get_by_role("link", name="I am the trainer").click()
    board.get_by_label("The trainer’s code").fill(room.codes.trainer)
    board.get_by_role("button", name="Open the page").click()
    seats = board.get_by_role("region", name="Seats", exact=True)
    row = seats.get_by_role("listitem").filter(has_text="own laptop").first
    expect(row).to_contain_text("Ada <i>L</i>")
    expect(row).to_contain_text("Order for the cache: open")
    expect(row.get_by_role("link")).to_have_text(["Forget the learner"])

    # A Check, through a kernel of this account, to the trainer.
    tab.get_by_role("textbox", name="Your Dockerfile").fill(WRONG)
    tab.get_by_role("button", name=re.compile("^Check")).first.click()
    expect(row).to_contain_text("Order for the cache: tried")
    tab.get_by_role("button", name="Ask for help").click()
    asking = board.get_by_role("region", name="Who asks for help")
    expect(asking).to_contain_text("Ada <i>L</i> (own laptop)")
    board.get_by_role("button", name=re.compile("^Answered")).click()
    expect(tab.get_by_role("button", name="Ask for help")).to_be_visible()
    board.get_by_label("What each learner sees above the page").fill("<b>Break</b> until ten")
    board.get_by_role("button", name="Send").click()
    said = tab.get_by_role("list", name="From your trainer")
    expect(said).to_contain_text("<b>Break</b> until ten")
    assert tab.locator(".adv-class__said b").count() == 0

    assert one.ends() == 0
    assert "you left the class; nothing more is sent" in one.said
    expect(row).to_contain_text("own laptop, left")
    assert looked_at(board, "board-laptop") == []


def test_a_page_says_when_the_class_has_forgotten_its_laptop(room, tmp_path) -> None:
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        joins(one, room, "Kim")
        address = ADDRESS.search(one.until(ADDRESS.pattern))[1]
        with a_chromium() as browser:
            tab = browser.new_page()
            tab.goto(address)
            bar = tab.get_by_role("region", name="Your class")
            expect(bar.get_by_role("button", name="Ask for help")).to_be_visible()
            store(room).free(store(room).seat_of("Kim"))
            expect(bar).to_contain_text("not in the class any more")
            expect(bar.get_by_role("button")).to_have_count(0)
        assert one.ends() == 0


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [
        ({"code": "wrong"}, 88, "This is not the code of the class. Ask your trainer for it."),
        ({"pin": "9999"}, 88, "Somebody named Cyd is in this class already."),
    ],
)
def test_what_is_wrong_ends_with_one_message(room, tmp_path, wrong, code: int, says: str) -> None:
    if not store(room).seat_of("Cyd"):
        join(room, "Cyd", tmp_path).leave()
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        joins(one, room, "Cyd", **wrong)
        assert one.ended() == code
        assert says in one.said and "Traceback" not in one.said
        assert one.kept() == []


def test_a_no_sends_nothing_and_goes_on(room, tmp_path) -> None:
    before = store(room).learners()
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        joins(one, room, "Eve", yes="n")
        one.until(ADDRESS.pattern)
        assert "nothing was sent" in one.said
        assert one.ends() == 0
    assert store(room).learners() == before


def test_what_was_killed_is_left_later(room, tmp_path) -> None:
    with a_laptop(tmp_path / "home", "--class", room.origin) as one:
        joins(one, room, "Flo")
        one.until(ADDRESS.pattern)
    place = store(room).seat_of("Flo")
    assert place in store(room).joined()
    with a_laptop(tmp_path / "home", "--leave") as two:
        assert two.ended() == 0
        assert "left the class at" in two.said
        assert two.kept() == []
    assert place not in store(room).joined()


def test_no_page_and_no_long_body_joins(room) -> None:
    url = f"{room.origin.replace('class.localhost', '127.0.0.1')}/hub/class/join"
    told = {"username": "Gil", "password": room.codes.learners, "pin": "1234"}
    body = json.dumps(told)

    async def tries() -> list[int]:
        found = [
            await posted(url, body, Origin="https://evil.example"),
            await posted(url, body, **{"Sec-Fetch-Site": "cross-site"}),
            await posted(url, "username=Gil"),
            await posted(url, "[]"),
            await posted(url, json.dumps(told | {"pin": 1234})),
            await posted(url, json.dumps(told | {"more": "x" * 5000})),
        ]
        return [status for status, _ in found]

    assert asyncio.run(tries()) == [403, 403, 400, 400, 400, 400]
    assert store(room).seat_of("Gil") is None
    assert asyncio.run(posted(url, body))[0] == 200
    assert store(room).seat_of("Gil")


def test_a_token_of_a_laptop_is_of_no_use_in_the_hub(room, tmp_path) -> None:
    token = json.loads(join(room, "Hal", tmp_path).file.read_text())["token"]
    here = f"http://127.0.0.1:{room.opened.hub_port}/hub"
    board = f"http://127.0.0.1:{room.opened.board_port}/services/class"

    server = "http://127.0.77.1:8700/user/adv-seat-01/learn/"
    # It starts before its learner comes, and takes a moment.
    assert any(class_client.asked(server).status for _ in poll(SECONDS, 0.5))

    async def tries() -> dict[str, int]:
        return {
            "mine": await asked(f"{here}/class/mine", token),
            "itself": await asked(f"{here}/api/user", token),
            "all": await asked(f"{here}/api/users", token),
            "a seat": await asked(f"{here}/api/users/adv-seat-01", token),
            "start": await asked(f"{here}/api/users/adv-seat-01/server", token, "POST", ""),
            "a clearing": await asked(f"{here}/api/class/clear/adv-seat-01", token, "POST", "{}"),
            # Both send to the hub's form whom they do not know.
            "its server": (await class_client.ask(server, token=token)).status,
            "the trainer's": (await class_client.ask(f"{board}/parts", token=token)).status,
            "a message": await asked(f"{board}/say", token, "POST", "text=x"),
            "forgetting": await asked(f"{board}/forget", token, "POST", "seat=own-01"),
            "other answers": await asked(f"{here}/class/messages", token),
        }

    found = asyncio.run(tries())
    assert [found.pop(one) for one in ("mine", "its server", "the trainer's")] == [200, 302, 302]
    assert {name: status for name, status in found.items() if status not in (403, 404)} == {}


def test_a_learner_who_is_forgotten_sends_nothing_more(room, tmp_path) -> None:
    sender = join(room, "Ivy", tmp_path).sender()
    place = store(room).seat_of("Ivy")

    async def day() -> None:
        assert (await sender.happened({"kind": "solved", "exercise": "build-cache"})).is_well
        page = await trainer(room)
        # A laptop has no seat that could be reset, and a seat is not forgotten like one.
        for act, seat in (("reset", place), ("free", place), ("forget", "adv-seat-01")):
            assert (await page.get(f"{room.board}ask/{act}/{seat}")).status == 404
            assert (await page.submit(f"{room.board}{act}", seat=seat)).status == 404
        assert "Forget Ivy?" in (await page.get(f"{room.board}ask/forget/{place}")).text
        done = await page.submit(f"{room.board}forget", seat=place)
        assert "The class has forgotten this learner." in done.text
        assert not (await sender.mine()).is_well
        assert sender.has_left

    asyncio.run(day())
    assert store(room).seat_of("Ivy") is None
    assert all(one.name != "Ivy" for one in store(room).events())


def test_a_hub_that_was_killed_misses_nothing(room, tmp_path) -> None:
    """The last test: it ends the hub."""
    sender = join(room, "Jan", tmp_path).sender()
    assert asyncio.run(sender.mine()).is_well
    hub = int((room.folder / "hub.pid").read_text())
    os.kill(hub, signal.SIGKILL)
    room.hub.wait(30)
    start.end(room.folder)

    async def meanwhile() -> None:
        assert not (await sender.happened({"kind": "tried", "exercise": "build-cache"})).is_well
        assert not (await sender.happened({"kind": "solved", "exercise": "build-cache"})).is_well

    asyncio.run(meanwhile())
    assert sender.waiting == 2
    said = str(class_client.unreachable(sender.of.url, asyncio.run(sender.mine())))
    assert "nothing listens" in said
    with start.running(room.folder, room.opened):
        asyncio.run(sender.happened({"kind": "opened", "exercise": "multi-stage"}))
        assert sender.waiting == 0
        found = [one.kind for one in store(room).events() if one.name == "Jan"]
        assert found == ["tried", "solved", "opened"]
