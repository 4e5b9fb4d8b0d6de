"""`advices learn --class`: what the terminal asks and says; without a yes nothing is sent."""

from __future__ import annotations

import asyncio
import getpass
import sys
from pathlib import Path

import pytest
import typer
from class_of_laptops import CODE, a_class

from advices.cli import app as cli_app
from advices.cli import joining
from advices.core import ClassSettingInvalid, ClassUnreachable, JoinRefused, state_folder


@pytest.fixture
def room(tmp_path: Path):
    (tmp_path / "class").mkdir()
    with a_class(tmp_path / "class") as running:
        yield running


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch):
    """Type into the terminal, hidden or shown, and say yes or no; return what it asked."""
    asked: list[tuple[str, str]] = []

    def types(code: str = CODE, name: str = "Ada", pin: str = "1234", *, yes: bool = True):
        hidden = iter((code, pin))

        def secret(prompt: str) -> str:
            asked.append(("hidden", prompt))
            return next(hidden)

        def shown(prompt: str) -> str:
            asked.append(("shown", prompt))
            return name

        def decides(prompt: str) -> bool:
            asked.append(("decides", prompt))
            return yes

        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        monkeypatch.setattr(getpass, "getpass", secret)
        monkeypatch.setattr(typer, "prompt", shown)
        monkeypatch.setattr(typer, "confirm", decides)
        return asked

    return types


def test_code_and_pin_are_hidden_and_all_that_is_sent_is_said_before_the_yes(
    room, typed, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = typed()
    found = joining.joined(room.origin)
    assert found is not None
    assert [kind for kind, _ in asked] == ["hidden", "shown", "hidden", "decides"]
    said = capsys.readouterr().out
    for word in (
        *("name", "open, try and solve and when", "hint", "help", "14 days"),
        *("never the text of a Dockerfile", "the class also sends to lrs.example.org:"),
    ):
        assert word in said
        assert said.index(word) < said.index("you have joined")
    assert said.index("never the text") < said.index("you have joined")
    sender = found.sender()
    token = sender._token()
    for secret in (CODE, "1234", token):
        assert secret not in said
    joining.say_goodbye(found, sender)
    assert "nothing more is sent" in capsys.readouterr().out
    assert room.store.joined() == set()


def test_without_a_yes_nothing_is_sent(room, typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed(yes=False)
    assert joining.joined(room.origin) is None
    assert "nothing was sent" in capsys.readouterr().out
    assert room.store.learners() == []


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://class.example.org", ClassSettingInvalid),
        ("http://127.0.0.1:1", ClassUnreachable),
        ("class.example.org", typer.BadParameter),
    ],
)
def test_what_cannot_be_a_class_is_said_before_anything_is_typed(
    typed, address: str, fault: type[Exception]
) -> None:
    asked = typed()
    with pytest.raises(fault):
        joining.joined(address)
    assert asked == []


def test_without_a_terminal_nobody_is_asked(room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    with pytest.raises(JoinRefused, match="no terminal"):
        joining.joined(room.origin)


def test_a_terminal_that_is_closed_is_no_answer(room, typed, monkeypatch) -> None:
    typed()

    def ends(_prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(getpass, "getpass", ends)
    with pytest.raises(typer.Abort):
        joining.joined(room.origin)


def test_what_a_class_says_moves_no_cursor(
    room, typed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever answers at an address is not believed more than any other program."""

    async def join(_self, _handler, _data) -> str:
        from advices.classroom.hub.seating import refused

        raise refused("no\x1b[2J[bold]x" + "y" * 5000)

    monkeypatch.setattr(type(room.door), "join", join)
    typed()
    code = cli_app._guarded(lambda **_: joining.joined(room.origin))
    said = capsys.readouterr().err
    assert code == 88
    assert "\x1b[2J" not in said and "[bold]x" in said
    assert len(said) < 1000


def test_leaving_finds_what_a_crash_left(room, typed, capsys: pytest.CaptureFixture[str]) -> None:
    joining.leave()
    assert "has joined no class" in capsys.readouterr().out
    typed()
    joining.joined(room.origin)
    assert [file.name.startswith("class-") for file in state_folder().glob("class-*")] == [True]
    joining.leave()
    assert f"left the class at {room.origin}" in capsys.readouterr().out
    assert room.store.joined() == set()
    assert not [*state_folder().glob("class-*")]


def test_a_good_bye_that_nobody_hears_is_told(
    room, typed, capsys: pytest.CaptureFixture[str]
) -> None:
    typed()
    found = joining.joined(room.origin)
    assert found is not None
    room.stop()
    sender = found.sender()
    asyncio.run(sender.happened({"kind": "solved", "exercise": "build-cache"}))
    joining.say_goodbye(found, sender)
    said = capsys.readouterr().err
    assert "the class was not told that you left: nothing listens" in said
    assert "1 of what happened could not be told" in said
    with pytest.raises(ClassUnreachable):
        joining.leave()
