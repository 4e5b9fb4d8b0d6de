"""Below a class: what a page tells the trainer and hears from them, passed on by this server.

The page asks this server, with its cookie. The token that says which seat it is stays here.
"""

from __future__ import annotations

import json
import os
from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from advices.core import ClassOf

CLASS = "learn-class"
"""Where the page asks for its class."""
TOKEN_VARIABLE = "JUPYTERHUB_API_TOKEN"
_SECONDS = 10
_PASSED_ON = ("happened", "wish")
_LETTERS_AT_MOST = 100


class Classed(JupyterHandler):
    """Passes on between a page and the trainer's service, for who is let in."""

    def initialize(self, of: ClassOf) -> None:
        """Take the class."""
        self._of = of

    @web.authenticated
    async def get(self) -> None:
        """Send whether help is asked for, and what the trainer says, as JSON."""
        await self._pass_on("GET", "mine", None)

    @web.authenticated
    async def post(self) -> None:
        """Pass on what happened, or that help is asked for. Never more than a few short words."""
        told = self.get_json_body()
        if not isinstance(told, dict) or told.get("what") not in _PASSED_ON:
            raise web.HTTPError(400)
        words = {
            name: told[name]
            for name in ("kind", "exercise", "hint")
            if isinstance(told.get(name), str) and len(told[name]) <= _LETTERS_AT_MOST
        }
        body = words | ({"on": True} if told.get("on") is True else {})
        await self._pass_on("POST", str(told["what"]), json.dumps(body))

    async def _pass_on(self, method: str, what: str, body: str | None) -> None:
        request = HTTPRequest(
            f"{self._of.url}/{what}",
            method=method,
            body=body,
            headers={"Authorization": f"token {os.environ.get(TOKEN_VARIABLE, '')}"},
            request_timeout=_SECONDS,
        )
        try:
            answer: Any = await AsyncHTTPClient().fetch(request, raise_error=False)
        except OSError:
            raise web.HTTPError(502) from None
        if not 200 <= answer.code < 300:
            # Another status would say something about this server.
            raise web.HTTPError(429 if answer.code == 429 else 502)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.finish(answer.body or b"{}")
