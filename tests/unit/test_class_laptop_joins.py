"""How a learner's laptop joins its class and leaves it: to which address, and what stays."""
# ruff: noqa: F401, F811  # the fixture `room` is imported

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest
from class_of_laptops import CODE
from joining_laptop import join, room

from advices.core import ClassOf, ClassSettingInvalid, ClassUnreachable, JoinRefused
from advices.learn import laptop

# ---- the address


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://class.example.org", "https://class.example.org"),
        (" https://Class.Example.org:8443/hub/login?next=x ", "https://class.example.org:8443"),
        ("http://class.localhost:8000", "http://class.localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://10.0.0.1", "https://10.0.0.1"),
    ],
)
def test_an_address_as_a_trainer_or_a_browser_shows_it_is_one(text: str, origin: str) -> None:
    assert laptop.origin_of(text) == origin


@pytest.mark.parametrize(
    "text",
    [
        "",
        "class.example.org",
        "ftp://class.example.org",
        "https://",
        "https://code@class.example.org",
        "https://class.example.org:99999",
        "https://class example.org",
        "https://<b>",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        laptop.origin_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://class.example.org",
        "http://10.0.0.1:8000",
        "http://localhost.example.org",
        "http://0.0.0.0:8000",
        "http://[fe80::1]:8000",
    ],
)
def test_nothing_is_sent_through_a_network_without_encryption(text: str) -> None:
    with pytest.raises(ClassSettingInvalid, match="not encrypted") as told:
        laptop.origin_of(text)
    assert told.value.exit_code == 81


# ---- joining


def test_a_laptop_joins_and_its_token_is_for_its_account_alone(room, tmp_path: Path) -> None:
    assert laptop.terms(room.origin).keep_days == 14
    joined = join(room, tmp_path)
    assert joined.of == ClassOf(room.url, 14, is_own=True)
    assert stat.S_IMODE(joined.file.stat().st_mode) == 0o600
    assert room.store.joined() == {"own-01"}
    kept = json.loads(joined.file.read_text())
    # Neither what lets somebody in, nor who it is.
    assert {*kept} == {"url", "keep_days", "token"}
    assert asyncio.run(joined.sender().mine()).told()["asks"] is False


def test_a_laptop_leaves_and_nothing_stays(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    sender = joined.sender()
    joined.leave(sender)
    assert sender.waiting == 0
    assert room.store.joined() == set()
    assert [*(tmp_path / "state").iterdir()] == []
    assert asyncio.run(sender.happened({"kind": "opened", "exercise": "build-cache"})).status == 403
    assert room.store.events() == []


def test_what_crashed_can_still_be_left(room, tmp_path: Path) -> None:
    join(room, tmp_path)
    (tmp_path / "state" / "class-1.json").write_text("half")
    (found,) = laptop.kept(tmp_path / "state")
    assert found.origin == room.origin
    found.leave()
    assert room.store.joined() == set()
    assert [*laptop.kept(tmp_path / "state")] == []


def test_a_class_that_is_away_is_left_later(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    room.stop()
    with pytest.raises(ClassUnreachable, match="nothing listens"):
        joined.leave()
    assert joined.file.is_file()
    room.start()
    joined.leave()
    assert room.store.joined() == set()
    assert not joined.file.exists()


def test_a_class_that_has_forgotten_the_laptop_is_left_too(room, tmp_path: Path) -> None:
    joined = join(room, tmp_path)
    room.store.free("own-01")
    joined.leave()
    assert not joined.file.exists()


@pytest.mark.parametrize(
    ("code", "pin", "says"),
    [
        ("wrong", "1234", "This is not the code of the class."),
        (CODE, "9999", "Was that you? Then the PIN is another one"),
        (CODE, "1", "Choose a PIN"),
    ],
)
def test_what_the_class_refuses_is_said_in_its_words(
    room, tmp_path: Path, code: str, pin: str, says: str
) -> None:
    laptop.join(room.origin, code=CODE, name="Ada", pin="1234", folder=tmp_path / "other")
    with pytest.raises(JoinRefused, match=says.replace("?", r"\?")) as told:
        join(room, tmp_path, code=code, pin=pin)
    assert told.value.exit_code == 88
    assert not (tmp_path / "state").exists()


def test_who_guesses_hears_that_they_must_wait(room, tmp_path: Path) -> None:
    for _ in range(20):
        with pytest.raises(JoinRefused, match="not the code"):
            join(room, tmp_path, code="wrong")
    with pytest.raises(JoinRefused, match="Too many wrong attempts"):
        join(room, tmp_path)
    assert room.store.learners() == []
