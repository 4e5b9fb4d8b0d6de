"""What is kept of a class: who has which seat, what happened, for how long."""
# ruff: noqa: F401, F811  # the fixtures `clock` and `store` are imported

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from class_store import Clock, clock, store

from advices.classroom.progress.store import DAY_SECONDS, FILE, Store, folded

SEATS = ["adv-seat-01", "adv-seat-02"]


def test_each_new_learner_gets_the_next_free_seat(store: Store) -> None:
    assert store.take("Ada", "1234", SEATS) == "adv-seat-01"
    assert store.take("Ben", "1234", SEATS) == "adv-seat-02"
    assert store.take("Cyd", "1234", SEATS) is None
    store.free("adv-seat-01")
    assert store.take("Cyd", "1234", SEATS) == "adv-seat-01"
    assert [(one.seat, one.name) for one in store.learners()] == [
        ("adv-seat-01", "Cyd"),
        ("adv-seat-02", "Ben"),
    ]


@pytest.mark.parametrize("name", ["ada", "ADA", " Ada ", "A\u0064a"])
def test_names_that_look_the_same_are_the_same(store: Store, name: str) -> None:
    store.take("Ada", "1234", SEATS)
    assert store.seat_of(name) == "adv-seat-01"
    with pytest.raises(ValueError):
        store.take(name, "9999", SEATS)
    assert len(store.learners()) == 1
    assert folded("  Ada   B ") == "ada b"


def test_a_learner_returns_by_the_pin_alone(store: Store) -> None:
    store.take("Ada", "1234", SEATS)
    assert store.knows("ada", "1234")
    assert not store.knows("ada", "12345")
    assert not store.knows("ada", "")
    assert not store.knows("nobody", "1234")


def test_the_file_is_roots_alone_and_has_no_pin(tmp_path: Path, store: Store) -> None:
    store.take("Ada", "a-pin-to-look-for", SEATS)
    file = tmp_path / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"a-pin-to-look-for" not in file.read_bytes()


def test_there_is_no_column_for_what_somebody_writes(tmp_path: Path, store: Store) -> None:
    with sqlite3.connect(tmp_path / FILE) as db:
        columns = {row[1] for row in db.execute("pragma table_info(event)")}
    assert columns == {"id", "seat", "name", "kind", "exercise", "hint", "at"}


def test_what_happened_is_kept_under_the_name_of_who_has_the_seat(
    store: Store, clock: Clock
) -> None:
    store.take("Ada", "1234", SEATS)
    store.add("adv-seat-01", "opened", "build-cache")
    clock.now += 30
    store.add("adv-seat-01", "opened", "build-cache")
    clock.now += 60
    store.add("adv-seat-01", "opened", "build-cache")
    store.add("adv-seat-01", "hint", "build-cache", "copy-all")
    store.add("adv-seat-02", "solved", "build-cache")
    assert [(one.name, one.kind, one.hint) for one in store.events()] == [
        ("Ada", "opened", ""),
        ("Ada", "opened", ""),
        ("Ada", "hint", "copy-all"),
    ]


def test_what_is_older_than_it_may_be_is_deleted(
    tmp_path: Path, store: Store, clock: Clock
) -> None:
    store.take("Ada", "1234", SEATS)
    store.add("adv-seat-01", "opened", "build-cache")
    store.say("hello")
    store.wish("adv-seat-01", on=True)
    clock.now += 14 * DAY_SECONDS - 1
    assert store.forget_old() == 0
    store.take("Ben", "1234", SEATS)
    clock.now += 2
    # Each command opens the store, and that is enough.
    again = Store(tmp_path, 14, clock)
    assert (again.events(), again.messages(), again.wishes()) == ([], [], {})
    assert [one.name for one in again.learners()] == ["Ben"]
    assert b"build-cache" not in (tmp_path / FILE).read_bytes()


def test_a_learner_who_still_does_something_is_kept(store: Store, clock: Clock) -> None:
    store.take("Ada", "1234", SEATS)
    clock.now += 10 * DAY_SECONDS
    store.add("adv-seat-01", "opened", "build-cache")
    clock.now += 10 * DAY_SECONDS
    store.forget_old()
    assert [one.name for one in store.learners()] == ["Ada"]


def test_help_is_asked_for_once_and_messages_go_to_all_or_one(store: Store, clock: Clock) -> None:
    store.take("Ada", "1234", SEATS)
    store.wish("adv-seat-01", on=True)
    began = clock.now
    clock.now += 60
    store.wish("adv-seat-01", on=True)
    assert store.wishes() == {"adv-seat-01": began}
    store.wish("adv-seat-01", on=False)
    assert store.wishes() == {}
    store.say("Break until ten")
    store.say("Your seat was reset", "adv-seat-01")
    assert [one.text for one in store.messages("adv-seat-01")] == [
        "Break until ten",
        "Your seat was reset",
    ]
    assert [one.text for one in store.messages("adv-seat-02")] == ["Break until ten"]
    store.take_back(store.messages()[0].number)
    assert store.messages() == []


def test_freeing_a_seat_forgets_all_of_its_learner(tmp_path: Path, store: Store) -> None:
    store.take("Ada Lovelace", "1234", SEATS)
    store.add("adv-seat-01", "solved", "build-cache")
    store.wish("adv-seat-01", on=True)
    store.free("adv-seat-01")
    assert (store.learners(), store.events(), store.wishes()) == ([], [], {})
    assert b"Lovelace" not in (tmp_path / FILE).read_bytes()


def test_a_seat_that_somebody_had_is_used_until_it_is_cleared(store: Store) -> None:
    (first, second) = SEATS
    assert store.used() == set()
    store.take("Ada", "1234", SEATS)
    assert store.first_use(first)
    assert not store.first_use(first), "somebody had it already"
    store.cleared(first)
    assert store.used() == {first}, "somebody has it"
    store.free(first)
    assert store.used() == {first}, "a browser may still be logged in"
    store.cleared(first)
    assert store.used() == set()
    assert store.first_use(first)
    assert store.first_use(second)
