"""What learners and the trainer are told of what leaves the machine: here, and on their pages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_lrs import LOGIN, FakeLrs
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port

from advices.classroom import Classroom, Limits, Seat
from advices.classroom.board import __main__ as board
from advices.classroom.board import day, page
from advices.classroom.board.facts import Facts
from advices.classroom.board.server import application
from advices.classroom.hub.address import HERE, address
from advices.classroom.hub.files import Codes, Opened
from advices.classroom.hub.settings import Door, hub_settings
from advices.classroom.progress.store import Store
from advices.classroom.sending import words
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.outbox import KINDS, Counts
from advices.classroom.sending.sender import Status
from advices.site import Agenda

ROOT = Path(__file__).parents[2]
SEAT = "adv-seat-01"
LINKS = page.Links("/services/class/", "a-token", "/hub/logout")


@pytest.fixture
def lrs() -> Iterator[FakeLrs]:
    made = FakeLrs(lambda _: [])
    yield made
    made.down()


def room() -> Classroom:
    where = {"home": Path("/x"), "runtime": Path("/x"), "address": "", "gateway": "", "network": ""}
    seat = Seat(name=SEAT, number=1, account=SEAT, uid=1, **where)  # type: ignore[arg-type]
    limits = Limits(memory_bytes=1, disk_bytes=1, processes=1, cpus=1.0)
    return Classroom(id="abc", seats=(seat,), limits=limits, project=ROOT)


def how(to: Destination | None) -> Opened:
    return Opened(address=address(HERE), xapi=to)


class Auth:
    """A hub that knows each token as the user of that name."""

    async def user_for_token(self, token: str, **_: Any) -> dict[str, str]:
        return {"kind": "user", "name": token}


def facts(folder: Path, to: Destination | None) -> Facts:
    """Return what the service has after a start with a store, or without one."""
    store = Store(folder, 14)
    return Facts(room(), store, 14, lambda _: None, board.sender_of(room(), how(to), store))


async def asked(of: Facts, *posts: dict[str, str]) -> dict[str, Any]:
    """Return what a seat's server gets of the service, and post as it does."""
    listening, port = bind_unused_port()
    server = HTTPServer(application(of, "/services/class/", Auth()))
    server.add_socket(listening)
    url = f"http://127.0.0.1:{port}/services/class/seat"
    headers = {"Authorization": f"token {SEAT}"}
    client = AsyncHTTPClient(force_instance=True)
    answer = await client.fetch(HTTPRequest(f"{url}/mine", headers=headers))
    for said in posts:
        await client.fetch(
            HTTPRequest(f"{url}/happened", method="POST", headers=headers, body=json.dumps(said))
        )
    server.stop()
    return dict(json.loads(answer.body))


def test_without_a_store_the_learner_reads_that_nothing_leaves(tmp_path: Path) -> None:
    of = facts(tmp_path, None)
    of.store.take("Ada", "1234", [SEAT])
    said = asyncio.run(asked(of))["notice"]
    assert said.endswith("Kept 14 days. Nothing of it leaves the machine of this class.")
    assert of.board().sending is None


def test_with_a_store_the_learner_reads_where_to_and_exactly_what(
    tmp_path: Path, lrs: FakeLrs
) -> None:
    of = facts(tmp_path, Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1]))
    assert of.sender is not None
    of.store.take("Ada Lovelace", "1234", [SEAT])
    posts = [
        {"kind": kind, "exercise": "build-cache", "hint": "code-first"}
        for kind in ("opened", "tried", "hint", "solved")
    ]
    said = asyncio.run(asked(of, *posts))["notice"]
    assert "Nothing of it leaves" not in said and "Nothing else leaves" in said
    assert f"also sends to 127.0.0.1:{lrs.port}:" in said
    asyncio.run(of.sender.once())
    (batch,) = lrs.posts
    # What is said goes, and nothing else goes.
    for one in batch:
        account = one["actor"]["account"]
        assert account["homePage"] == "http://class.localhost:8000"
        assert account["name"].removeprefix("abc/") in said
        assert one["verb"]["display"]["en"] in ("attempted", "passed")
        assert set(one) - {"id", "version"} == {
            *("actor", "verb", "object", "result", "context", "timestamp")
        }
        assert one["context"] == {"platform": "Docker Advices"}
    assert "Lovelace" not in json.dumps(batch)
    for part in ("its address", "instead of your name", "the exercise", "the time"):
        assert part in said
    assert "tried or solved" in said and KINDS == ("tried", "solved")


def test_a_learner_cannot_set_where_it_goes(tmp_path: Path, lrs: FakeLrs) -> None:
    of = facts(tmp_path, None)
    of.store.take("Ada", "1234", [SEAT])
    said = {"kind": "tried", "exercise": "build-cache", "xapi": lrs.url, "url": lrs.url}
    asyncio.run(asked(of, said))
    assert of.sender is None
    assert lrs.asked == []


def test_the_page_to_log_in_and_the_trainers_page_say_the_same(tmp_path: Path) -> None:
    door = Door(lambda *_: [], lambda *_: None)
    codes = Codes(learners="a", trainer="b")
    for to in (None, Destination(url="https://lrs.example.org/xapi", user="u", password="pass-w")):
        host = to.host if to else None
        settings = hub_settings(tmp_path, room(), how(to), codes, door)
        shown = settings["JupyterHub"]["template_vars"]["notice"]
        assert shown == words.notice(14, words.leaves(host))
        assert "pass-w" not in repr(settings)
        sending = Status(to.host, Counts(2, 1, 0.0)) if to else None
        seen = page.Board([], [], [], "10:00", "", sending)
        slots = day.slots(Agenda("A day", "09:00", ()), "09:00", "09:10")
        html = page.page(seen, page.Day(["A day"], 0, "09:00", slots), LINKS, 14)
        assert words.leaves(host) in html
        assert ("2 sent, 1 waiting" in html) == (to is not None)
        assert ("Progress to lrs.example.org" in page.parts(seen, LINKS)) == (to is not None)


def test_the_learners_script_has_no_words_of_its_own_on_it() -> None:
    script = (ROOT / "src/advices/learn/client/classroom.js").read_text("utf-8")
    template = (ROOT / "src/advices/classroom/hub/templates/login.html").read_text("utf-8")
    for text in (script, template):
        assert "Kept " not in text and "trainer sees which" not in text and "Sent to" not in text
    assert "told.notice" in script
    assert "{{ notice }}" in template
