"""Speaks with a learning record store: what it is, and whether it took statements.

No redirect is followed: the login would go along. Nothing that a store answers is shown as it is.
"""

from __future__ import annotations

import http
import json
import re
import socket
import ssl
import uuid
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest, HTTPResponse
from tornado.simple_httpclient import HTTPTimeoutError, SimpleAsyncHTTPClient

from advices.classroom.progress.xapi import PROTOCOL, VERSION_HEADER, Statement
from advices.classroom.sending.destination import Destination
from advices.core import XapiStoreUnfit

SECONDS = 20
_CONNECT_SECONDS = 10
_BODY_BYTES_AT_MOST = 2_000_000
_WAIT_SECONDS_AT_MOST = 3600
# Nobody ever sends a statement with this id: asking for it shows whether the login is taken.
_NOBODYS = uuid.UUID("8a4c0bfe-3f6a-4f0e-9f2d-6c1b4f0e0a11")
_VERSION = re.compile(r"\d{1,3}(\.\d{1,3}){0,2}")


class Answer(NamedTuple):
    """What became of statements. `conflict`: the store has something under one of their ids.

    `refused`: it wants none of them; `failed`: it took nothing now, and may later, not before
    `wait_seconds`. `why` is a sentence about the store without its name, "" for `stored`.
    """

    kind: Literal["stored", "conflict", "refused", "failed"]
    why: str = ""
    wait_seconds: float = 0


_ANSWERS: dict[int, Answer] = {
    409: Answer("conflict", "has something else under the id of a statement"),
    400: Answer("refused", "wants no such statement (400)"),
    413: Answer("refused", "wants no statement of that size (413)"),
    401: Answer("failed", "does not take the login any more (401)"),
    403: Answer("failed", "does not let this login send (403)"),
    200: Answer("failed", "does not answer as an xAPI store does"),
}


class Silent(Exception):
    """The store gave no answer; the text says why, as a sentence about the store."""


