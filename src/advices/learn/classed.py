"""Below a class: what a page tells the trainer and hears from them, passed on by this server.

The page asks this server, with its cookie. The token that says who it is stays here.
"""

from __future__ import annotations

import json

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from advices.learn.class_client import Answer
from advices.learn.sending import OF_CLASS, Sender

CLASS = "learn-class"
"""Where the page asks for its class."""
TOKEN_VARIABLE = "JUPYTERHUB_API_TOKEN"
_PASSED_ON = ("happened", "wish")
_LETTERS_AT_MOST = 100


class Classed(JupyterHandler):
    """Passes on between a page and the trainer's service, for who is let in."""

    @property
    def _sender(self) -> Sender:
        sender: Sender | None = self.settings.get(OF_CLASS)
        if sender is None:
            raise web.HTTPError(404)
        return sender

    @web.authenticated
    async def get(self) -> None:
        """Send whether help is asked for, and what the trainer says, as JSON.

        Of a laptop that the class does not know any more, send that.
        """
        answer = await self._sender.mine()
        if self._sender.has_left:
            answer = Answer(200, json.dumps({"left": True}).encode())
        self._pass_on(answer)

    @web.authenticated
    async def post(self) -> None:
        """Pass on what happened, or that help is asked for. Never more than a few short words."""
        told = self.get_json_body()
        if not isinstance(told, dict) or told.get("what") not in _PASSED_ON:
            raise web.HTTPError(400)
        if told["what"] == "wish":
            self._pass_on(await self._sender.wish(on=told.get("on") is True))
            return
        words = {
            name: told[name]
            for name in ("kind", "exercise", "hint")
            if isinstance(told.get(name), str) and len(told[name]) <= _LETTERS_AT_MOST
        }
        self._pass_on(await self._sender.happened(words))

    def _pass_on(self, answer: Answer) -> None:
        if not answer.is_well:
            # Another status would say something about this server.
            raise web.HTTPError(429 if answer.status == 429 else 502)
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Type", "application/json")
        self.finish(answer.body or b"{}")
