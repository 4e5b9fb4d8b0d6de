"""What is kept, as statements of xAPI and as a report."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from advices.classroom.progress import report, xapi
from advices.classroom.progress.store import Happened, Learner

HOME = "http://class.localhost:8000"
WORDS = {"adv-seat-01": "learner-1", "adv-seat-02": "learner-2"}
TITLES = {"build-cache": "Order for the cache"}
EVENTS = [
    Happened(1, "adv-seat-01", "Ada", "opened", "build-cache", "", 1.5),
    Happened(2, "adv-seat-01", "Ada", "tried", "build-cache", "", 2),
    Happened(3, "adv-seat-01", "Ada", "hint", "build-cache", "copy-all", 3),
    Happened(4, "adv-seat-01", "Ada", "help", "", "", 4),
    Happened(5, "adv-seat-01", "Ada", "solved", "build-cache", "", 5),
    Happened(6, "adv-seat-01", "Ada", "reset", "", "", 6),
    Happened(7, "adv-seat-01", "Ada", "opened", "gone", "", 7),
]


def told() -> list[dict]:
    of = xapi.Told("abc", HOME, TITLES, WORDS)
    return json.loads(xapi.as_json(xapi.statements(EVENTS, of)))


def test_each_event_of_a_learner_is_a_statement() -> None:
    found = told()
    assert [one["verb"]["display"]["en"] for one in found] == [
        "launched",
        "attempted",
        "experienced",
        "asked",
        "passed",
    ]
    first = found[0]
    assert first["actor"]["account"] == {"homePage": HOME, "name": "abc/learner-1"}
    assert "Ada" not in json.dumps(found)
    assert first["timestamp"] == "1970-01-01T00:00:01.500Z"
    assert first["object"]["id"] == f"{HOME}/chapters/build-cache/#exercise"
    assert "result" not in first
    assert found[1]["result"] == {"success": False, "completion": False}
    assert found[4]["result"] == {"success": True, "completion": True}
    assert found[2]["context"]["extensions"] == {f"{HOME}/hint": "copy-all"}


def test_ids_are_the_same_each_time_and_no_two_are() -> None:
    ids = [one["id"] for one in told()]
    assert ids == [one["id"] for one in told()]
    assert len(set(ids)) == len(ids)


def test_no_property_is_null_or_empty() -> None:
    def nulls(value: object) -> bool:
        if isinstance(value, dict):
            return not value or any(nulls(one) for one in value.values())
        return value is None

    assert not any(nulls(one) for one in told())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("id",), "not-a-uuid"),
        (("timestamp",), "yesterday"),
        (("verb", "id"), "no iri"),
        (("verb", "display"), {"in english": "x"}),
        (("actor", "account", "name"), ""),
        (("actor", "mbox"), "mailto:ada@example.org"),
        (("object", "objectType"), "Thing"),
        (("version",), "1.0.3"),
        (("result", "score"), {"raw": 1}),
        (("typed",), "FROM python"),
    ],
)
def test_what_is_no_statement_is_refused(place: tuple[str, ...], value: object) -> None:
    statement = told()[1]
    at = statement
    for name in place[:-1]:
        at = at[name]
    at[place[-1]] = value
    with pytest.raises(ValidationError):
        xapi.Statement.model_validate(statement)


def test_a_statement_passes_its_own_check() -> None:
    for one in told():
        xapi.Statement.model_validate(one)


def test_a_report_counts_each_exercise_once_and_ranks_nobody() -> None:
    learners = [Learner("adv-seat-02", "Ben", 0), Learner("adv-seat-01", "Ada", 0)]
    solved_at_once = Happened(8, "adv-seat-02", "Ben", "solved", "build-cache", "", 8)
    rows = report.report(learners, [*EVENTS, solved_at_once], WORDS)
    assert [one.seat for one in rows] == ["adv-seat-01", "adv-seat-02"]
    ada, ben = rows
    assert (ada.opened, ada.tried, ada.solved) == (
        ("build-cache", "gone"),
        ("build-cache",),
        ("build-cache",),
    )
    assert ben.opened == ben.tried == ("build-cache",)
    assert report.cells(ada)[:6] == ["adv-seat-01", "Ada", "2", "1", "1", "1"]
    assert len(report.cells(ada)) == len(report.HEADER)
    assert json.loads(report.as_json(rows))[1]["name"] == "Ben"
    assert json.loads(report.as_json(rows))[1]["pseudonym"] == "learner-2"
