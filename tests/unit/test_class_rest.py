"""What still waits for a store when a class is removed: sent once more, or told and kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_lrs import LOGIN, FakeLrs

from advices.classroom import Classroom, Limits, Seat, removing
from advices.classroom.hub.address import address
from advices.classroom.hub.files import Opened, save_opened
from advices.classroom.progress.store import FILE, Store
from advices.classroom.sending import rest
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.outbox import Outbox
from advices.core import ProgressWaits

ROOT = Path(__file__).parents[2]
SEAT = "adv-seat-01"
HOME = "http://class.localhost:8000"


@pytest.fixture
def lrs() -> Iterator[FakeLrs]:
    made = FakeLrs(lambda _: [])
    yield made
    made.down()


@pytest.fixture
def folder(tmp_path: Path, lrs: FakeLrs) -> Path:
    """The folder of a class that has a store, and two things that wait for it."""
    seat = Seat(
        name=SEAT,
        number=1,
        account=SEAT,
        uid=64_001,
        home=tmp_path,
        runtime=tmp_path,
        address="127.0.77.1",
        gateway="127.0.0.1",
        network="",
    )
    limits = Limits(memory_bytes=1, disk_bytes=1, processes=1, cpus=1.0)
    room = Classroom(id="abcd1234", seats=(seat,), limits=limits, project=ROOT)
    (tmp_path / "class.json").write_text(room.model_dump_json())
    to = Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1])
    save_opened(tmp_path, Opened(address=address(HOME), xapi=to))
    store = Store(tmp_path, 14)
    Outbox(store).goes_to(to.url)
    store.take("Ada", "1234", [SEAT])
    Outbox(store).tell(SEAT)
    for kind in ("tried", "solved"):
        store.add(SEAT, kind, "build-cache")
    return tmp_path


def waiting(folder: Path) -> int:
    return Outbox(Store(folder, 14)).counts().waiting


def test_what_waits_is_sent_before_it_would_be_deleted(folder: Path, lrs: FakeLrs) -> None:
    assert rest.demand_nothing_waits(folder) == 2
    assert len(lrs.stored) == 2
    assert waiting(folder) == 0
    # Nothing is asked of a store that has all of it.
    lrs.down()
    assert rest.demand_nothing_waits(folder) == 0


def test_what_the_store_does_not_take_is_counted_and_kept(folder: Path, lrs: FakeLrs) -> None:
    lrs.down()
    with pytest.raises(ProgressWaits) as told:
        rest.demand_nothing_waits(folder)
    said = str(told.value)
    assert f"2 results of exercises still wait for the store at 127.0.0.1:{lrs.port}" in said
    assert "the store does not answer: nothing listens there" in said
    assert "--discard-waiting" in said and "--xapi FILE" in said
    assert LOGIN[1] not in said
    assert told.value.exit_code == 90
    assert waiting(folder) == 2


def test_one_that_the_store_does_not_want_keeps_no_other_back(folder: Path, lrs: FakeLrs) -> None:
    lrs.refuses = lambda one: one["verb"]["display"]["en"] == "passed"
    with pytest.raises(ProgressWaits, match="1 result of an exercise still waits for") as told:
        rest.demand_nothing_waits(folder)
    assert "wants no such statement (400)" in str(told.value)
    assert len(lrs.stored) == 1


def test_without_a_store_nothing_waits(folder: Path, lrs: FakeLrs) -> None:
    save_opened(folder, Opened(address=address(HOME)))
    Outbox(Store(folder, 14)).goes_to(None)
    assert rest.demand_nothing_waits(folder) == 0
    assert lrs.asked == []


@pytest.mark.parametrize("name", ["hub.json", "class.json"])
def test_where_the_store_is_not_known_any_more_it_is_told(folder: Path, name: str) -> None:
    (folder / name).write_text("{")
    with pytest.raises(ProgressWaits, match="2 results of exercises still wait") as told:
        rest.demand_nothing_waits(folder)
    assert "cannot be read" in str(told.value)
    assert waiting(folder) == 2


def test_a_class_is_removed_whatever_became_of_its_files(tmp_path: Path) -> None:
    assert rest.demand_nothing_waits(tmp_path) == 0
    (tmp_path / FILE).write_bytes(b"no database")
    assert rest.demand_nothing_waits(tmp_path) == 0


def test_a_disk_that_is_mounted_for_a_class_stays_and_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mounted, plain, none = (tmp_path / name / "class" for name in ("lib", "run", "log"))
    for folder in (mounted, plain):
        (folder / "disks").mkdir(parents=True)
        (folder / "class.json").touch()
    (mounted / "to").symlink_to(tmp_path)
    monkeypatch.setattr(removing.places, "FOLDER", mounted)
    monkeypatch.setattr(removing.places, "RUN", plain)
    monkeypatch.setattr(removing.seats, "LOGS", none)
    monkeypatch.setattr(Path, "is_mount", lambda one: one == mounted)
    assert removing._remove_folders() == [mounted, plain]
    assert [*mounted.iterdir()] == []
    assert not plain.exists()
    assert removing._remove_folders() == []
    assert tmp_path.is_dir()
