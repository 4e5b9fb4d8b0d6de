"""A terminal that answers, and a file of a test's own in which our engine is noted."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from advices.engine import own_engine


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "engine.json"
    monkeypatch.setattr(own_engine, "STATE", file)
    return file
