"""A learning record store that is down, busy or refuses: what waits, what is sent, what is told."""
# ruff: noqa: F401, F811  # the fixtures `lrs` and `room` are imported

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from fake_lrs import LOGIN, FakeLrs
from sending_class import ADA, BEN, HOME, Room, lrs, room

from advices.classroom.progress.store import FILE
from advices.classroom.sending import sender
from advices.classroom.sending.sender import FIRST_WAIT_SECONDS, IDLE_SECONDS, LONGEST_WAIT_SECONDS


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


@pytest.mark.parametrize("login", [("key", "wrong"), ("other", LOGIN[1])])
def test_a_wrong_login_is_refused_by_the_store_of_these_tests(
    login: tuple[str, str], room: Room
) -> None:
    room.restart(login=login)
    room.happens(ADA, "tried")
    room.sends()
    assert "(401)" in room.sender.status().error
    assert room.counts == (0, 1)
