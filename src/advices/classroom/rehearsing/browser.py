"""As much of a browser as a learner's page needs: cookies, redirects, one socket."""

from __future__ import annotations

import socket
from http.cookies import SimpleCookie
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.netutil import Resolver
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.websocket import WebSocketClientConnection, websocket_connect

_REDIRECTS_AT_MOST = 20
_SECONDS = 60
_XSRF = "_xsrf"


class Answer(NamedTuple):
    """What came: the address that answered in the end, its status and its text."""

    url: str
    status: int
    text: str


class ThisMachine(Resolver):
    """Finds every name here: a class is rehearsed on its own machine, whatever the DNS says."""

    async def resolve(self, _host: str, port: int, _family: Any = None) -> list[tuple[int, Any]]:
        """Return this machine's address."""
        return [(socket.AF_INET, ("127.0.0.1", port))]


class Browser:
    """One browser of one learner."""

    def __init__(self) -> None:
        client: Any = SimpleAsyncHTTPClient
        self._client: AsyncHTTPClient = client(
            force_instance=True, resolver=ThisMachine(), max_clients=20
        )
        self._cookies: dict[tuple[str, str, str], str] = {}

    def close(self) -> None:
        """Let go of its connections."""
        self._client.close()

    def xsrf(self, url: str) -> str:
        """Return the token against forged requests that a page at an address would send back."""
        return self._for(url).get(_XSRF, "")

    async def get(self, url: str) -> Answer:
        """Ask for a page, and go where it leads."""
        return await self._ask("GET", url, None, {})

    async def submit(self, url: str, **form: str) -> Answer:
        """Send a form, and go where it leads."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": _origin(url),
            "Referer": url,
        }
        body = urlencode({_XSRF: self.xsrf(url), **form})
        return await self._ask("POST", url, body, headers)

    async def call(self, method: str, url: str, body: str | None = None) -> Answer:
        """Call as a script of a page does."""
        headers = {
            "Content-Type": "application/json",
            "X-XSRFToken": self.xsrf(url),
            "Origin": _origin(url),
            "Referer": f"{_origin(url)}/",
        }
        return await self._ask(method, url, body, headers)

    async def listen(self, url: str) -> WebSocketClientConnection:
        """Open a socket at an address of the scheme http or https."""
        request = HTTPRequest(
            url.replace("http", "ws", 1),
            headers={"Cookie": self._header(url), "Origin": _origin(url)},
            validate_cert=False,
            connect_timeout=_SECONDS,
        )
        return await websocket_connect(request, resolver=ThisMachine())

    async def _ask(
        self, method: str, url: str, body: str | None, headers: dict[str, str]
    ) -> Answer:
        for _ in range(_REDIRECTS_AT_MOST):
            request = HTTPRequest(
                url,
                method=method,
                body=body,
                headers={**headers, "Cookie": self._header(url), "Sec-Fetch-Mode": "navigate"},
                follow_redirects=False,
                request_timeout=_SECONDS,
                # It is asked here, where nobody is between.
                validate_cert=False,
            )
            answer = await self._client.fetch(request, raise_error=False)
            if answer.code == 599:
                raise OSError(f"{_path(url)} did not answer: {answer.error}")
            for line in answer.headers.get_list("Set-Cookie"):
                self._keep(url, line)
            if answer.code not in (301, 302, 303, 307) or method == "DELETE":
                return Answer(url, answer.code, answer.body.decode("utf-8", "replace"))
            url = urljoin(url, answer.headers["Location"])
            if answer.code != 307:
                method, body, headers = "GET", None, {}
        raise OSError(f"{_path(url)} leads in a circle")

    def _keep(self, url: str, line: str) -> None:
        found: SimpleCookie = SimpleCookie()
        found.load(line)
        for name, one in found.items():
            key = (urlsplit(url).netloc, one["path"] or "/", name)
            if one["max-age"] == "0" or not one.value:
                self._cookies.pop(key, None)
            else:
                self._cookies[key] = one.value

    def _for(self, url: str) -> dict[str, str]:
        """Return the cookies of an address; of two with one name the one with the longer path."""
        at = urlsplit(url)
        kept = sorted(self._cookies.items(), key=lambda one: len(one[0][1]))
        return {
            name: value
            for (host, path, name), value in kept
            if host == at.netloc and (at.path or "/").startswith(path.rstrip("/") or "/")
        }

    def _header(self, url: str) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._for(url).items())


def _origin(url: str) -> str:
    at = urlsplit(url)
    return f"{at.scheme}://{at.netloc}"


def _path(url: str) -> str:
    """Return an address without its query, which may hold a code."""
    return url.partition("?")[0]
