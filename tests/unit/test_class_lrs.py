"""Progress of a class to a learning record store: what goes, when, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_lrs import LOGIN, FakeLrs
from pydantic import ValidationError

from advices.classroom.progress.store import DAY_SECONDS, FILE, Store
from advices.classroom.progress.telling import told_of
from advices.classroom.progress.xapi import Statement, Told
from advices.classroom.sending import sender, words
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.lrs import Lrs
from advices.classroom.sending.outbox import Outbox
from advices.classroom.sending.sender import (
    BATCH,
    FIRST_WAIT_SECONDS,
    IDLE_SECONDS,
    LONGEST_WAIT_SECONDS,
    Sender,
)

ROOT = Path(__file__).parents[2]
ADA, BEN = "adv-seat-01", "adv-seat-02"
NAMES = ("Ada Lovelace", "Ben <b>")
HOME = "http://class.localhost:8000"
TITLES = {"build-cache": "Order for the cache", "multi-stage": "Stages"}


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.25

    def __call__(self) -> float:
        return self.now


def not_valid(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements that are not as the records of the specification say."""
    wrong = []
    for one in statements:
        try:
            Statement.model_validate(one)
        except ValidationError:
            wrong.append(one)
    return wrong


class Room:
    """A class with two learners whose pages said what is sent, and a store that it sends to."""

    def __init__(self, folder: Path, lrs: FakeLrs) -> None:
        self.folder, self.lrs, self.clock = folder, lrs, Clock()
        self.restart()
        for name in NAMES:
            self.store.take(name, "1234", [ADA, BEN])
        self.said = {seat: self.sender.tell(seat) for seat in (ADA, BEN)}

    def restart(self, url: str | None = None, login: tuple[str, str] = LOGIN) -> None:
        """Be a new process: all that is known is in the file."""
        self.store = Store(self.folder, 14, self.clock)
        self.outbox = Outbox(self.store, self.clock)
        to = Destination(url=url or self.lrs.url, user=login[0], password=login[1])
        self.outbox.goes_to(to.url)

        def told() -> Told:
            return Told("abc", HOME, TITLES, self.outbox.pseudonyms())

        self.sender = Sender(self.outbox, Lrs(to, 0.5), to.host, told, self.clock)

    def happens(self, seat: str, kind: Any, exercise: str = "build-cache", hint: str = "") -> None:
        self.clock.now += 1
        self.store.add(seat, kind, exercise, hint)

    def sends(self, times: int = 1) -> float:
        """Let it send some times, without a pause; return how long it wants to wait then."""

        async def some() -> float:
            wait = 0.0
            for _ in range(times):
                wait = await self.sender.once()
            return wait

        return asyncio.run(some())

    @property
    def counts(self) -> tuple[int, int]:
        return self.outbox.counts()[:2]


@pytest.fixture
def lrs() -> Iterator[FakeLrs]:
    made = FakeLrs(not_valid)
    yield made
    made.down()


@pytest.fixture
def room(tmp_path: Path, lrs: FakeLrs) -> Room:
    return Room(tmp_path, lrs)


def test_what_was_tried_and_solved_arrives_under_a_pseudonym_and_nothing_else(
    room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "opened")
    room.happens(ADA, "tried")
    room.happens(ADA, "hint", hint="copy-all")
    room.happens(ADA, "help", "")
    room.happens(ADA, "solved")
    room.happens(BEN, "tried", "multi-stage")
    assert room.sends() == 0
    assert room.sends() == IDLE_SECONDS
    found = list(lrs.stored.values())
    assert [(one["verb"]["display"]["en"], one["object"]["id"]) for one in found] == [
        ("attempted", f"{HOME}/chapters/build-cache/#exercise"),
        ("passed", f"{HOME}/chapters/build-cache/#exercise"),
        ("attempted", f"{HOME}/chapters/multi-stage/#exercise"),
    ]
    assert [one["actor"]["account"]["name"] for one in found] == [
        f"abc/{room.said[ADA]}",
        f"abc/{room.said[ADA]}",
        f"abc/{room.said[BEN]}",
    ]
    sent = json.dumps(lrs.posts)
    for secret in (*NAMES, "Lovelace", ADA, "copy-all", "hint", "1234", *LOGIN):
        assert secret not in sent
    assert len(lrs.posts) == 1
    assert {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"} == {
        name for one in found for name in one
    }
    assert {one["version"] for one in found} == {"1.0.0"}


def test_a_pseudonym_is_drawn_by_lot_and_gone_with_its_learner(room: Room) -> None:
    first = room.said[ADA]
    assert first and room.outbox.tell(ADA) == first
    room.store.free(ADA)
    assert ADA not in room.outbox.pseudonyms()
    room.store.take(NAMES[0], "1234", [ADA])
    assert room.outbox.tell(ADA) not in (None, first)


