"""What the trainer's page shows, out of what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.classroom.board import day, page
from advices.classroom.board.rows import Exercise, counts, seat_rows
from advices.classroom.progress.store import Happened, Learner, Message
from advices.core import Layout
from advices.site import Agenda, agendas
from advices.site.agendas import Part

ROOT = Path(__file__).parents[2]
CACHE, STAGES = Exercise("build-cache", "Order for the cache"), Exercise("multi-stage", "Stages")
SEATS = ["adv-seat-01", "adv-seat-02", "adv-seat-03"]
NOW = 10_000.0
LINKS = page.Links("/services/class/", "a-token", "/hub/logout")


def happened(seat: str, kind: str, exercise: str, ago: float, hint: str = "") -> Happened:
    return Happened(1, seat, "x", kind, exercise, hint, NOW - ago)


EVENTS = [
    happened("adv-seat-01", "opened", "build-cache", 600),
    happened("adv-seat-01", "tried", "build-cache", 500),
    happened("adv-seat-01", "hint", "build-cache", 499, "copy-all"),
    happened("adv-seat-01", "hint", "build-cache", 400, "late-install"),
    happened("adv-seat-01", "solved", "build-cache", 300),
    happened("adv-seat-01", "tried", "build-cache", 290),
    happened("adv-seat-01", "opened", "multi-stage", 125),
    happened("adv-seat-02", "tried", "build-cache", 30),
    happened("adv-seat-02", "reset", "", 1),
]
LEARNERS = [
    Learner("adv-seat-02", '<img src=x onerror="alert(1)">', NOW - 60),
    Learner("adv-seat-01", "Ada", NOW - 900),
]


@pytest.fixture
def rows():
    return seat_rows(
        SEATS,
        exercises=[CACHE, STAGES],
        learners=LEARNERS,
        events=EVENTS,
        wishes={"adv-seat-02": NOW - 190},
        now=NOW,
    )


def test_seats_stay_in_their_order_and_say_how_far_they_are(rows) -> None:
    assert [one.seat for one in rows] == SEATS
    ada, other, nobody = rows
    assert [(one.exercise.slug, one.state, one.hint) for one in ada.stands] == [
        ("build-cache", "solved", "late-install"),
        ("multi-stage", "open", ""),
    ]
    # What was solved stays solved.
    assert ada.still_minutes == 2
    assert ada.asks_minutes is None
    assert other.asks_minutes == 3
    # A reset is no move of the learner.
    assert other.still_minutes == 0
    assert (nobody.name, nobody.stands, nobody.still_minutes) == ("", (), None)


def test_counts_name_nobody(rows) -> None:
    assert [
        (one.exercise.slug, one.open, one.tried, one.solved)
        for one in counts([CACHE, STAGES], rows)
    ] == [
        ("build-cache", 0, 1, 1),
        ("multi-stage", 1, 0, 0),
    ]


@pytest.fixture
def board(rows):
    said = [Message(7, "", "<script>alert(2)</script>", NOW)]
    return page.Board(rows, counts([CACHE, STAGES], rows), said, "10:00")


def test_what_learners_typed_is_escaped(board) -> None:
    slots = day.slots(Agenda("A day", "09:00", (Part("<b>", "", 20),)), "09:00", "09:10")
    shown = page.page(board, page.Day(["A day"], 0, "09:00", slots), LINKS, 14)
    for bad in ("<img", "<script>alert", "<b>"):
        assert bad not in shown
    assert "&lt;img src=x" in shown
    assert "for 14 days" in shown
    asked = page.question("adv-seat-02", '"><img src=x>', "reset", LINKS)
    assert "<img" not in asked


def test_the_projector_shows_no_name_and_no_seat(board) -> None:
    shown = page.projector(board, LINKS)
    assert "Order for the cache" in shown
    assert '<meta name="xsrf" content="a-token">' in shown
    for name in ("Ada", "adv-seat", "onerror", "asks"):
        assert name not in shown


def test_every_form_has_its_token(board) -> None:
    slots = day.slots(Agenda("A day", "09:00", ()), "09:00", "09:10")
    shown = page.page(board, page.Day(["A day"], 0, "09:00", slots), LINKS, 14)
    forms = [one.partition("</form>")[0] for one in shown.split("<form")[1:]]
    posts = [one for one in forms if 'method="post"' in one]
    assert len(posts) == 3
    assert all('name="_xsrf" value="a-token"' in one for one in posts)


def test_an_agenda_runs_on_the_clock() -> None:
    agenda = Agenda("A day", "09:00", (Part("Welcome", "", 20), Part("Break", "", 15)))
    found = day.slots(agenda, "23:50", "23:55")
    assert [(one.begins, one.what, one.is_now) for one in found] == [
        ("23:50", "Welcome", True),
        ("00:10", "Break", False),
        ("00:25", "End", False),
    ]
    assert day.slots(agenda, "99:00", "09:25")[1].is_now


def test_the_agendas_are_those_of_the_page_for_trainers() -> None:
    found = agendas(Layout(ROOT))
    assert [one.title for one in found] == ["Half a day", "A day", "Two days", "Two days"]
    assert {one.start for one in found} == {"09:00"}
    assert found[0].parts[1].slug == "build-cache"
    assert all(part.minutes > 0 for one in found for part in one.parts)
    # The same as the table that the site shows.
    text = (ROOT / "docs" / "trainers.md").read_text("utf-8")
    assert text.count("{{ agenda(") == len(found)
