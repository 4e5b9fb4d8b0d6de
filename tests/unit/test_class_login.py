"""Who is let in to a class, and what everybody else is told."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from tornado import web

from advices.classroom.hub.attempts import Attempts
from advices.classroom.hub.authenticator import ClassAuthenticator, name_fault, pin_fault
from advices.classroom.progress.store import Store

CODE, TRAINER = "abcd-efgh", "0" * 32


@pytest.fixture
def door(tmp_path: Path) -> ClassAuthenticator:
    return ClassAuthenticator(
        user_password=CODE,
        trainer_code=TRAINER,
        seats=["adv-seat-01", "adv-seat-02"],
        store=Store(tmp_path, 14),
        allowed_users={"adv-seat-01", "adv-seat-02", "trainer"},
    )


def enter(
    door: ClassAuthenticator, name: str, code: str = CODE, pin: str = "1234", at: str = "10.0.0.1"
) -> str:
    """Return the hub's name of who logs in. Raises what the form shows."""
    request = SimpleNamespace(remote_ip=at)
    handler = SimpleNamespace(request=request, find_user=lambda _seat: None)
    data = {"username": name, "password": code, "pin": pin}
    found = asyncio.run(door.authenticate(handler, data))
    assert found["admin"] is False
    return found["name"]


def refused(door: ClassAuthenticator, *args: str, **kwargs: str) -> str:
    with pytest.raises(web.HTTPError) as told:
        enter(door, *args, **kwargs)
    return told.value.jupyterhub_message


def test_a_learner_gets_a_seat_and_returns_to_it(door: ClassAuthenticator) -> None:
    assert enter(door, "Ada") == "adv-seat-01"
    assert enter(door, " ada ", "ABCDEFGH", at="10.0.0.9") == "adv-seat-01"
    assert enter(door, "Ben", "abcd efgh") == "adv-seat-02"


def test_two_with_one_name_are_told_what_to_do(door: ClassAuthenticator) -> None:
    enter(door, "Ada")
    said = refused(door, "Ada", pin="9999")
    assert "has a seat already. Was that you?" in said
    assert "choose another name" in said


def test_when_no_seat_is_free_it_says_so(door: ClassAuthenticator) -> None:
    enter(door, "Ada")
    enter(door, "Ben")
    assert refused(door, "Cyd").startswith("All 2 seats are taken.")


@pytest.mark.parametrize("code", ["", "abcd-efgi", "abcdefg", TRAINER, CODE + "x"])
def test_a_wrong_code_lets_nobody_in(door: ClassAuthenticator, code: str) -> None:
    assert refused(door, "Ada", code) == (
        "This is not the code of the class. Ask your trainer for it."
    )
    assert door.store.learners() == []


def test_the_trainer_needs_the_other_code(door: ClassAuthenticator) -> None:
    assert enter(door, "trainer", TRAINER, pin="") == "trainer"
    assert enter(door, " Trainer ", TRAINER) == "trainer"
    assert "not the trainer's code" in refused(door, "trainer", CODE)


def test_a_seat_is_no_name_to_log_in_with(door: ClassAuthenticator) -> None:
    """The name of another one's seat is a new learner's name, and leads to a new seat."""
    enter(door, "Ada")
    assert enter(door, "adv-seat-01", pin="9999") == "adv-seat-02"


def test_who_guesses_a_pin_waits_and_others_do_not(door: ClassAuthenticator) -> None:
    enter(door, "Ada")
    for number in range(5):
        refused(door, "Ada", pin=f"000{number}", at=f"10.0.1.{number}")
    for name in ("Ada", "ada", " ADA "):
        said = refused(door, name, at="10.0.2.1")
        assert said.startswith("Too many wrong attempts. Try again in ")
    assert enter(door, "Ben") == "adv-seat-02"


def test_who_guesses_the_code_waits(door: ClassAuthenticator) -> None:
    for _ in range(20):
        refused(door, "Ada", "wrong")
    assert refused(door, "Ben").startswith("Too many")
    assert refused(door, "trainer", TRAINER).startswith("Too many")
    assert enter(door, "Ben", at="10.0.0.2") == "adv-seat-01"


@pytest.mark.parametrize("name", ["", "x" * 41, "Ada\u202e", "A\u200bda"])
def test_a_name_that_is_none_says_why(name: str) -> None:
    assert name_fault(name)


@pytest.mark.parametrize("name", ["Ada", "Zoë Müller", "李雷", "<b>"])
def test_names_of_people_are_names(name: str) -> None:
    assert name_fault(name) == ""


def test_a_pin_is_no_shorter_than_it_may_be() -> None:
    assert pin_fault("123") and pin_fault("1" * 65)
    assert pin_fault("1234") == ""


def test_attempts_are_forgotten_after_a_while_and_never_fill_the_memory() -> None:
    now = [0.0]
    tries = Attempts(lambda: now[0], at_most=2, within_seconds=60)
    tries.failed("ada")
    now[0] = 30
    assert tries.wait_seconds("ada") == 0
    tries.failed("ada")
    assert tries.wait_seconds("ada") == 30
    assert tries.wait_seconds("ben") == 0
    now[0] = 61
    assert tries.wait_seconds("ada") == 0
    tries.failed("first")
    for number in range(12_000):
        tries.failed(f"name {number}")
    assert len(tries._failed) <= 10_000
