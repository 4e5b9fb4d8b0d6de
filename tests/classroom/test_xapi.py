"""What a class exports is xAPI, as Learning Locker's validator understands it."""

from __future__ import annotations

import json

import pytest
from xapi_faults import faults

from advices.classroom.progress import xapi
from advices.classroom.progress.store import KINDS, Happened

pytestmark = pytest.mark.classroom


def test_every_kind_of_statement_is_valid_and_a_wrong_one_is_not() -> None:
    events = [
        Happened(number, "adv-seat-01", "Zoë <b>", kind, "build-cache", "copy-all", number / 7)
        for number, kind in enumerate(KINDS)
    ]
    of = xapi.Told(
        "abc",
        "http://class.localhost:8000",
        {"build-cache": "Order for the cache"},
        {"adv-seat-01": "learner-1"},
    )
    found = json.loads(xapi.as_json(xapi.statements(events, of)))
    assert len(found) == len(KINDS) - 1
    assert faults(found) == [0] * len(found)
    wrong = [
        {**found[0], "typed": "FROM python"},
        {**found[0], "id": "x"},
        {**found[0], "timestamp": "yesterday"},
        {**found[0], "actor": {"objectType": "Agent"}},
        {**found[0], "verb": {"id": "solved"}},
    ]
    assert all(faults(wrong))
