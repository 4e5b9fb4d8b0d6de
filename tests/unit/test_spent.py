"""What work costs, by its kind."""

from __future__ import annotations

import time

import factory
import pytest

from advices.core import Spent, at_once
from advices.site import time_rows
from advices.site.ci_reports import Outcome


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each look at the clock take one second."""
    now = iter(range(1000))
    monkeypatch.setattr(time, "perf_counter", lambda: float(next(now)))


def test_seconds_add_up_by_kind(ticking: None) -> None:
    spent = Spent()
    for kind in ("builds", "starts", "builds"):
        with spent.on(kind):
            pass
    assert spent.seconds() == {"builds": 2.0, "starts": 1.0}


def test_work_inside_of_other_work_counts_as_that_also_in_threads(ticking: None) -> None:
    spent = Spent()

    def build() -> None:
        with spent.on("builds"):
            pass

    with spent.on("mistakes"):
        at_once({"a": build, "b": build}, workers=2)
    assert spent.seconds().keys() == {"mistakes"}
    build()
    assert spent.seconds()["builds"] == 1.0


def test_work_that_fails_counts_too(ticking: None) -> None:
    spent = Spent()
    with pytest.raises(ZeroDivisionError), spent.on("builds"):
        1 / 0  # noqa: B018
    assert spent.seconds() == {"builds": 1.0}


def outcome(slug: str, unchanged: bool = False, **seconds: float) -> Outcome:
    made = factory.result()
    return Outcome(slug, made, unchanged=unchanged, spent=seconds)


def test_a_table_of_seconds_has_a_row_for_each_measured_lab_and_their_sum() -> None:
    one = outcome("order", builds=60.4, mistakes=30.0, all=100.0)
    other = outcome("size", builds=10.0, all=20.0)
    assert time_rows([one, outcome("kept", unchanged=True, builds=5.0), other]) == [
        ["seconds", "builds", "mistakes", "all"],
        ["order", "60", "30", "100"],
        ["size", "10", "0", "20"],
        ["together", "70", "30", "120"],
    ]
    assert time_rows([outcome("kept", unchanged=True)]) == []
    assert len(time_rows([one])) == 2
