"""A store of a class, of which a test moves the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.classroom.progress.store import Store

NOW = 1_000_000.0
KEEP_DAYS = 14


class Clock:
    """A clock that stands."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Store:
    return Store(tmp_path, KEEP_DAYS, clock)
