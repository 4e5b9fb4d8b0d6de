"""What is kept and told of a reset, and how soon a hub knows of a seat that has ended."""

from __future__ import annotations

from pathlib import Path

import pytest
from class_store import Clock, clock, store

from advices import classroom
from advices.classroom.hub.address import HERE, address
from advices.classroom.hub.files import Codes, Opened, save_opened
from advices.classroom.progress import resets
from advices.classroom.progress.store import FILE, Store
from advices.cli import classroom as commands

__all__ = ["clock", "store"]
SEAT = "adv-seat-01"


def test_a_learner_is_told_of_a_reset_and_asks_for_help_no_more(store: Store, clock: Clock) -> None:
    store.take("Ada", "1234", [SEAT])
    store.wish(SEAT, on=True)
    resets.was_reset(store, SEAT)
    assert [one.text for one in store.messages(SEAT)] == [resets.SAID]
    assert store.messages() == []
    assert store.wishes() == {}
    assert [one.kind for one in store.events()] == ["reset"]


def test_who_comes_next_is_told_nothing_of_a_seat_that_was_free(store: Store) -> None:
    resets.was_reset(store, SEAT)
    store.take("Ada", "1234", [SEAT])
    assert store.messages(SEAT) == []


@pytest.mark.parametrize("was_started", [True, False])
def test_the_command_tells_the_learner_too(
    was_started: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = classroom.Seat.model_construct(name=SEAT)
    done: list[str] = []
    monkeypatch.setattr(classroom, "FOLDER", tmp_path)
    monkeypatch.setattr(classroom, "read", object)
    monkeypatch.setattr(classroom, "seat_of", lambda _, __: seat)
    monkeypatch.setattr(classroom, "reset_seat", lambda _, one: done.append(one.name))
    if was_started:
        save_opened(tmp_path, Opened(address=address(HERE)))
        Store(tmp_path, 14).take("Ada", "1234", [SEAT])
    commands.reset("1")
    assert done == [SEAT]
    if was_started:
        assert [one.text for one in Store(tmp_path, 14).messages(SEAT)] == [resets.SAID]
    else:
        assert not (tmp_path / FILE).exists()


def test_a_hub_knows_within_seconds_and_a_page_starts_its_server_again(tmp_path: Path) -> None:
    from advices.classroom.hub.settings import Door, hub_settings

    limits = classroom.Limits(memory_bytes=1, disk_bytes=1, processes=1, cpus=1.0)
    room = classroom.Classroom(id="abcd1234", seats=(), limits=limits, project=tmp_path)
    found = hub_settings(
        tmp_path,
        room,
        Opened(address=address(HERE)),
        Codes(learners="a", trainer="b"),
        Door(lambda *_: [], lambda *_: None),
    )
    assert 0 < found["Spawner"]["poll_interval"] <= 5
    # Without it a page asks to press a button of JupyterHub's.
    assert 0 < found["JupyterHub"]["implicit_spawn_seconds"] <= 1
