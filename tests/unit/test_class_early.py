"""Servers of seats that nobody has start before learners come, a few at a time."""

from __future__ import annotations

import urllib.error
from email.message import Message
from pathlib import Path

import pytest

from advices.classroom.hub.early import AT_ONCE, Work, keep, work
from advices.classroom.progress.store import Store

SEATS = ("seat-1", "seat-2", "seat-3", "seat-4")


@pytest.mark.parametrize(
    ("servers", "taken", "used", "todo"),
    [
        ({}, (), (), Work((), SEATS[:AT_ONCE])),
        # Who has a seat starts its server, and stops it.
        ({}, SEATS[:2], SEATS[:2], Work((), SEATS[2:4])),
        ({"seat-1": "ready"}, (), (), Work((), ("seat-2", "seat-3"))),
        ({"seat-1": "pending"}, (), (), Work((), ("seat-2",))),
        ({"seat-1": "pending", "seat-2": "pending"}, (), (), Work((), ())),
        # What the last learner has of it ends first.
        ({"seat-1": "ready"}, (), ("seat-1",), Work(("seat-1",), ("seat-2", "seat-3"))),
        (dict.fromkeys(SEATS, "ready"), (), (), Work((), ())),
    ],
)
def test_free_seats_are_kept_ready(
    servers: dict[str, str], taken: tuple[str, ...], used: tuple[str, ...], todo: Work
) -> None:
    assert work(SEATS, servers, taken, used) == todo


class Hub:
    """A hub in memory. A server starts at once, but those of `broken` seats."""

    def __init__(self, *broken: str) -> None:
        self.broken, self.up, self.asked = broken, dict[str, str](), list[str]()

    def servers(self) -> dict[str, str]:
        return self.up

    def start(self, seat: str) -> None:
        self.asked.append(seat)
        if seat in self.broken:
            raise urllib.error.HTTPError("", 500, "it did not start", Message(), None)
        self.up[seat] = "ready"

    def clear(self, seat: str) -> None:
        self.up.pop(seat, None)


def test_a_server_that_does_not_start_holds_up_no_other(tmp_path: Path) -> None:
    store, hub, tried = Store(tmp_path, 14), Hub("seat-1"), dict[str, float]()
    again = [keep(hub, store, SEATS, tried) for _ in range(4)]  # type: ignore[arg-type]
    assert again == [True, True, False, False]
    assert {*hub.up} == {*SEATS[1:]}
    assert hub.asked == [*SEATS], "it is not tried all the time"


def test_a_hub_that_does_not_answer_is_asked_again(tmp_path: Path) -> None:
    class Silent(Hub):
        def servers(self) -> dict[str, str]:
            raise ConnectionRefusedError

    store, tried = Store(tmp_path, 14), dict[str, float]()
    assert keep(Silent(), store, SEATS, tried)  # type: ignore[arg-type]
    assert tried == {}
