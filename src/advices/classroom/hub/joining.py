"""What the hub answers to a learner's own laptop that joins: its token, and nothing else.

It is here and not in the trainer's service, so that who guesses a code or a PIN is counted once,
whichever door they try.
"""

from __future__ import annotations

import json
from typing import Any

from jupyterhub.handlers.base import BaseHandler
from tornado import web

_BYTES_AT_MOST = 4096
_ASKED = ("username", "password", "pin")
# Browsers say so of themselves, and only programs of ours have a reason to come.
_OF_A_PAGE = ("Origin", "Sec-Fetch-Site")


@web.stream_request_body
class Join(BaseHandler):
    """Lets a laptop join that knows code, name and PIN. No cookie counts here, and no page asks."""

    def initialize(self, keep_days: int, leaving: str) -> None:
        """Take for how long the class keeps progress, and what leaves its machine."""
        self._keep_days = keep_days
        self._leaving = leaving
        self._body = b""

    def check_xsrf_cookie(self) -> None:
        """Demand none: no cookie counts here."""

    async def prepare(self) -> None:
        """Refuse pages and long bodies, before any of the body is read."""
        # Whoever comes was not let in yet.
        self.request.connection.set_max_body_size(_BYTES_AT_MOST)
        await super().prepare()
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        if any(name in self.request.headers for name in _OF_A_PAGE):
            raise web.HTTPError(403)
        if said := self.authenticator.no_laptops():
            self.set_status(403)
            self.finish(json.dumps({"message": said}))

    def data_received(self, chunk: bytes) -> None:
        """Keep what came of the body."""
        self._body += chunk

    async def get(self) -> None:
        """Send what a learner should know before they join: what becomes of progress."""
        self.finish(json.dumps({"keep_days": self._keep_days, "leaves": self._leaving}))

    async def post(self) -> None:
        """Send the token, or why there is none."""
        try:
            token = await self.authenticator.join(self, self._told())
        except web.HTTPError as fault:
            self.set_status(fault.status_code)
            self.finish(json.dumps({"message": getattr(fault, "jupyterhub_message", "")}))
            return
        self.finish(json.dumps({"token": token, "keep_days": self._keep_days}))

    def _told(self) -> dict[str, str]:
        """Return what the laptop sent. Raises 400 for anything else."""
        try:
            told: Any = json.loads(self._body)
        except ValueError:
            raise web.HTTPError(400) from None
        if not isinstance(told, dict) or not all(isinstance(told.get(x), str) for x in _ASKED):
            raise web.HTTPError(400)
        return {name: told[name] for name in _ASKED}

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say no more than the status."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"message": ""}))
