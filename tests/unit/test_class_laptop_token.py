"""What the token of a learner's own laptop is good for: to write and read as its learner alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from class_of_laptops import SEAT_TOKEN, SEATS, a_class, join
from tornado.httpclient import AsyncHTTPClient, HTTPRequest


@pytest.fixture
def room(tmp_path: Path):
    with a_class(tmp_path) as running:
        yield running


def asked(room, what: str, told: str | None = None, **headers: str):
    async def ask():
        method = "GET" if told is None else "POST"
        request = HTTPRequest(f"{room.url}/{what}", method=method, body=told, headers=headers)
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    return asyncio.run(ask())


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"token {token}"}


def test_a_token_writes_as_its_learner_whatever_is_said(room) -> None:
    ada, ben = join(room.door, "Ada"), join(room.door, "Ben")
    said = '{"kind": "solved", "exercise": "build-cache", "seat": "own-01", "name": "Ada"}'
    assert asked(room, "happened", said, **bearer(ben)).code == 200
    assert [(one.seat, one.name) for one in room.store.events()] == [("own-02", "Ben")]
    assert asked(room, "wish", '{"on": true, "seat": "own-01"}', **bearer(ben)).code == 200
    assert {*room.store.wishes()} == {"own-02"}
    assert asked(room, "leave", '{"seat": "own-01"}', **bearer(ben)).code == 200
    assert room.store.joined() == {"own-01"}
    assert asked(room, "mine", **bearer(ben)).code == 403
    assert asked(room, "mine", **bearer(ada)).code == 200


def test_a_token_reads_what_was_said_to_all_and_to_its_learner(room) -> None:
    ada = join(room.door, "Ada")
    join(room.door, "Ben")
    room.store.say("Break until ten")
    room.store.say("for Ada", "own-01")
    room.store.say("for Ben", "own-02")
    room.store.wish("own-02", on=True)
    answer = asked(room, "mine", **bearer(ada))
    assert b"for Ben" not in answer.body and b"own-02" not in answer.body
    assert b"for Ada" in answer.body and b"Break until ten" in answer.body
    assert b'"asks": false' in answer.body
    assert b"Sent to your trainer: your name in this class" in answer.body


@pytest.mark.parametrize("what", ["mine", "happened", "wish", "leave"])
def test_only_a_token_in_its_header_counts(room, what: str) -> None:
    token = join(room.door, "Ada")
    told = None if what == "mine" else '{"on": true, "kind": "tried", "exercise": "build-cache"}'
    for headers in (
        {},
        bearer("own.made-up"),
        bearer(f"{token}x"),
        bearer("own-01"),
        {"Authorization": f"Basic {token}"},
        {"Cookie": f"token={token}; jupyterhub-services={token}"},
        {"X-Token": token},
    ):
        assert asked(room, what, told, **headers).code == 403, headers
    assert asked(room, f"{what}?token={token}", told).code == 403
    assert (room.store.events(), room.store.wishes()) == ([], {})
    # The hub is not asked about what only this class could have given.
    assert token not in room.hub.asked and "own.made-up" not in room.hub.asked


def test_no_page_of_another_origin_may_read_an_answer(room) -> None:
    answer = asked(room, "mine", Origin="https://evil.example", **bearer(join(room.door, "Ada")))
    assert not [name for name in answer.headers if name.lower().startswith("access-control-allow")]


@pytest.mark.parametrize(
    "said",
    [
        '{"kind": "tried", "exercise": "FROM python"}',
        '{"kind": "hint", "exercise": "build-cache", "hint": "my password"}',
        '{"kind": "reset", "exercise": "build-cache"}',
        '{"kind": "tried", "exercise": "build-cache", "ago": -1}',
        '{"kind": "tried", "exercise": "build-cache", "ago": 1e9}',
        '{"kind": "tried", "exercise": "build-cache", "ago": NaN}',
        '{"kind": "tried", "exercise": "build-cache", "ago": "1"}',
        '{"kind": ["tried"], "exercise": "build-cache"}',
        '{"kind": "tried", "exercise": {}}',
        '{"kind": "hint", "exercise": "build-cache", "hint": []}',
        "[1]",
        "FROM python",
    ],
)
def test_nothing_else_is_kept(room, said: str) -> None:
    assert asked(room, "happened", said, **bearer(join(room.door, "Ada"))).code == 400
    assert room.store.events() == []


def test_a_learner_posts_no_more_than_a_seat_may_and_can_still_leave(room) -> None:
    token = join(room.door, "Ada")
    found = {asked(room, "wish", "{}", **bearer(token)).code for _ in range(61)}
    assert found == {200, 429}
    assert asked(room, "leave", "{}", **bearer(token)).code == 200


def test_a_seat_goes_on_as_before_and_leaves_nothing(room) -> None:
    room.store.take("Cyd", "1234", list(SEATS))
    said = '{"kind": "tried", "exercise": "build-cache"}'
    assert asked(room, "happened", said, **bearer(SEAT_TOKEN)).code == 200
    assert [one.seat for one in room.store.events()] == [SEATS[0]]
    assert asked(room, "leave", "{}", **bearer(SEAT_TOKEN)).code == 405
