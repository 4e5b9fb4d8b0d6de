"""What a learner's laptop sends to its class: what waits, what is told late, what never comes."""
# ruff: noqa: F401, F811  # the fixture `room` is imported

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from joining_laptop import join, room

from advices.learn import sending

TRIED = {"kind": "tried", "exercise": "build-cache"}
SOLVED = {"kind": "solved", "exercise": "build-cache"}


def test_a_class_that_is_started_again_misses_nothing(
    room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_AGAIN_SECONDS", 0.05)
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        assert (await sender.happened({"kind": "opened", "exercise": "build-cache"})).is_well
        room.stop()
        assert (await sender.happened(TRIED)).status == 0
        assert (await sender.happened(SOLVED)).status == 0
        assert not (await sender.mine()).is_well
        assert not (await sender.wish(on=True)).is_well
        assert sender.waiting == 2
        room.start()
        # Nobody opens a page: it comes by itself.
        while sender.waiting:
            await asyncio.sleep(0.05)

    asyncio.run(asyncio.wait_for(day(), 30))
    assert [one.kind for one in room.store.events()] == ["opened", "tried", "solved"]
    # Who asked for help when nobody heard it was told so, and may not want it any more.
    assert room.store.wishes() == {}


def test_what_is_said_late_says_how_late(
    room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [1000.0]
    monkeypatch.setattr(sending, "clock", lambda: at[0])
    sender = join(room, tmp_path).sender()
    # The learner came long ago.
    room.store._clock = lambda: room.store.learners()[0].came + 5000

    async def day() -> None:
        room.stop()
        await sender.happened(TRIED)
        at[0] += 90
        room.start()
        await sender.happened(SOLVED)

    asyncio.run(day())
    tried, solved = room.store.events()
    assert solved.at - tried.at == 90


def test_what_the_class_refuses_does_not_stop_what_follows(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        assert (await sender.happened({"kind": "tried", "exercise": "FROM python"})).status == 400
        assert (await sender.happened(TRIED)).is_well

    asyncio.run(day())
    assert sender.waiting == 0
    assert [one.kind for one in room.store.events()] == ["tried"]


def test_who_is_too_fast_is_told_later(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()

    async def day() -> None:
        for _ in range(60):
            await sender.happened(TRIED)
        assert (await sender.happened(SOLVED)).status == 429

    asyncio.run(day())
    assert sender.waiting == 1


def test_what_waits_has_an_end(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()
    room.stop()

    async def day() -> None:
        for _ in range(sending.WAITING_AT_MOST + 5):
            sender._waiting.append((0.0, TRIED))
        await sender.happened(SOLVED)

    asyncio.run(day())
    assert sender.waiting == sending.WAITING_AT_MOST
    assert sender._waiting[-1][1] == SOLVED


def test_a_laptop_that_the_trainer_removed_sends_nothing_more(room, tmp_path: Path) -> None:
    sender = join(room, tmp_path).sender()
    room.store.free("own-01")

    async def day() -> None:
        assert (await sender.mine()).status == 403
        assert sender.has_left
        room.stop()
        assert (await sender.happened(TRIED)).status == 403
        assert (await sender.wish(on=True)).status == 403

    asyncio.run(day())
    assert sender.waiting == 0


def test_what_waits_is_told_before_the_good_bye(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    sender = joined.sender()
    room.stop()
    asyncio.run(sender.happened(SOLVED))
    room.start()
    joined.leave(sender)
    assert sender.waiting == 0
    assert [one.kind for one in room.store.events()] == ["solved"]
