"""What a learner's server posts and asks. Its token says whose it is; nothing else does.

The server of a seat has a token of the hub, that of a learner's own laptop one of this class.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterhub.services.auth import HubAuth
from tornado import web

from advices.classroom.board.facts import Facts
from advices.classroom.hub.attempts import Attempts
from advices.classroom.progress import laptops
from advices.classroom.progress.store import DAY_SECONDS
from advices.classroom.sending import words
from advices.core import now

_FROM_A_PAGE = ("opened", "tried", "solved", "hint")
# A learner who opens and checks without a pause stays far below.
_POSTS_A_MINUTE = 60


class SeatHandler(web.RequestHandler):
    """Answers a learner's server."""

    def initialize(self, facts: Facts, auth: HubAuth, posts: Attempts) -> None:
        """Take what the handlers share."""
        self._facts = facts
        self._auth = auth
        self._posts = posts
        self._seat = ""

    def check_xsrf_cookie(self) -> None:
        """Demand none: no cookie counts here."""

    async def prepare(self) -> None:
        """Ask whose token it is; refuse who has neither a seat nor joined."""
        kind, _, token = self.request.headers.get("Authorization", "").partition(" ")
        if kind.lower() in ("token", "bearer") and token:
            self._seat = await self._place_of(token)
        if not self._seat:
            raise web.HTTPError(403)
        self.set_header("Cache-Control", "no-store")

    async def _place_of(self, token: str) -> str:
        """Return the seat of a token, or the place of a laptop, "" for a token of neither."""
        if laptops.is_token(token):
            return self._facts.store.place_of(laptops.digest(token)) or ""
        # The service itself answers at this machine only, and each request is asked about anew.
        user: Any = await self._auth.user_for_token(token, use_cache=True, sync=False)
        name = user["name"] if user and user.get("kind") == "user" else ""
        return name if self._facts.seat(name) else ""

    async def get(self, what: str) -> None:
        """Send what a learner sees: whether help is asked for, and what the trainer says."""
        if what != "mine":
            raise web.HTTPError(405)
        store = self._facts.store
        said = [
            {"number": one.number, "text": one.text, "at": one.at}
            for one in store.messages(self._seat)
        ]
        wishes = store.wishes()
        leaves = self._facts.leaves(self._seat)
        self.finish(
            {
                "asks": self._seat in wishes,
                "messages": said,
                "notice": words.notice(
                    self._facts.keep_days, leaves, own=laptops.is_own(self._seat)
                ),
                "now": now().timestamp(),
            }
        )

    async def post(self, what: str) -> None:
        """Keep what a learner did."""
        if what == "leave" and laptops.is_own(self._seat):
            self._facts.store.leaves(self._seat)
            self.finish({})
            return
        if self._posts.wait_seconds(self._seat):
            raise web.HTTPError(429)
        self._posts.failed(self._seat)
        told = self._body()
        if what == "wish":
            on = told.get("on") is True
            self._facts.store.wish(self._seat, on=on)
            if on:
                self._facts.store.add(self._seat, "help")
        elif what == "happened":
            self._happened(told)
        else:
            raise web.HTTPError(405)
        self.finish({})

    def _happened(self, told: dict[str, Any]) -> None:
        kind, exercise, hint = (told.get(name, "") for name in ("kind", "exercise", "hint"))
        if not all(isinstance(word, str) for word in (kind, exercise, hint)):
            raise web.HTTPError(400)
        known = {one.slug for one in self._facts.exercises}
        if kind not in _FROM_A_PAGE or exercise not in known:
            raise web.HTTPError(400)
        # Only words of ours: nothing that somebody typed gets in.
        if kind == "hint" and hint not in self._facts.hints:
            raise web.HTTPError(400)
        ago = told.get("ago", 0)
        if not isinstance(ago, int | float) or not 0 <= ago <= DAY_SECONDS:
            raise web.HTTPError(400)
        self._facts.store.add(self._seat, kind, exercise, hint if kind == "hint" else "", ago=ago)

    def _body(self) -> dict[str, Any]:
        try:
            told = json.loads(self.request.body or b"{}")
        except ValueError:
            raise web.HTTPError(400) from None
        if not isinstance(told, dict):
            raise web.HTTPError(400)
        return told

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say no more than the status."""
        self.finish({"status": status_code})


def posts() -> Attempts:
    """Return what limits how often a seat may post."""
    return Attempts(at_most=_POSTS_A_MINUTE, within_seconds=60)
