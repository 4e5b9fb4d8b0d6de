"""A learner's own laptop in a class: who is let in, what is kept, and what the trainer sees."""
# ruff: noqa: F401, F811  # the fixtures `clock` and `store` are imported

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from class_of_laptops import CODE, SEATS, door_of, join
from class_store import NOW, Clock, clock, store
from tornado import web

from advices.classroom.board import page
from advices.classroom.board.rows import Exercise, counts, seat_rows
from advices.classroom.progress import laptops, report
from advices.classroom.progress.store import DAY_SECONDS, FILE, Store


@pytest.fixture
def door(store: Store):
    return door_of(store)


def log_in(door, name: str, code: str = CODE, pin: str = "1234", at: str = "10.0.0.1") -> str:
    request = SimpleNamespace(remote_ip=at)
    handler = SimpleNamespace(request=request, find_user=lambda _seat: None)
    data = {"username": name, "password": code, "pin": pin}
    return asyncio.run(door.authenticate(handler, data))["name"]


def refused(act, *args: str, **kwargs: str) -> str:
    with pytest.raises(web.HTTPError) as told:
        act(*args, **kwargs)
    return told.value.jupyterhub_message


def test_a_laptop_takes_no_seat_and_a_seat_no_laptops_place(door, store: Store) -> None:
    first, second = join(door, "Ada"), join(door, "Ben")
    assert log_in(door, "Cyd") == SEATS[0]
    assert {one.name: one.seat for one in store.learners()} == {
        "Ada": "own-01",
        "Ben": "own-02",
        "Cyd": SEATS[0],
    }
    assert store.place_of(laptops.digest(first)) == "own-01"
    assert store.place_of(laptops.digest(second)) == "own-02"
    assert store.place_of(laptops.digest("own.made-up")) is None
    assert not {*laptops.PLACES} & {*SEATS}


def test_who_joins_again_is_the_same_learner_with_another_token(door, store: Store) -> None:
    before = join(door, "Ada")
    after = join(door, " ada ", "ABCD EFGH", at="10.0.0.7")
    assert after != before
    assert store.place_of(laptops.digest(before)) is None
    assert store.place_of(laptops.digest(after)) == "own-01"
    assert len(store.learners()) == 1


def test_two_with_one_name_are_told_what_to_do(door, store: Store) -> None:
    token = join(door, "Ada")
    said = refused(join, door, "Ada", pin="9999")
    assert "is in this class already. Was that you?" in said
    assert "choose another name" in said
    # The first one goes on.
    assert store.place_of(laptops.digest(token)) == "own-01"


@pytest.mark.parametrize(
    ("name", "code", "pin", "says"),
    [
        ("Ada", "abcd-efgi", "1234", "This is not the code of the class."),
        ("Ada", "0" * 32, "1234", "This is not the code of the class."),
        ("Ada", CODE, "123", "Choose a PIN"),
        ("", CODE, "1234", "Choose a name"),
        ("A\u202eda", CODE, "1234", "nobody can see"),
        (" Trainer ", "0" * 32, "1234", "This name is the trainer's."),
    ],
)
def test_what_is_wrong_is_said_and_nobody_joins(
    door, store: Store, name: str, code: str, pin: str, says: str
) -> None:
    assert says in refused(join, door, name, code, pin)
    assert store.learners() == []
    assert store.joined() == set()


def test_one_name_is_not_in_a_seat_and_on_a_laptop(door, store: Store) -> None:
    join(door, "Ada")
    log_in(door, "Ben")
    assert "so it has no seat" in refused(log_in, door, "Ada")
    assert SEATS[0] in refused(join, door, "Ben")
    # Who does not know the PIN does not hear where somebody is.
    assert SEATS[0] not in refused(join, door, "Ben", pin="9999")
    assert store.used() == {SEATS[0]}


def test_who_guesses_is_counted_once_for_both_doors(door) -> None:
    join(door, "Ada")
    for number in range(5):
        refused(join, door, "Ada", pin=f"000{number}", at=f"10.0.1.{number}")
    assert refused(log_in, door, "Ada", at="10.0.2.1").startswith("Too many wrong attempts.")
    for _ in range(10):
        refused(join, door, "Ben", "wrong", at="10.0.3.1")
        refused(log_in, door, "Ben", "wrong", at="10.0.3.1")
    for act in (join, log_in):
        assert refused(act, door, "Cyd", at="10.0.3.1").startswith("Too many")
    assert refused(log_in, door, "trainer", "0" * 32, at="10.0.3.1").startswith("Too many")
    assert join(door, "Cyd", at="10.0.3.2")


