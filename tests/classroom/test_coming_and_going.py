"""A class that is prepared twice, interrupted, lost to a reboot, and stopped."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_lrs import LOGIN, FakeLrs
from seat_rooms import LIMITS, asked, class_of, left, sh

from advices.classroom import (
    FOLDER,
    Classroom,
    answers,
    kill_all,
    of_engine,
    prepared,
    processes,
    read,
    stop,
)
from advices.classroom.hub.address import HERE, address
from advices.classroom.hub.files import Opened, save_opened
from advices.classroom.network import remove, remove_rules
from advices.classroom.places import RUN, link
from advices.classroom.progress.store import Store
from advices.classroom.seats import let_go
from advices.classroom.sending.destination import Destination
from advices.classroom.sending.outbox import Outbox
from advices.core import ClassUnfit, ProgressWaits, poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
PREPARE = """
import contextlib, sys
sys.path.insert(0, "tests")
from seat_rooms import asked
from advices.classroom import of_engine, prepared
prepared(asked(2), contextlib.nullcontext(of_engine(sys.argv[1])), lambda _: None)
"""


@pytest.fixture(autouse=True)
def _nothing_before_and_after() -> Iterator[None]:
    assert read() is None
    try:
        yield
    finally:
        stop()
    assert left() == {}


def again(image: str, seats: int = 2) -> Classroom:
    return prepared(asked(seats), contextlib.nullcontext(of_engine(image)), lambda _: None)


def test_prepared_twice_it_is_the_same_class_and_learners_keep_their_work(image: str) -> None:
    with class_of(2, image) as first:
        sh(first, first.seats[0], "echo mine >~/mine")
        before = processes(first.seats[0])
        second = again(image)
        assert second == first
        assert processes(first.seats[0]) == before
        fewer = again(image, seats=1)
        assert fewer.seats == first.seats[:1]
        assert sh(fewer, fewer.seats[0], "cat ~/mine") == "mine"
        assert not any(first.seats[1].name in one for found in left().values() for one in found)


@pytest.fixture
def lrs() -> Iterator[FakeLrs]:
    made = FakeLrs(lambda _: [])
    yield made
    made.down()


def solved(room: Classroom, lrs: FakeLrs) -> Outbox:
    """Let a result of the first seat wait for a store that is down."""
    name = room.seats[0].name
    to = Destination(url=lrs.url, user=LOGIN[0], password=LOGIN[1])
    save_opened(FOLDER, Opened(address=address(HERE), xapi=to))
    store = Store(FOLDER, 14)
    outbox = Outbox(store)
    outbox.goes_to(to.url)
    store.take("Ada", "1234", [name])
    outbox.tell(name)
    store.add(name, "solved", "build-cache")
    lrs.down()
    return outbox


def test_a_class_whose_progress_waits_for_a_store_is_not_removed(image: str, lrs: FakeLrs) -> None:
    with class_of(1, image) as room:
        outbox = solved(room, lrs)
        with pytest.raises(ProgressWaits, match="1 result of an exercise still waits"):
            stop()
        # All of it is as it was.
        assert read() == room
        assert answers(room.seats[0])
        assert outbox.counts().waiting == 1
        lrs.up()
        assert "1 result of an exercise, which the store has now" in stop()
        assert len(lrs.stored) == 1
        assert left() == {}


def test_what_waits_is_deleted_for_who_says_so(image: str, lrs: FakeLrs) -> None:
    with class_of(1, image) as room:
        solved(room, lrs)
        words = [sys.executable, "-m", "advices", "class", "stop"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 90
        assert "--discard-waiting" in done.stderr
        assert read() == room
        subprocess.run([*words, "--discard-waiting"], capture_output=True, check=True)
        assert left() == {}
    assert lrs.stored == {}


def test_after_a_reboot_it_comes_back_with_all_that_was_stored(image: str) -> None:
    with class_of(1, image) as room:
        (seat,) = room.seats
        sh(room, seat, f"echo mine >~/mine; docker tag {image} mine:1")
        # What a reboot takes: processes, namespaces, networks, rules. The files stay.
        kill_all(seat)
        let_go(RUN / seat.name)
        remove(seat.network, link(seat))
        remove_rules()
        assert not answers(seat)
        again(image, seats=1)
        assert sh(room, seat, "cat ~/mine; docker images -q mine:1 | wc -l").split() == [
            "mine",
            "1",
        ]


# What is made in this time grows: the account, the engine of the store, its image, the seats.
@pytest.mark.parametrize("seconds", [0.7, 1.2, 2.5, 5.0])
def test_of_a_preparation_that_was_killed_nothing_is_left(seconds: float, image: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PREPARE, image]) as preparing:
        with contextlib.suppress(subprocess.TimeoutExpired):
            preparing.wait(seconds)
        preparing.kill()
    stop()
    assert left() == {}
    assert stop() == ()


def test_a_project_that_accounts_may_not_read_is_one_message(image: str, tmp_path: Path) -> None:
    (tmp_path / "mkdocs.yml").touch(mode=0o600)
    closed = replace(asked(1), project=tmp_path)
    with pytest.raises(ClassUnfit, match="a seat cannot read") as told:
        prepared(closed, contextlib.nullcontext(of_engine(image)), lambda _: None)
    assert "chmod -R go+rX" in told.value.next_step


def test_one_that_was_killed_is_prepared_all_the_same(image: str) -> None:
    with subprocess.Popen([sys.executable, "-c", PREPARE, image]) as preparing:
        for _ in poll(30, 0.05):
            if read() is not None:
                break
        time.sleep(1.0)
        preparing.kill()
    room = again(image)
    assert [answers(seat) for seat in room.seats] == [True, True]
    assert room.limits == LIMITS
