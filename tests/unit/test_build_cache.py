"""Room for the next runs: whose build cache goes, when, and how much of it."""
# ruff: noqa: F401, F811  # the fixture `advices` is imported

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import fake_bench
import made_labs
import pytest
from command_line import advices
from memory_engine import FACTS, MemoryEngine

from advices.core import EngineLost, EngineRefused, Layout
from advices.notebooks import execution
from advices.runs import build_cache
from advices.runs.build_cache import ROOM_BYTES, make_room
from advices.workshop import workshop as workshops

GB = 1_000_000_000


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(build_cache.own_engine, "running_pid", lambda: 1)
    return monkeypatch


def has_free(patch: pytest.MonkeyPatch, free_bytes: int) -> None:
    usage = SimpleNamespace(free=free_bytes)
    patch.setattr(shutil, "disk_usage", lambda _folder: usage)


@pytest.fixture
def engine(tmp_path: Path) -> MemoryEngine:
    """Return an engine whose build cache holds 20 GB."""
    made = MemoryEngine()
    made.said = replace(FACTS, data_folder=str(tmp_path))
    made.cache_bytes = 20 * GB
    return made


def test_as_much_goes_as_lacks_a_little_at_a_time(
    ours: pytest.MonkeyPatch, engine: MemoryEngine
) -> None:
    has_free(ours, ROOM_BYTES - 2 * GB - 1)
    said: list[str] = []
    make_room(engine, said.append)
    assert engine.kept_bytes == [19 * GB, 18 * GB, 18 * GB - 1]
    assert "from 20.0 to 18.0 GB" in said[0]


def test_at_most_all_of_it_goes(ours: pytest.MonkeyPatch, engine: MemoryEngine) -> None:
    has_free(ours, 0)
    make_room(engine, print)
    assert engine.kept_bytes[-1] == 0


def test_nothing_goes_where_there_is_room(ours: pytest.MonkeyPatch, engine: MemoryEngine) -> None:
    has_free(ours, ROOM_BYTES)
    make_room(engine, print)
    assert engine.kept_bytes == []


def test_room_is_made_where_several_labs_are_measured(
    ours: pytest.MonkeyPatch, engine: MemoryEngine, tmp_path: Path
) -> None:
    """A server that prepares an engine while others build must not take their cache away."""
    has_free(ours, 0)
    ours.setenv("ADVICES_INDEX_WAY", "direct")
    workshop = fake_bench.workshop(Layout(tmp_path), engine=engine)
    lab = made_labs.read_lab(tmp_path)
    with execution._ready(workshop, [lab]):
        assert engine.kept_bytes == []
    with execution._ready(workshop, [lab, lab.model_copy(update={"slug": "another"})]):
        assert engine.kept_bytes[-1] == 0


def test_room_is_made_before_bases_are_built(
    ours: pytest.MonkeyPatch, engine: MemoryEngine, advices: Callable[..., int]
) -> None:
    has_free(ours, 0)
    ours.setenv("ADVICES_INDEX_WAY", "direct")
    ours.setattr(workshops, "connect", lambda: engine)
    ours.setattr(
        workshops.Bases, "of_labs", lambda *_: {} if engine.kept_bytes[-1:] == [0] else None
    )
    assert advices("bases", "build-cache") == 0
    assert engine.kept_bytes[-1] == 0


def test_an_empty_cache_is_left_alone(ours: pytest.MonkeyPatch, engine: MemoryEngine) -> None:
    has_free(ours, 0)
    engine.cache_bytes = 0
    make_room(engine, print)
    assert engine.kept_bytes == []


def test_the_cache_of_somebody_elses_engine_stays(
    ours: pytest.MonkeyPatch, engine: MemoryEngine
) -> None:
    has_free(ours, 0)
    ours.setattr(build_cache.own_engine, "running_pid", lambda: None)
    make_room(engine, print)
    assert engine.kept_bytes == []


def test_an_engine_elsewhere_says_nothing_of_room_here(
    ours: pytest.MonkeyPatch, engine: MemoryEngine
) -> None:
    has_free(ours, 0)
    engine.said = replace(FACTS, data_folder="/no/such/folder")
    make_room(engine, print)
    assert engine.kept_bytes == []


def test_an_engine_that_breaks_off_is_said(ours: pytest.MonkeyPatch, engine: MemoryEngine) -> None:
    has_free(ours, 0)

    def lost(_: int) -> None:
        raise EngineRefused("gone")

    engine.shrink_build_cache = lost  # type: ignore[method-assign]
    with pytest.raises(EngineLost, match="could not reduce the build cache: gone"):
        make_room(engine, print)