def test_there_are_as_many_laptops_as_may_be(door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(laptops, "PLACES", laptops.PLACES[:2])
    join(door, "Ada")
    join(door, "Ben")
    assert "as many as may be" in refused(join, door, "Cyd")
    assert join(door, "Ada")


def test_of_a_token_only_a_hash_is_kept(door, store: Store, tmp_path: Path) -> None:
    token = join(door, "Ada")
    assert laptops.is_token(token) and not laptops.is_token("0" * 32)
    assert len(token) > 40
    assert token.encode() not in (tmp_path / FILE).read_bytes()
    with sqlite3.connect(tmp_path / FILE) as db:
        assert db.execute("select token from joined").fetchall() == [(laptops.digest(token),)]


def test_who_leaves_keeps_the_name_and_what_was_solved(door, store: Store) -> None:
    token = join(door, "Ada")
    store.add("own-01", "solved", "build-cache")
    store.wish("own-01", on=True)
    store.leaves("own-01")
    assert store.place_of(laptops.digest(token)) is None
    assert (store.joined(), store.wishes()) == (set(), {})
    assert [one.kind for one in store.events()] == ["solved"]
    join(door, "Ada")
    assert store.joined() == {"own-01"}


def test_who_is_forgotten_or_too_old_has_no_token(door, store: Store, clock: Clock) -> None:
    join(door, "Ada")
    store.free("own-01")
    assert (store.learners(), store.joined()) == ([], set())
    token = join(door, "Ben")
    clock.now += 15 * DAY_SECONDS
    store.forget_old()
    assert (store.learners(), store.joined()) == ([], set())
    assert store.place_of(laptops.digest(token)) is None


def test_what_was_told_late_has_the_time_when_it_was(door, store: Store, clock: Clock) -> None:
    join(door, "Ada")
    clock.now += 100
    store.add("own-01", "tried", "build-cache", ago=30)
    store.add("own-01", "tried", "build-cache", ago=5000)
    # Nothing was before the learner came.
    assert [one.at for one in store.events()] == [NOW, NOW + 70]


# ---- what the trainer sees

CACHE = Exercise("build-cache", "Order for the cache")
LINKS = page.Links("/services/class/", "a-token", "/hub/logout")


@pytest.fixture
def rows(door, store: Store, clock: Clock):
    join(door, 'Ada"><img src=x>')
    join(door, "Ben")
    log_in(door, "Cyd")
    store.add("own-01", "tried", "build-cache")
    store.add("own-01", "hint", "build-cache", "copy-all")
    store.wish("own-01", on=True)
    store.leaves("own-02")
    return seat_rows(
        [*SEATS, "own-01", "own-02"],
        exercises=[CACHE],
        learners=store.learners(),
        events=store.events(),
        wishes=store.wishes(),
        now=clock.now,
        joined=store.joined(),
    )


def test_laptops_are_in_the_table_behind_the_seats(rows) -> None:
    assert [(one.place, one.is_own, one.has_left) for one in rows] == [
        (SEATS[0], False, False),
        (SEATS[1], False, False),
        ("own laptop", True, False),
        ("own laptop", True, True),
    ]
    assert [(one.state, one.hint) for one in rows[2].stands] == [("tried", "copy-all")]
    assert [(one.open, one.tried, one.solved) for one in counts([CACHE], rows)] == [(0, 1, 0)]


def test_the_page_resets_no_laptop_and_escapes_its_learners_name(rows) -> None:
    shown = page.parts(page.Board(rows, counts([CACHE], rows), [], "10:00"), LINKS)
    assert "<img" not in shown and "&lt;img src=x" in shown
    assert "ask/reset/adv-seat-01" in shown and "ask/free/adv-seat-01" in shown
    assert "ask/reset/own" not in shown and "ask/free/own" not in shown
    assert shown.count("ask/forget/own-") == 2
    assert "<small>own laptop</small>" in shown and "<small>own laptop, left</small>" in shown
    # Whatever a learner is called, the page shows no number of a laptop.
    assert "(own laptop), for 0 min" in shown


def test_the_page_asks_before_it_forgets_a_learner() -> None:
    asked_for = page.question("own-01", '"><img src=x>', "forget", LINKS)
    assert "<img" not in asked_for and "Forget &#34;&gt;&lt;img" in asked_for
    assert 'action="/services/class/forget"' in asked_for
    assert 'name="_xsrf" value="a-token"' in asked_for
    for act, title in (("reset", "Reset adv-seat-01"), ("free", "Free adv-seat-01")):
        found = page.question("adv-seat-01", "Ada", act, LINKS)
        assert f"<h1>{title}?</h1>" in found and f"<title>{title} - Docker Advices" in found


def test_the_report_names_a_laptop_as_what_it_is(door, store: Store) -> None:
    join(door, "Ada")
    (row,) = report.report(store.learners(), store.events(), {})
    assert report.cells(row)[:2] == ["own laptop", "Ada"]
