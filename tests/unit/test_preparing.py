"""What is prepared while the learner reads, and what the page is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from advices.core import poll
from advices.learn.preparing import Preparing


class Commands:
    """Commands that say lines and end with a code; a test may hold one back."""

    def __init__(self, *codes: int) -> None:
        self.codes = list(codes)
        self.asked: list[tuple[str, ...]] = []
        self.said, self.go_on = threading.Event(), threading.Event()

    def __call__(
        self, argv: list[str], on_line: Callable[[str], None], *, timeout_seconds: float
    ) -> tuple[int, float]:
        self.asked.append(tuple(argv[3:]))
        on_line(f"line of {argv[3]}\n")
        self.said.set()
        for _ in poll(30):
            if self.go_on.is_set():
                break
        return self.codes.pop(0), 0.1


def ended(preparing: Preparing) -> Any:
    for _ in poll(10):
        if preparing.told().state != "preparing":
            break
    return preparing.told()


def test_the_engine_comes_first_and_then_each_lab_by_itself() -> None:
    commands = Commands(0, 0, 0)
    commands.go_on.set()
    preparing = Preparing(["build-cache", "base-image"], commands)
    preparing.start()
    assert (ended(preparing).state, ended(preparing).starts_engine) == ("ready", False)
    assert commands.asked == [
        ("engine", "start"),
        ("bases", "build-cache"),
        ("bases", "base-image"),
    ]


def test_while_it_works_it_tells_the_last_line() -> None:
    commands = Commands(0)
    preparing = Preparing([], commands)
    preparing.start()
    assert commands.said.wait(10)
    told = preparing.told()
    assert (told.state, told.what, told.says) == ("preparing", "the engine", "line of engine")
    assert (told.part, told.parts) == (1, 1)
    assert told.starts_engine
    commands.go_on.set()
    assert ended(preparing).state == "ready"


def test_the_lab_that_somebody_looks_at_comes_next() -> None:
    commands = Commands(0, 0, 0, 0)
    preparing = Preparing(["build-cache", "base-image", "non-root"], commands)
    preparing.prefer("base-image")
    preparing.start()
    assert commands.said.wait(10)
    preparing.prefer("non-root")
    preparing.prefer("nothing of ours")
    commands.go_on.set()
    assert ended(preparing).state == "ready"
    order = [words[1] for words in commands.asked]
    assert order == ["start", "non-root", "base-image", "build-cache"]


def test_it_tells_which_part_of_how_many_is_prepared() -> None:
    parts: list[tuple[str, int, int]] = []

    def command(_argv: list[str], on_line: Callable[[str], None], **_: object) -> tuple[int, float]:
        on_line("a line")
        told = preparing.told()
        parts.append((told.what, told.part, told.parts))
        return 0, 0.1

    preparing = Preparing(["build-cache", "base-image"], command)
    preparing.start()
    assert ended(preparing).state == "ready"
    assert parts == [
        ("the engine", 1, 3),
        ("the base images of build-cache", 2, 3),
        ("the base images of base-image", 3, 3),
    ]


def test_a_command_that_fails_ends_it_with_what_it_said() -> None:
    commands = Commands(3, 0)
    commands.go_on.set()
    preparing = Preparing(["build-cache"], commands)
    preparing.start()
    told = ended(preparing)
    assert (told.state, told.says) == ("failed", "line of engine")
    assert len(commands.asked) == 1


@pytest.mark.parametrize("fault", [OSError("no such program"), TimeoutError()])
def test_a_command_that_cannot_run_is_told_too(fault: Exception) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise fault

    preparing = Preparing([], broken)
    preparing.start()
    assert ended(preparing).state == "failed"


def test_it_ends_when_the_server_does() -> None:
    commands = Commands(0)
    preparing = Preparing([], commands)
    preparing.start()
    assert commands.said.wait(10)
    preparing.stop()
    assert preparing.told().state == "failed"
    assert preparing.told().says == "it was stopped"
