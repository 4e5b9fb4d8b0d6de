"""Progress of a class to a learning record store: what goes, when, and what does not."""
# ruff: noqa: F401, F811  # the fixtures `lrs` and `room` are imported

from __future__ import annotations

import json
from pathlib import Path

from fake_lrs import LOGIN, FakeLrs
from sending_class import ADA, BEN, HOME, NAMES, Room, lrs, room

from advices.classroom.progress.store import DAY_SECONDS
from advices.classroom.progress.telling import told_of
from advices.classroom.sending import words
from advices.classroom.sending.sender import BATCH, IDLE_SECONDS

ROOT = Path(__file__).parents[2]


def test_what_was_tried_and_solved_arrives_under_a_pseudonym_and_nothing_else(
    room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "opened")
    room.happens(ADA, "tried")
    room.happens(ADA, "hint", hint="copy-all")
    room.happens(ADA, "help", "")
    room.happens(ADA, "solved")
    room.happens(BEN, "tried", "multi-stage")
    assert room.sends() == 0
    assert room.sends() == IDLE_SECONDS
    found = list(lrs.stored.values())
    assert [(one["verb"]["display"]["en"], one["object"]["id"]) for one in found] == [
        ("attempted", f"{HOME}/chapters/build-cache/#exercise"),
        ("passed", f"{HOME}/chapters/build-cache/#exercise"),
        ("attempted", f"{HOME}/chapters/multi-stage/#exercise"),
    ]
    assert [one["actor"]["account"]["name"] for one in found] == [
        f"abc/{room.said[ADA]}",
        f"abc/{room.said[ADA]}",
        f"abc/{room.said[BEN]}",
    ]
    sent = json.dumps(lrs.posts)
    for secret in (*NAMES, "Lovelace", ADA, "copy-all", "hint", "1234", *LOGIN):
        assert secret not in sent
    assert len(lrs.posts) == 1
    assert {"id", "actor", "verb", "object", "result", "context", "timestamp", "version"} == {
        name for one in found for name in one
    }
    assert {one["version"] for one in found} == {"1.0.0"}


def test_a_pseudonym_is_drawn_by_lot_and_gone_with_its_learner(room: Room) -> None:
    first = room.said[ADA]
    assert first and room.outbox.tell(ADA) == first
    room.store.free(ADA)
    assert ADA not in room.outbox.pseudonyms()
    room.store.take(NAMES[0], "1234", [ADA])
    assert room.outbox.tell(ADA) not in (None, first)


def test_what_a_learner_did_before_the_page_said_so_is_never_sent(
    tmp_path: Path, lrs: FakeLrs
) -> None:
    room = Room(tmp_path, lrs)
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.happens(ADA, "solved")
    room.clock.now += 1
    room.outbox.tell(ADA)
    room.happens(ADA, "tried")
    room.sends(2)
    assert [one["verb"]["display"]["en"] for one in lrs.stored.values()] == ["attempted"]


def test_within_one_second_too_it_counts_what_came_first(tmp_path: Path, lrs: FakeLrs) -> None:
    room = Room(tmp_path, lrs)
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.store.add(ADA, "solved", "build-cache")
    room.outbox.tell(ADA)
    room.store.add(ADA, "tried", "build-cache")
    room.sends(2)
    assert [one["verb"]["display"]["en"] for one in lrs.stored.values()] == ["attempted"]


def test_an_exercise_that_was_done_under_another_store_or_none_is_not_sent(
    room: Room, lrs: FakeLrs
) -> None:
    room.happens(ADA, "tried")
    room.outbox.goes_to(None)
    room.happens(ADA, "solved")
    room.restart()
    assert room.sends() == IDLE_SECONDS
    room.outbox.tell(ADA)
    room.happens(ADA, "solved", "multi-stage")
    room.sends()
    (only,) = lrs.stored.values()
    assert only["object"]["id"].endswith("multi-stage/#exercise")


def test_nothing_is_sent_twice_over_a_restart(room: Room, lrs: FakeLrs) -> None:
    for _ in range(BATCH + 1):
        room.happens(ADA, "tried")
    assert room.sends() == 0
    assert room.counts == (BATCH, 1)
    room.restart()
    room.sends(2)
    assert room.counts == (BATCH + 1, 0)
    assert [len(one) for one in lrs.posts] == [BATCH, 1]


def test_what_is_deleted_does_not_wait_any_more(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    lrs.down()
    room.happens(BEN, "solved")
    room.happens(ADA, "solved")
    room.store.free(BEN)
    assert room.counts == (1, 1)
    room.clock.now += 14 * DAY_SECONDS + 5
    room.store.forget_old()
    assert room.counts == (0, 0)
    lrs.up()
    assert room.sends() == IDLE_SECONDS
    assert len(lrs.stored) == 1


def test_a_number_that_is_given_again_is_not_taken_for_sent(room: Room) -> None:
    """SQLite gives the number of the last event again once that is deleted."""
    room.happens(ADA, "tried")
    room.sends()
    (old,) = room.store.events()
    room.store.free(ADA)
    room.store.take(NAMES[0], "1234", [ADA])
    room.outbox.tell(ADA)
    room.happens(ADA, "tried")
    (new,) = room.store.events()
    assert new.number == old.number
    assert room.counts == (0, 1)
    room.outbox.sent([old])
    assert room.counts == (0, 1)


def test_the_exercise_of_a_lab_that_is_gone_stops_nothing(room: Room) -> None:
    for _ in range(BATCH):
        room.happens(ADA, "tried", "gone")
    room.happens(ADA, "tried")
    room.sends()
    assert room.counts == (1, BATCH)
    assert room.sends() == IDLE_SECONDS


def test_the_trainer_reads_it_in_plain_words(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    assert words.lines(room.sender.status()) == ["1 sent, 0 waiting."]
    lrs.fault = 500
    room.happens(ADA, "solved")
    room.sends()
    first, second = words.lines(room.sender.status())
    assert first.startswith("1 sent, 1 waiting, since ")
    assert "the store answers 500. The class tries again at " in second


def test_the_export_has_the_same_ids_and_pseudonyms(room: Room, lrs: FakeLrs) -> None:
    room.happens(ADA, "tried")
    room.sends()
    told = told_of(room.store, id="abc", origin=HOME, project=ROOT, keep_days=14)
    (exported,) = json.loads(told.xapi)
    assert exported["id"] in lrs.stored
    assert exported == lrs.stored[exported["id"]]
    assert NAMES[0] not in told.xapi
    row = next(one for one in json.loads(told.json) if one["seat"] == ADA)
    assert (row["name"], row["pseudonym"]) == (NAMES[0], room.said[ADA])
