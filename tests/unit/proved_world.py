"""A project whose results are of today, and what a check of it need not prove again."""

from __future__ import annotations

from pathlib import Path

import pytest
from measured_world import SLUG, World, notebook

from advices.measure import Committed, Kept, for_a_check


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "project")
    made.write(f"notebooks/{SLUG}.ipynb", notebook())
    made.store()
    return made


def kept(world: World, *turn: str) -> Kept:
    return for_a_check(world.keys(), Committed.read(world.layout, world.lab()), turn)
