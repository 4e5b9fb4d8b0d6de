"""Which builds of one cache run side by side."""

from __future__ import annotations

import threading

import pytest

from advices.measure.turns import Kind, Turns

KINDS = {
    "fresh": Kind.of(no_cache=True, first=True),
    "first": Kind.of(no_cache=False, first=True),
    "replay": Kind.of(no_cache=False, first=False),
}


@pytest.mark.parametrize("second", KINDS)
@pytest.mark.parametrize("first", KINDS)
def test_only_builds_of_one_kind_run_side_by_side(first: str, second: str) -> None:
    turns, began = Turns(), threading.Event()

    def build() -> None:
        with turns.build(KINDS[second]):
            began.set()

    with turns.build(KINDS[first]):
        other = threading.Thread(target=build)
        other.start()
        assert began.wait(10 if first == second else 0.5) is (first == second)
    other.join(10)
    assert began.is_set()
