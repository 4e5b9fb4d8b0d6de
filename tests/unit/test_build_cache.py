"""Room for the next runs: whose build cache goes, when, and how much of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docker.errors
import pytest

from advices.core.errors import EngineLost
from advices.runs import build_cache
from advices.runs.build_cache import ROOM_BYTES, make_room

GB = 1_000_000_000


class Asked:
    """An engine's API that notes what it is told to remove."""

    def __init__(self, *records: dict[str, Any]) -> None:
        self.records = records
        self.told: list[dict[str, Any]] = []
        self.api = SimpleNamespace(timeout=60, prune_builds=lambda **how: self.told.append(how))

    def df(self) -> dict[str, Any]:
        return {"BuildCache": list(self.records) or None}

    def close(self) -> None:
        pass


@pytest.fixture
def ours(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(build_cache.provision, "own_engine_pid", lambda: 1)
    monkeypatch.setattr(build_cache, "measuring", lambda _say: contextlib.nullcontext())
    return monkeypatch


def engine(patch: pytest.MonkeyPatch, free_bytes: int, *records: dict[str, Any]) -> Asked:
    asked = Asked(*records)
    patch.setattr(build_cache.connection, "client", lambda: asked)
    usage = SimpleNamespace(free=free_bytes)
    patch.setattr(build_cache.shutil, "disk_usage", lambda _folder: usage)
    return asked


RECORDS = ({"Size": 20 * GB, "Shared": False}, {"Size": 5 * GB, "Shared": True})


def test_as_much_goes_as_lacks(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, ROOM_BYTES - 3 * GB, *RECORDS)
    said: list[str] = []
    make_room(str(tmp_path), said.append)
    assert asked.told == [{"keep_storage": 17 * GB, "all": True}]
    assert "from 20.0 to 17.0 GB" in said[0]


def test_at_most_all_of_it_goes(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, 0, *RECORDS)
    make_room(str(tmp_path), print)
    assert asked.told == [{"keep_storage": 0, "all": True}]


def test_nothing_goes_where_there_is_room(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, ROOM_BYTES, *RECORDS)
    make_room(str(tmp_path), print)
    assert asked.told == []


def test_what_somebody_else_freed_meanwhile_counts(
    ours: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = engine(ours, 0, *RECORDS)

    @contextlib.contextmanager
    def waited(_say: object) -> Iterator[None]:
        usage = SimpleNamespace(free=ROOM_BYTES)
        ours.setattr(build_cache.shutil, "disk_usage", lambda _folder: usage)
        yield

    ours.setattr(build_cache, "measuring", waited)
    make_room(str(tmp_path), print)
    assert asked.told == []


def test_an_empty_cache_is_left_alone(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, 0)
    make_room(str(tmp_path), print)
    assert asked.told == []


def test_the_cache_of_somebody_elses_engine_stays(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, 0, *RECORDS)
    ours.setattr(build_cache.provision, "own_engine_pid", lambda: None)
    make_room(str(tmp_path), print)
    assert asked.told == []


def test_an_engine_elsewhere_says_nothing_of_room_here(ours: pytest.MonkeyPatch) -> None:
    asked = engine(ours, 0, *RECORDS)
    make_room("/no/such/folder", print)
    assert asked.told == []


def test_an_engine_that_breaks_off_is_said(ours: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = engine(ours, 0, *RECORDS)

    def lost(**_: Any) -> None:
        raise docker.errors.DockerException("gone")

    asked.api.prune_builds = lost
    with pytest.raises(EngineLost, match="could not be made smaller: gone"):
        make_room(str(tmp_path), print)