def test_what_a_learner_did_before_the_page_said_so_is_never_sent(
    tmp_path: Path, lrs: FakeLrs
) -> None:
    room = Room(tmp_path, lrs)
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.happens(ADA, "solved")
    room.clock.now += 1
    room.outbox.tell(ADA)
    room.happens(ADA, "tried")
    room.sends(2)
    assert [one["verb"]["display"]["en"] for one in lrs.stored.values()] == ["attempted"]


def test_within_one_second_too_it_counts_what_came_first(tmp_path: Path, lrs: FakeLrs) -> None:
    room = Room(tmp_path, lrs)
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.store.add(ADA, "solved", "build-cache")
    room.outbox.tell(ADA)
    room.store.add(ADA, "tried", "build-cache")
    room.sends(2)
    assert [one["verb"]["display"]["en"] for one in lrs.stored.values()] == ["attempted"]


def test_an_exercise_that_was_done_under_another_store_or_none_is_not_sent(
    room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "tried")
    room.outbox.goes_to(None)
    room.happens(ADA, "solved")
    room.restart()
    assert room.sends() == IDLE_SECONDS
    room.outbox.tell(ADA)
    room.happens(ADA, "solved", "multi-stage")
    room.sends()
    (only,) = lrs.stored.values()
    assert only["object"]["id"].endswith("multi-stage/#exercise")


def test_nothing_is_sent_twice_over_a_restart(room: Room, lrs: FakeLrs) -> None:
    for _ in range(BATCH + 1):
        room.happens(ADA, "tried")
    assert room.sends() == 0
    assert room.counts == (BATCH, 1)
    room.restart()
    room.sends(2)
    assert room.counts == (BATCH + 1, 0)
    assert [len(one) for one in lrs.posts] == [BATCH, 1]


def test_a_store_that_is_down_loses_nothing_and_is_asked_after_growing_waits(
    room: Room, lrs: FakeLrs
) -> None:
    lrs.down()
    room.happens(ADA, "tried")
    waits = [room.sends() for _ in range(12)]
    assert waits[:4] == [FIRST_WAIT_SECONDS * 2**n for n in range(4)]
    assert waits[-1] == LONGEST_WAIT_SECONDS
    status = room.sender.status()
    assert status.error == "does not answer: nothing listens there"
    assert (status.counts.waiting, status.counts.oldest) == (1, room.clock.now)
    room.restart()
    room.happens(BEN, "solved")
    lrs.up()
    assert room.sends() == 0
    assert room.counts == (2, 0)
    assert room.sender.status().error == ""
    lrs.down()
    room.happens(BEN, "solved")
    assert room.sends() == FIRST_WAIT_SECONDS, "it worked in between"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (500, "answers 500"),
        (401, "does not take the login any more (401)"),
        (403, "does not let this login send (403)"),
        (307, "answers with a redirect (307), which is not followed"),
        ("slow", "did not answer within 0.5 seconds"),
        ("page", "does not answer as an xAPI store does"),
    ],
)
def test_a_store_that_takes_nothing_gets_it_later(
    fault: int | str, said: str, room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "tried")
    lrs.fault = fault
    assert room.sends() == FIRST_WAIT_SECONDS
    assert room.sender.status().error == said
    assert room.counts == (0, 1)
    lrs.go_on.set()
    lrs.fault = None
    room.sends()
    assert room.counts == (1, 0)
    assert not any("elsewhere" in path for _, path in lrs.asked)


