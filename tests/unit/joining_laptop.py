"""A class that a laptop joins by its address."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_of_laptops import CODE, a_class

from advices.learn import laptop


@pytest.fixture
def room(tmp_path: Path):
    (tmp_path / "class").mkdir()
    with a_class(tmp_path / "class") as running:
        yield running


def join(room, tmp_path: Path, name: str = "Ada", code: str = CODE, pin: str = "1234"):
    return laptop.join(room.origin, code=code, name=name, pin=pin, folder=tmp_path / "state")
