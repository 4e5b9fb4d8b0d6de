"""What systemd runs once after a reboot, before the seats of a class start."""

from __future__ import annotations

from pathlib import Path

import pytest
from seat_on_paper import LIMITS, SEAT

from advices.classroom import Classroom, booting, places
from advices.core import FileRefused

OTHER = SEAT.model_copy(update={"name": "adv-seat-02", "network": "adv-seat-02", "number": 2})


class Booted:
    """A machine that has just started, with a class on its disk: what is made is noted."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.room: Classroom | None = Classroom(
            id="aaaa", seats=(SEAT, OTHER), limits=LIMITS, project=Path("/srv/project")
        )
        monkeypatch.setattr(places, "RUN", folder / "run")
        monkeypatch.setattr(places, "NETWORKS", folder / "netns")
        monkeypatch.setattr(booting.stored, "read", lambda: self.room)
        monkeypatch.setattr(booting.network, "keep_rules", lambda _: self.made.append("rules"))
        monkeypatch.setattr(booting.store, "show", lambda: self.made.append("store"))
        monkeypatch.setattr(booting.mounts, "keep_own", lambda _: self.made.append("folder"))
        monkeypatch.setattr(booting.seats, "ground", lambda seat: self.made.append(seat.name))


def test_what_a_reboot_took_is_made_for_each_seat_that_lacks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Booted(tmp_path, monkeypatch)
    assert booting.main() == 0
    assert machine.made == ["rules", "store", "folder", SEAT.name, OTHER.name]
    machine.made.clear()
    (places.RUN / SEAT.name).mkdir(parents=True)
    places.NETWORKS.mkdir()
    places.network(SEAT).touch()
    assert booting.main() == 0
    assert machine.made == ["rules", "store", "folder", OTHER.name], "the first one may be up"
    machine.made.clear()
    machine.room = None
    assert booting.main() == 0
    assert machine.made == []


def test_why_the_class_did_not_come_back_is_in_the_journal_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Booted(tmp_path, monkeypatch)

    def damaged() -> None:
        raise FileRefused("class.json is not as this toolkit writes it")

    monkeypatch.setattr(booting.stored, "read", damaged)
    assert booting.main() == FileRefused.exit_code
    assert "class.json is not as this toolkit writes it" in capsys.readouterr().err