def test_a_store_says_how_long_to_wait(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    lrs.fault, lrs.retry_after = 429, "120"
    assert room.sends() == 120
    lrs.retry_after = "99999999"
    assert room.sends() == 3600


@pytest.mark.parametrize("may_read", [True, False])
def test_what_the_store_has_already_counts_as_sent(
    may_read: bool, room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "tried")
    room.happens(ADA, "solved")
    room.sends()
    # As if this process had ended between the answer and its own note of it.
    with sqlite3.connect(room.folder / FILE) as db:
        db.execute("delete from sent")
    room.happens(BEN, "tried")
    lrs.may_read = may_read
    lrs.voided = set(lrs.stored) if may_read else set()
    assert room.counts == (0, 3)
    assert room.sends() == 0
    assert room.counts == (3, 0)
    assert len(lrs.stored) == 3
    assert room.sender.status().error == ""


def test_another_statement_under_the_same_id_is_no_success(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    (only,) = lrs.stored.values()
    only["actor"] = {"account": {"homePage": HOME, "name": "somebody else"}}
    with sqlite3.connect(room.folder / FILE) as db:
        db.execute("delete from sent")
    room.happens(BEN, "tried")
    assert room.sends() == FIRST_WAIT_SECONDS
    assert room.counts == (1, 1)
    assert "something else" in room.sender.status().error


def test_one_that_the_store_does_not_want_keeps_no_other_out(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried", "multi-stage")
    for _ in range(4):
        room.happens(BEN, "tried")
    lrs.refuses = lambda one: "multi-stage" in one["object"]["id"]
    room.sends()
    assert room.counts == (4, 1)
    assert "(400)" in room.sender.status().error
    asked = len(lrs.posts)
    assert room.sends() == IDLE_SECONDS, "it waits behind the others"
    assert len(lrs.posts) == asked
    assert room.sender.status().again_at == room.clock.now + LONGEST_WAIT_SECONDS
    lrs.refuses = lambda _: False
    room.clock.now += LONGEST_WAIT_SECONDS
    room.sends(2)
    assert room.counts == (5, 0)
    assert room.sender.status().error == ""


def test_one_that_the_store_did_not_want_and_that_is_deleted_is_no_fault_any_more(
    room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "tried")
    lrs.refuses = lambda _: True
    room.sends()
    room.store.free(ADA)
    room.clock.now += LONGEST_WAIT_SECONDS
    assert room.sends() == IDLE_SECONDS
    assert room.sender.status().error == ""


def test_a_store_that_wants_nothing_is_not_asked_of_each(room: Room, lrs: FakeLrs) -> None:
    for _ in range(20):
        room.happens(ADA, "tried")
    lrs.refuses = lambda _: True
    assert room.sends() == FIRST_WAIT_SECONDS
    assert len(lrs.posts) == 4
    assert room.counts == (0, 20)


def test_what_is_deleted_does_not_wait_any_more(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    lrs.down()
    room.happens(BEN, "solved")
    room.happens(ADA, "solved")
    room.store.free(BEN)
    assert room.counts == (1, 1)
    room.clock.now += 14 * DAY_SECONDS + 5
    room.store.forget_old()
    assert room.counts == (0, 0)
    lrs.up()
    assert room.sends() == IDLE_SECONDS
    assert len(lrs.stored) == 1


def test_a_number_that_is_given_again_is_not_taken_for_sent(room: Room) -> None:
    """SQLite gives the number of the last event again once that is deleted."""
    room.happens(ADA, "tried")
    room.sends()
    (old,) = room.store.events()
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.outbox.tell(ADA)
    room.happens(ADA, "tried")
    (new,) = room.store.events()
    assert new.number == old.number
    assert room.counts == (0, 1)
    room.outbox.sent([old])
    assert room.counts == (0, 1)


def test_the_exercise_of_a_lab_that_is_gone_stops_nothing(room: Room) -> None:
    for _ in range(BATCH):
        room.happens(ADA, "tried", "gone")
    room.happens(ADA, "tried")
    room.sends()
    assert room.counts == (1, BATCH)
    assert room.sends() == IDLE_SECONDS


def test_a_fault_of_this_machine_is_told_and_does_not_end_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("FIRST_WAIT_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(sender, name, 0.01)
    room.happens(ADA, "tried")

    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full: a-secret")

    async def goes_on() -> None:
        running = asyncio.create_task(room.sender.run())
        with monkeypatch.context() as broken:
            broken.setattr(room.outbox, "waiting", full)
            await until(lambda: "see the log of the hub" in room.sender.status().error)
        await until(lambda: room.counts == (1, 0))
        running.cancel()

    asyncio.run(goes_on())
    assert "OperationalError" in caplog.text
    assert "a-secret" not in caplog.text


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():
            await asyncio.sleep(0.01)


def test_the_trainer_reads_it_in_plain_words(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    assert words.lines(room.sender.status()) == ["1 sent, 0 waiting."]
    lrs.fault = 500
    room.happens(ADA, "solved")
    room.sends()
    first, second = words.lines(room.sender.status())
    assert first.startswith("1 sent, 1 waiting, since ")
    assert "the store answers 500. The class tries again at " in second


def test_the_export_has_the_same_ids_and_pseudonyms(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    told = told_of(room.store, id="abc", origin=HOME, project=ROOT, keep_days=14)
    (exported,) = json.loads(told.xapi)
    assert exported["id"] in lrs.stored
    assert exported == lrs.stored[exported["id"]]
    assert NAMES[0] not in told.xapi
    row = next(one for one in json.loads(told.json) if one["seat"] == ADA)
    assert (row["name"], row["pseudonym"]) == (NAMES[0], room.said[ADA])


@pytest.mark.parametrize("login", [("key", "wrong"), ("other", LOGIN[1])])
def test_a_wrong_login_is_refused_by_the_store_of_these_tests(
    login: tuple[str, str], room: Room
) -> None:
    room.restart(login=login)
    room.happens(ADA, "tried")
    room.sends()
    assert "(401)" in room.sender.status().error
    assert room.counts == (0, 1)
