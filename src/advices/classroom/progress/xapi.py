"""Pure: what is kept, as statements of the Experience API (xAPI) 1.0.3.

The records below are the part of the specification that these statements use, written from its
section on data ("Statements"). Each statement is checked against them before it is written, and a
test lets a validator of others judge them.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from advices.classroom.progress.store import Happened

PROTOCOL = "1.0.3"
"""The version that requests are of. Statements of every 1.0 say 1.0.0 (2.4.10)."""
VERSION_HEADER = "X-Experience-API-Version"
_VERBS: Mapping[str, tuple[str, str]] = {
    "opened": ("http://adlnet.gov/expapi/verbs/launched", "launched"),
    "tried": ("http://adlnet.gov/expapi/verbs/attempted", "attempted"),
    "solved": ("http://adlnet.gov/expapi/verbs/passed", "passed"),
    "hint": ("http://adlnet.gov/expapi/verbs/experienced", "experienced"),
    "help": ("http://adlnet.gov/expapi/verbs/asked", "asked"),
}
_HINT = "hint"
_NAMESPACE = uuid.UUID("2c0e6a52-30f7-4a5b-9a6b-1d3c0a6f7c11")

Iri = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$")]
_HEX = "[0-9a-f]"
Uuid = Annotated[
    str,
    StringConstraints(
        pattern=rf"^{_HEX}{{8}}-{_HEX}{{4}}-[1-8]{_HEX}{{3}}-[89ab]{_HEX}{{3}}-{_HEX}{{12}}$"
    ),
]
Timestamp = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$"),
]


class _Part(BaseModel):
    """A property that the specification does not name is an error (2.2, 4.a)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Account(_Part):
    """Who somebody is in one system (2.4.2.4)."""

    homePage: Iri
    name: str = Field(min_length=1)


class Actor(_Part):
    """An agent with exactly one identifier: the account (2.4.2.1)."""

    objectType: Literal["Agent"] = "Agent"
    account: Account


class Verb(_Part):
    """What was done (2.4.3)."""

    id: Iri
    display: dict[Language, str]


class Definition(_Part):
    """What an activity is (2.4.4.1)."""

    type: Iri
    name: dict[Language, str]


class Activity(_Part):
    """What it was done to (2.4.4)."""

    objectType: Literal["Activity"] = "Activity"
    id: Iri
    definition: Definition


class Outcome(_Part):
    """How it ended (2.4.5). It has no score: nobody is graded."""

    success: bool
    completion: bool


class Context(_Part):
    """In which class (2.4.6)."""

    platform: str
    extensions: dict[Iri, str] | None = None


class Statement(_Part):
    """One statement (2.1)."""

    id: Uuid
    actor: Actor
    verb: Verb
    object: Activity
    result: Outcome | None = None
    context: Context
    timestamp: Timestamp
    version: Literal["1.0.0"] = "1.0.0"

    def as_json(self) -> str:
        """Return it as JSON. No property is null: the specification forbids it (2.2, 4.a)."""
        return self.model_dump_json(exclude_none=True)


class Told(NamedTuple):
    """What a class is called to others: its id, its address, titles by slug, words by seat."""

    class_id: str
    home: str
    titles: Mapping[str, str]
    pseudonyms: Mapping[str, str]


def statements(events: Iterable[Happened], of: Told) -> list[Statement]:
    """Return a statement for each event of a learner. The same event always has the same id.

    An actor is a pseudonym in this class: no name that somebody typed is in a statement.
    """
    return [
        _statement(event, of)
        for event in events
        if event.kind in _VERBS
        and event.seat in of.pseudonyms
        and (event.exercise in of.titles or event.kind == "help")
    ]


def _statement(event: Happened, of: Told) -> Statement:
    class_id, home, titles, pseudonyms = of
    who = f"{class_id}/{pseudonyms[event.seat]}"
    verb, word = _VERBS[event.kind]
    where = f"chapters/{event.exercise}/#exercise" if event.exercise else ""
    title = titles.get(event.exercise, "The class")
    kind = "assessment" if event.exercise else "course"
    what = f"{event.exercise}/{event.kind}/{event.hint}"
    is_end = event.kind in ("tried", "solved")
    solved = event.kind == "solved"
    at = dt.datetime.fromtimestamp(event.at, dt.UTC)
    return Statement(
        id=str(uuid.uuid5(_NAMESPACE, f"{who}/{what}/{event.number}/{event.at}")),
        actor=Actor(account=Account(homePage=home, name=who)),
        verb=Verb(id=verb, display={"en": word}),
        object=Activity(
            id=f"{home}/{where}",
            definition=Definition(
                type=f"http://adlnet.gov/expapi/activities/{kind}", name={"en": title}
            ),
        ),
        result=Outcome(success=solved, completion=solved) if is_end else None,
        context=Context(
            platform="Docker Advices",
            extensions={f"{home}/{_HINT}": event.hint} if event.hint else None,
        ),
        timestamp=at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    )


def as_json(found: Iterable[Statement]) -> str:
    """Return statements as JSON."""
    return "[" + ",\n".join(one.as_json() for one in found) + "]\n"
