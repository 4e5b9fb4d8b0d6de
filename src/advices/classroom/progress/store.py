"""What is kept of a class, in one file of SQLite that only root can read.

Who has which seat, or joined with a laptop, under which name and with which PIN or account (as
hashes); the hash of a laptop's token; which exercise was opened, tried, solved, which hint was
read, who asks for help; what the trainer said. Never the text of a Dockerfile, never an output,
never a key that was pressed: there is no column for it.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from advices.core import now

Kind = Literal["opened", "tried", "solved", "hint", "help", "reset"]
KINDS: tuple[Kind, ...] = ("opened", "tried", "solved", "hint", "help", "reset")
DAY_SECONDS = 86_400
FILE = "progress.sqlite"
# Some 30 ms on one core; a class logs in 30 learners at once.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
_TABLES = """
create table if not exists learner (
  seat text primary key, name text not null, folded text not null unique,
  salt blob not null, pin blob not null, came real not null);
create table if not exists used (seat text primary key);
create table if not exists event (
  id integer primary key, seat text not null, name text not null, kind text not null,
  exercise text not null, hint text not null, at real not null);
create table if not exists wish (seat text primary key, since real not null);
create table if not exists message (
  id integer primary key, seat text not null, text text not null, at real not null);
create table if not exists joined (seat text primary key, token blob not null unique);
"""


class Learner(NamedTuple):
    """Who has a seat, or the place of a laptop. `came` is in seconds since 1970."""

    seat: str
    name: str
    came: float


class Happened(NamedTuple):
    """One thing that a learner did. `at` is in seconds since 1970."""

    number: int
    seat: str
    name: str
    kind: str
    exercise: str
    hint: str
    at: float


class Message(NamedTuple):
    """What the trainer said; `seat` is "" for all. `at` is in seconds since 1970."""

    number: int
    seat: str
    text: str
    at: float


def _seconds() -> float:
    return now().timestamp()


class Store:
    """The file of one class. Each call is a transaction; several processes may use it at once."""

    def __init__(self, folder: Path, keep_days: int, clock: Callable[[], float] = _seconds) -> None:
        """Open the file, and delete what is older than it may be. `folder` is root's."""
        self._file = folder / FILE
        self._keep_seconds = keep_days * DAY_SECONDS
        self._clock = clock
        # SQLite gives its journal the mode of the file.
        os.close(os.open(self._file, os.O_CREAT | os.O_RDWR, 0o600))
        with self._open() as db:
            db.executescript(_TABLES)
        self.forget_old()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._file, timeout=20)
        try:
            # What is deleted is overwritten: nobody finds it in the file.
            db.execute("pragma secure_delete = on")
            with db:
                yield db
        finally:
            db.close()

    def transaction(self) -> AbstractContextManager[sqlite3.Connection]:
        """Return the file in a transaction, for what else is kept in it."""
        return self._open()

    def forget_old(self) -> int:
        """Delete what is older than it may be; return how many rows went."""
        before = self._clock() - self._keep_seconds
        with self._open() as db:
            gone = [
                db.execute(f"delete from {table} where {column} < ?", (before,)).rowcount
                for table, column in (("event", "at"), ("message", "at"), ("wish", "since"))
            ]
            # Who still comes back keeps the seat.
            gone.append(
                db.execute(
                    "delete from learner where came < ? and seat not in (select seat from event)",
                    (before,),
                ).rowcount
            )
            db.execute("delete from joined where seat not in (select seat from learner)")
        return sum(gone)

    def learners(self) -> list[Learner]:
        """Return who has a seat, by seat."""
        with self._open() as db:
            rows = db.execute("select seat, name, came from learner order by seat").fetchall()
        return [Learner(*row) for row in rows]

    def seat_of(self, name: str) -> str | None:
        """Return the seat of a learner, None for a name that nobody has."""
        with self._open() as db:
            row = db.execute("select seat from learner where folded = ?", (folded(name),))
            found = row.fetchone()
        return str(found[0]) if found else None

    def take(self, name: str, pin: str, seats: list[str]) -> str | None:
        """Give a learner who is new the first free seat and return it, None when none is free.

        Raises ValueError when the name was taken in the meantime.
        """
        salt = secrets.token_bytes(16)
        hashed = _hash(pin, salt)
        with self._open() as db:
            try:
                return self._give(db, seats, (name, folded(name), salt, hashed))
            except sqlite3.IntegrityError:
                raise ValueError(name) from None

    def seat_of_account(self, digest: str, name: str, seats: list[str]) -> tuple[str | None, bool]:
        """Return the seat of an account of another login, and whether it just came.

        A new one gets the first free seat; None when none is free. Two may have one name. The
        digest is longer than a name can be, and no PIN leads to its seat.
        """
        with self._open() as db:
            db.execute("begin immediate")
            row = db.execute("select seat from learner where folded = ?", (digest,)).fetchone()
            if row is not None:
                return str(row[0]), False
            return self._give(db, seats, (name, digest, b"", b"")), True

    def _give(
        self, db: sqlite3.Connection, seats: list[str], who: tuple[str, str, bytes, bytes]
    ) -> str | None:
        # Nobody else takes one between the look and the taking.
        if not db.in_transaction:
            db.execute("begin immediate")
        taken = {row[0] for row in db.execute("select seat from learner")}
        seat = next((one for one in seats if one not in taken), None)
        if seat is not None:
            row = (seat, *who, self._clock())
            db.execute("insert into learner values (?, ?, ?, ?, ?, ?)", row)
        return seat

    def first_use(self, seat: str) -> bool:
        """Keep that somebody uses a seat; return whether nobody did since it was cleared."""
        with self._open() as db:
            return db.execute("insert or ignore into used values (?)", (seat,)).rowcount == 1

    def used(self) -> set[str]:
        """Return the seats that somebody has, or had since they were last cleared."""
        with self._open() as db:
            return {str(row[0]) for row in db.execute("select seat from used")}

    def cleared(self, seat: str) -> None:
        """Keep that nothing is left of who had a seat, unless somebody has it."""
        query = "delete from used where seat = ? and seat not in (select seat from learner)"
        with self._open() as db:
            db.execute(query, (seat,))

    def knows(self, name: str, pin: str) -> bool:
        """Return whether a learner's PIN is right."""
        with self._open() as db:
            row = db.execute("select salt, pin from learner where folded = ?", (folded(name),))
            found = row.fetchone()
        salt, kept = found or (b"no one has this", b"")
        return secrets.compare_digest(_hash(pin, salt), kept) and bool(found)

    def free(self, seat: str) -> None:
        """Forget who has a seat, and all that they did."""
        with self._open() as db:
            for table in ("learner", "event", "wish", "message", "joined"):
                db.execute(f"delete from {table} where seat = ?", (seat,))

    def joins(self, seat: str, digest: bytes) -> None:
        """Keep the hash of a laptop's token; the one before it is good no more."""
        with self._open() as db:
            db.execute("insert or replace into joined values (?, ?)", (seat, digest))

    def leaves(self, seat: str) -> None:
        """Forget the token of a laptop, and that its learner asks for help. Progress stays."""
        with self._open() as db:
            for table in ("joined", "wish"):
                db.execute(f"delete from {table} where seat = ?", (seat,))

    def joined(self) -> set[str]:
        """Return the places whose laptop has a token that is good."""
        with self._open() as db:
            return {str(row[0]) for row in db.execute("select seat from joined")}

    def place_of(self, digest: bytes) -> str | None:
        """Return whose token has a hash, None for nobody's."""
        query = "select seat from joined join learner using (seat) where token = ?"
        with self._open() as db:
            found = db.execute(query, (digest,)).fetchone()
        return str(found[0]) if found else None

    def add(
        self, seat: str, kind: Kind, exercise: str = "", hint: str = "", *, ago: float = 0
    ) -> None:
        """Keep that a learner did something. Of a seat that nobody has, nothing is kept.

        A page that is opened again within a minute counts once. What could not be told at once was
        `ago` seconds before now; nothing was before the learner came.
        """
        with self._open() as db:
            row = db.execute("select name, came from learner where seat = ?", (seat,)).fetchone()
            if row is None:
                return
            at = max(self._clock() - max(ago, 0), row[1])
            if kind == "opened":
                same = db.execute(
                    "select 1 from event where seat = ? and kind = ? and exercise = ? and at > ? "
                    "and at <= ?",
                    (seat, kind, exercise, at - 60, at),
                ).fetchone()
                if same:
                    return
            db.execute(
                "insert into event (seat, name, kind, exercise, hint, at) "
                "values (?, ?, ?, ?, ?, ?)",
                (seat, row[0], kind, exercise, hint, at),
            )

    def events(self) -> list[Happened]:
        """Return all that is kept, oldest first."""
        query = "select id, seat, name, kind, exercise, hint, at from event order by at, id"
        with self._open() as db:
            return [Happened(*row) for row in db.execute(query)]

    def wish(self, seat: str, *, on: bool) -> None:
        """Keep that a learner asks for help, or does not any more."""
        with self._open() as db:
            if on:
                db.execute("insert or ignore into wish values (?, ?)", (seat, self._clock()))
            else:
                db.execute("delete from wish where seat = ?", (seat,))

    def wishes(self) -> dict[str, float]:
        """Return since when each seat asks for help."""
        with self._open() as db:
            return dict(db.execute("select seat, since from wish order by since").fetchall())

    def say(self, text: str, seat: str = "") -> None:
        """Keep what the trainer says to all, or to one seat."""
        with self._open() as db:
            db.execute(
                "insert into message (seat, text, at) values (?, ?, ?)", (seat, text, self._clock())
            )

    def messages(self, seat: str | None = None) -> list[Message]:
        """Return what was said to a seat and to all, oldest first; of None, to all alone."""
        query = "select id, seat, text, at from message where seat in ('', ?) order by id"
        with self._open() as db:
            return [Message(*row) for row in db.execute(query, (seat or "",))]

    def take_back(self, number: int) -> None:
        """Delete what was said."""
        with self._open() as db:
            db.execute("delete from message where id = ?", (number,))


def folded(name: str) -> str:
    """Return what two names have in common that a reader takes for the same."""
    return " ".join(name.casefold().split())


def _hash(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, **_SCRYPT)
