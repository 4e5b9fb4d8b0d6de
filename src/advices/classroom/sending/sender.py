"""Sends what waits: in batches, again after growing waits, nothing twice and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from tornado.log import app_log

from advices.classroom.progress.store import Happened
from advices.classroom.progress.xapi import Statement, Told, statements
from advices.classroom.sending.lrs import Answer, Lrs
from advices.classroom.sending.outbox import Counts, Outbox
from advices.core import now

BATCH = 50
IDLE_SECONDS = 5.0
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 600.0
# So many in turn that the store wants none of: then it is the store, and not the statement.
_REFUSALS = 3


class Status(NamedTuple):
    """How sending stands. `error` is "" while it works; times are seconds since 1970."""

    host: str
    counts: Counts
    error: str = ""
    failed_at: float = 0
    again_at: float = 0


class Waiting(NamedTuple):
    """An event that waits, and the statement that says it."""

    event: Happened
    statement: Statement


def _seconds() -> float:
    return now().timestamp()


class Sender:
    """Sends the progress of one class to one store."""

    def __init__(
        self,
        outbox: Outbox,
        lrs: Lrs,
        host: str,
        told: Callable[[], Told],
        clock: Callable[[], float] = _seconds,
    ) -> None:
        """Send from an outbox to a store; `told` says what the class and learners are called."""
        self.host = host
        self._outbox = outbox
        self._lrs = lrs
        self._told = told
        self._clock = clock
        self._failures = 0
        self._status = Status(host, Counts(0, 0, None))
        self._refused: set[int] = set()
        self._refused_until = 0.0

    def tell(self, seat: str) -> str | None:
        """Keep that a learner is told now; return the learner's pseudonym, None for nobody."""
        return self._outbox.tell(seat)

    def status(self) -> Status:
        """Return how it stands now."""
        return self._status._replace(counts=self._outbox.counts())

    async def run(self) -> None:
        """Send until this is cancelled."""
        while True:
            try:
                wait = await self.once()
            except Exception as error:
                # The trainer's page goes on, and says so. The text could have anything in it.
                app_log.error("progress was not sent: %s", type(error).__name__)
                wait = self._failed(Answer("failed", "was not asked: see the log of the hub"))
            await asyncio.sleep(wait)

    async def once(self) -> float:
        """Send one batch if something waits; return after how many seconds to look again."""
        batch = self._next()
        if not batch:
            if not self._refused:
                self._status = Status(self.host, self._status.counts)
            return IDLE_SECONDS
        answer = await self._hand_over(batch)
        if answer.kind == "conflict" or (answer.kind == "refused" and len(batch) > 1):
            # A store takes all of a batch or nothing, so one of them keeps the others out.
            answer = await self._one_by_one(batch)
        elif answer.kind == "refused":
            self._put_off(batch[0])
        return self._worked() if answer.kind == "stored" else self._failed(answer)

    def _next(self) -> list[Waiting]:
        if self._refused and self._clock() >= self._refused_until:
            self._refused.clear()
        told, found = self._told(), list[Waiting]()
        for event in self._outbox.waiting():
            # Of an exercise that is no more, or a learner who just left, there is none.
            if event.number not in self._refused:
                found += [Waiting(event, one) for one in statements([event], told)]
            if len(found) == BATCH:
                break
        return found

    async def _hand_over(self, batch: Sequence[Waiting]) -> Answer:
        answer = await self._lrs.store([one.statement for one in batch])
        if answer.kind == "stored":
            self._outbox.sent(one.event for one in batch)
        return answer

    async def _one_by_one(self, batch: Sequence[Waiting]) -> Answer:
        """Send each by itself. Return `stored`, or what the store says to the last refused one."""
        last, in_turn = Answer("stored"), 0
        for one in batch:
            answer = await self._hand_over([one])
            if answer.kind == "conflict" and await self._lrs.has(one.statement):
                self._outbox.sent([one.event])
                answer = Answer("stored")
            if answer.kind == "failed":
                return answer
            if answer.kind == "stored":
                in_turn = 0
                continue
            self._put_off(one)
            last, in_turn = answer, in_turn + 1
            if in_turn == _REFUSALS:
                return last
        return last

    def _put_off(self, one: Waiting) -> None:
        """Let what the store does not want wait behind all others."""
        self._refused.add(one.event.number)
        self._refused_until = self._clock() + LONGEST_WAIT_SECONDS

    def _worked(self) -> float:
        self._failures = 0
        if not self._refused:
            self._status = Status(self.host, self._status.counts)
        return 0.0

    def _failed(self, answer: Answer) -> float:
        wait = min(FIRST_WAIT_SECONDS * float(2**self._failures), LONGEST_WAIT_SECONDS)
        wait = max(wait, answer.wait_seconds)
        # So that no power of two grows without end.
        self._failures = min(self._failures + 1, 10)
        at = self._clock()
        again_at = at + wait if answer.kind == "failed" else self._refused_until
        self._status = Status(self.host, self._status.counts, answer.why, at, again_at)
        return wait