class Lrs:
    """One store, asked with its login."""

    def __init__(self, to: Destination, seconds: float = SECONDS) -> None:
        """Ask the store at an address; each question may take so many seconds in all."""
        self._to = to
        self._seconds = seconds
        self._client: AsyncHTTPClient | None = None

    async def demand(self) -> None:
        """Return if the store answers, knows the version and takes the login.

        Raises XapiStoreUnfit, which says which of them it does not.
        """
        host = self._to.host
        try:
            about = await self._ask("GET", "/about")
            self._demand_store(about)
            asked = await self._ask("GET", f"/statements?statementId={_NOBODYS}")
        except Silent as silent:
            raise XapiStoreUnfit(
                f"the store at {host} {silent}",
                why="the address is wrong, the store is down, or this machine does not reach it",
                next_step="check the address after --xapi-store and this machine's network",
            ) from None
        self._demand_login(asked.code)
        # A login that only writes may not read: that is enough.
        if asked.code not in (200, 403, 404):
            raise XapiStoreUnfit(
                f"the store at {host} {_said(asked)} when it is asked for a statement",
                why="it is not well, or its address ends in another way",
                next_step="look at the store, and at the address after --xapi-store",
            )

    def _demand_login(self, code: int) -> None:
        if code == http.HTTPStatus.UNAUTHORIZED:
            raise XapiStoreUnfit(
                f"the store at {self._to.host} does not take the login (401)",
                why="the user or the password is not one that it knows",
                next_step="look both up in the store, and give them again: --xapi-login FILE",
            )

    def _demand_store(self, about: HTTPResponse) -> None:
        """Refuse what is no store, and one without a version that statements here are of."""
        host = self._to.host
        self._demand_login(about.code)
        if 300 <= about.code < 400:
            raise XapiStoreUnfit(
                f"the store at {host} {_said(about)}",
                why="the login would go along to wherever it leads",
                next_step="give the address that it leads to, if you trust that one",
            )
        if about.code >= 500:
            raise XapiStoreUnfit(
                f"the store at {host} {_said(about)}",
                why="it is not well, or something in front of it is",
                next_step="look at the store, then start the class again",
            )
        versions = _versions(about)
        if versions is None:
            raise XapiStoreUnfit(
                f"what answers at {self._to.url} is not an xAPI store",
                why=f"{self._to.url}/about must say the versions of xAPI, and {_said(about)}",
                next_step="copy the address of the store's xAPI from its own pages: it often ends "
                "in /xapi or /xAPI",
            )
        if not any(one == "1.0" or one.startswith("1.0.") for one in versions):
            known = ", ".join(one for one in versions if _VERSION.fullmatch(one))[:80]
            raise XapiStoreUnfit(
                f"the store at {host} does not know xAPI {PROTOCOL}",
                why=f"it says that it knows {known or 'none that can be shown'}",
                next_step="switch version 1.0 on in the store, or use another one",
            )

    async def store(self, statements: Sequence[Statement]) -> Answer:
        """Hand statements over, all or none. Never raises for what the store does."""
        body = "[" + ",".join(one.as_json() for one in statements) + "]"
        try:
            said = await self._ask("POST", "/statements", body)
        except Silent as silent:
            return Answer("failed", str(silent))
        if said.code == http.HTTPStatus.NO_CONTENT or _names(said, statements):
            return Answer("stored")
        return _ANSWERS.get(said.code) or Answer("failed", _said(said), _asked_to_wait(said))

    async def has(self, statement: Statement) -> bool:
        """Return whether what the store has under the id of a statement is that statement.

        The id is made of all that it says, so a login that may not read need not compare.
        """
        try:
            said = await self._ask("GET", f"/statements?statementId={statement.id}")
            if said.code == http.HTTPStatus.NOT_FOUND:
                # One that somebody took back is asked for in another way.
                said = await self._ask("GET", f"/statements?voidedStatementId={statement.id}")
        except Silent:
            return False
        if said.code == http.HTTPStatus.FORBIDDEN:
            return True
        found = _json(said)
        if said.code != http.HTTPStatus.OK or not isinstance(found, dict):
            return False
        mine = json.loads(statement.as_json())
        same = ("actor", "account"), ("verb", "id"), ("object", "id")
        return all(_part(found, *path) == _part(mine, *path) for path in same)

    async def _ask(self, method: str, path: str, body: str | None = None) -> HTTPResponse:
        """Return what the store answers, whatever it is. Raises Silent."""
        kind = {"Content-Type": "application/json"} if body is not None else {}
        request = HTTPRequest(
            f"{self._to.url}{path}",
            method=method,
            body=body,
            headers={VERSION_HEADER: PROTOCOL, "Accept": "application/json", **kind},
            auth_username=self._to.user,
            auth_password=self._to.password,
            auth_mode="basic",
            connect_timeout=min(_CONNECT_SECONDS, self._seconds),
            request_timeout=self._seconds,
            follow_redirects=False,
            decompress_response=False,
        )
        # It belongs to the loop that runs now.
        self._client = self._client or SimpleAsyncHTTPClient(
            force_instance=True, max_body_size=_BODY_BYTES_AT_MOST
        )
        try:
            return await self._client.fetch(request, raise_error=False)
        except HTTPTimeoutError:
            raise Silent(f"did not answer within {self._seconds:g} seconds") from None
        except (HTTPClientError, OSError, ValueError) as error:
            raise Silent(_of(error)) from None


def _of(error: Exception) -> str:
    """Return why no answer came: never the text of an error, which may have the request in it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "has a certificate that this machine does not trust"
    if isinstance(error, ssl.SSLError):
        return "does not speak https there"
    if isinstance(error, socket.gaierror):
        return "was not found: its name does not resolve"
    if isinstance(error, ConnectionRefusedError):
        return "does not answer: nothing listens there"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be reached: {error.strerror}"
    return "does not answer in HTTP"


def _said(answer: HTTPResponse) -> str:
    if 300 <= answer.code < 400:
        return f"answers with a redirect ({answer.code}), which is not followed"
    return f"answers {answer.code}"


def _asked_to_wait(answer: HTTPResponse) -> float:
    asked = answer.headers.get("Retry-After", "")
    seconds = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 0
    return float(min(seconds, _WAIT_SECONDS_AT_MOST))


def _names(answer: HTTPResponse, statements: Sequence[Statement]) -> bool:
    """Return whether a store says of all statements that it has them: by their ids, in order."""
    ids = _json(answer)
    return answer.code == http.HTTPStatus.OK and ids == [one.id for one in statements]


def _json(answer: HTTPResponse) -> Any:
    try:
        return json.loads(answer.body or b"null")
    except (ValueError, RecursionError):
        return None


def _versions(answer: HTTPResponse) -> list[str] | None:
    found = _json(answer)
    told = found.get("version") if isinstance(found, dict) else None
    if answer.code != http.HTTPStatus.OK or not isinstance(told, list) or not told:
        return None
    return [one for one in told if isinstance(one, str)]


def _part(of: Any, *path: str) -> Any:
    for name in path:
        of = of.get(name) if isinstance(of, dict) else None
    return of
