"""What of a class waits to be sent and what was, in the same file as the events themselves.

An event that is deleted takes all of this with it, whoever deletes it: the file's own triggers do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from typing import NamedTuple

from advices.classroom.progress.store import Happened, Store
from advices.core import now

KINDS = ("tried", "solved")
"""What is sent of an exercise; `words.notice` tells learners exactly this."""
_TABLES = """
create table if not exists pseudonym (seat text primary key, word text not null unique);
create table if not exists send_to (only integer primary key check (only = 1), url text not null);
create table if not exists told (
  seat text primary key, at real not null, after integer not null);
create table if not exists sent (event integer primary key, at real not null);
create trigger if not exists learner_gone after delete on learner begin
  delete from pseudonym where seat = old.seat;
  delete from told where seat = old.seat;
end;
create trigger if not exists event_gone after delete on event begin
  delete from sent where event = old.id;
end;
"""
_WAITING = """
from event join told on told.seat = event.seat
where event.kind in (?, ?)
  and (event.at > told.at or (event.at = told.at and event.id > told.after))
  and not exists (select 1 from sent where sent.event = event.id)
"""


class Counts(NamedTuple):
    """How many of what is kept were sent, how many wait, and since when (seconds since 1970)."""

    sent: int
    waiting: int
    oldest: float | None


def _seconds() -> float:
    return now().timestamp()


class Outbox:
    """What is to be sent of one class."""

    def __init__(self, store: Store, clock: Callable[[], float] = _seconds) -> None:
        """Keep it in the file of the class."""
        self._store = store
        self._clock = clock
        with store.transaction() as db:
            db.executescript(_TABLES)

    def pseudonyms(self) -> dict[str, str]:
        """Return by seat the word that others know its learner by.

        It is drawn by lot, and gone with the learner: who comes next gets another one.
        """
        with self._store.transaction() as db:
            lacking = db.execute(
                "select seat from learner where seat not in (select seat from pseudonym)"
            ).fetchall()
            for (seat,) in lacking:
                word = f"learner-{secrets.token_hex(6)}"
                db.execute("insert or ignore into pseudonym values (?, ?)", (seat, word))
            return dict(db.execute("select seat, word from pseudonym").fetchall())

    def goes_to(self, url: str | None) -> None:
        """Keep which store this is for. What was done under another one is never sent to it."""
        with self._store.transaction() as db:
            db.execute("begin immediate")
            found = db.execute("select url from send_to").fetchone()
            if (found[0] if found else None) == url:
                return
            for table in ("send_to", "told", "sent"):
                db.execute(f"delete from {table}")
            if url is not None:
                db.execute("insert into send_to values (1, ?)", (url,))

    def tell(self, seat: str) -> str | None:
        """Keep that the learner of a seat is told now; return the pseudonym, None for nobody.

        What a learner did before is never sent.
        """
        with self._store.transaction() as db:
            # Times are whole seconds; within one, the numbers of events say what came first.
            db.execute(
                "insert or ignore into told select seat, ?, "
                "(select coalesce(max(id), 0) from event) from learner where seat = ?",
                (self._clock(), seat),
            )
        return self.pseudonyms().get(seat)

    def waiting(self) -> list[Happened]:
        """Return what waits, oldest first."""
        columns = "event.id, event.seat, event.name, kind, exercise, hint, event.at"
        query = f"select {columns} {_WAITING} order by event.at, event.id"
        with self._store.transaction() as db:
            return [Happened(*row) for row in db.execute(query, KINDS)]

    def sent(self, events: Iterable[Happened]) -> None:
        """Keep that these were sent, unless they were deleted in the meantime."""
        # A number that is free again is given again, so the time is compared too.
        query = "insert or ignore into sent select id, ? from event where id = ? and at = ?"
        with self._store.transaction() as db:
            db.executemany(query, [(self._clock(), one.number, one.at) for one in events])

    def counts(self) -> Counts:
        """Return how many were sent and how many wait."""
        with self._store.transaction() as db:
            (sent,) = db.execute("select count(*) from sent").fetchone()
            waiting, oldest = db.execute(
                f"select count(*), min(event.at) {_WAITING}", KINDS
            ).fetchone()
        return Counts(sent, waiting, oldest)
