"""One seat is one seat: numbers of a class stand with the right form of what they count."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from class_machine import FACTS, GB, LIMITS, WANTED

from advices import classroom
from advices.classroom.sending import words
from advices.classroom.verdict import judge
from advices.cli import class_hub
from advices.core import RehearsalFailed, counted

# A number alone, and a noun behind it that is several.
_ODD = re.compile(r"(?<![\d.:])1 (seats|learners|days|results|processes|seconds|images)\b")


@pytest.mark.parametrize(
    ("count", "says"), [(0, "0 seats"), (1, "1 seat"), (2, "2 seats"), (21, "21 seats")]
)
def test_a_number_has_its_noun(count: int, says: str) -> None:
    assert counted(count, "seat") == says
    assert counted(count, "process", "processes").endswith("process") is (count == 1)


def test_what_a_machine_allows() -> None:
    one = replace(WANTED, seats=1, limits=LIMITS.model_copy(update={"cpus": 8.0}))
    for facts in (
        FACTS,
        replace(FACTS, memory_bytes=1 * GB),
        replace(FACTS, memory_bytes=int(2.1 * GB), disk_free_bytes=14 * GB),
        replace(FACTS, disk_free_bytes=1 * GB),
    ):
        for asked in (one, WANTED):
            said = "\n".join(f"{row.says} {row.fix}" for row in judge(facts, asked).rows)
            assert not _ODD.search(said), said
    assert "8: 1 seat may build at once" in "\n".join(row.says for row in judge(FACTS, one).rows)


def test_how_long_it_is_kept() -> None:
    for own in (True, False):
        assert "1 day." in words.notice(1, "", own=own)
        assert "14 days." in words.notice(14, "", own=own)


@pytest.mark.parametrize(("seats", "says"), [(1, "1 seat; Ctrl-C"), (3, "3 seats; Ctrl-C")])
def test_the_start_of_a_class(
    seats: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    room = SimpleNamespace(seats=[None] * seats, project=Path(), hub_port=1)
    how = SimpleNamespace(address=SimpleNamespace(origin="http://x"), store_host=None)

    def interrupted() -> None:
        raise KeyboardInterrupt

    @contextmanager
    def running(*_: object) -> Any:
        yield SimpleNamespace(wait=interrupted)

    for name, value in {
        "class_in": lambda _: room,
        "chosen": lambda *_: None,
        "address": lambda *_: None,
        "how_opened": lambda *_, **__: how,
        "running": running,
        "lets_in_by_code": lambda _: True,
        "codes": lambda _: SimpleNamespace(learners="a", trainer="b"),
        "board_url": lambda _: "http://x/board",
    }.items():
        monkeypatch.setattr(classroom, name, value, raising=False)
    class_hub.start()
    assert says in capsys.readouterr().out


def test_a_rehearsal_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = classroom.Learned("A", fault="log in: no seat")
    monkeypatch.setattr(classroom, "rehearse", lambda *_: [failed], raising=False)
    with pytest.raises(RehearsalFailed, match="1 of 1 learner met a fault"):
        class_hub.rehearse(1)
