"""A class with two learners that sends to a learning record store, and whose clock a test moves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_lrs import LOGIN, FakeLrs
from pydantic import ValidationError

from advices.classroom.progress.store import Store
from advices.classroom.progress.xapi import Statement, Told
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.lrs import Lrs
from advices.classroom.sending.outbox import Outbox
from advices.classroom.sending.sender import Sender

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
