"""Passes on to the trainer's service what learners' servers post: a seat reaches only the hub."""

from __future__ import annotations

from typing import Any

from jupyterhub.handlers.base import BaseHandler
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

_BYTES_AT_MOST = 4096
_PASSED_ON = ("Authorization", "Content-Type")


class Relay(BaseHandler):
    """Hands on a request with its token, and the answer. The service asks the hub whose it is."""

    def initialize(self, port: int) -> None:
        """Take the port of the service on this machine."""
        self._port = port

    def check_xsrf_cookie(self) -> None:
        """Demand none: no cookie counts here, and a page of another site knows no token."""

    async def get(self, what: str) -> None:
        """Ask the service."""
        await self._pass_on("GET", what, None)

    async def post(self, what: str) -> None:
        """Post to the service."""
        body = self.request.body
        if len(body) > _BYTES_AT_MOST:
            self.set_status(413)
            return
        await self._pass_on("POST", what, body)

    async def _pass_on(self, method: str, what: str, body: bytes | None) -> None:
        headers = {
            name: self.request.headers[name] for name in _PASSED_ON if name in self.request.headers
        }
        address = f"http://127.0.0.1:{self._port}/services/class/seat/{what}"
        request = HTTPRequest(
            address, method=method, headers=headers, body=body, request_timeout=10
        )
        try:
            answer: Any = await AsyncHTTPClient().fetch(request, raise_error=False)
        except OSError:
            self.set_status(502)
            return
        self.set_status(502 if answer.code == 599 else answer.code)
        self.set_header("Content-Type", "application/json")
        self.write(answer.body or b"{}")
