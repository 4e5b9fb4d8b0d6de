"""A small learning record store that judges what it gets, and that can be down, slow or refuse."""

from __future__ import annotations

import base64
import http.server
import json
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

LOGIN = ("key", "a-secret: with, a colon")
_SLOW_SECONDS_AT_MOST = 30


class FakeLrs:
    """The store at `url`. `stored` has statements by id; `fault` is what it does instead of work.

    `judge` gets the statements of a request and returns those that are not valid.
    """

    def __init__(self, judge: Callable[[list[dict[str, Any]]], list[Any]]) -> None:
        self.judge = judge
        self.stored: dict[str, dict[str, Any]] = {}
        self.voided: set[str] = set()
        self.posts: list[list[dict[str, Any]]] = []
        self.asked: list[tuple[str, str]] = []
        self.fault: int | str | None = None
        self.refuses: Callable[[dict[str, Any]], bool] = lambda _: False
        self.versions: Any = ["1.0.3", "2.0.0"]
        self.may_read = True
        self.retry_after = ""
        self.go_on = threading.Event()
        self.port = 0
        self._server: http.server.ThreadingHTTPServer | None = None
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/xapi"

    def up(self) -> None:
        """Listen, at the same port as before."""
        handler = type("Handler", (_Handler,), {"lrs": self})
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def down(self) -> None:
        """Listen no more."""
        self.go_on.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Return status and content for a request."""
        asked = urlsplit(path)
        self.asked.append((method, path))
        if self.fault == "slow":
            self.go_on.wait(_SLOW_SECONDS_AT_MOST)
            return 200, None
        if self.fault == "page":
            return 200, "<h1>Welcome</h1>"
        if isinstance(self.fault, int):
            return self.fault, None
        if asked.path == "/xapi/about":
            # As many stores do, to everybody.
            return 200, {"version": self.versions}
        if asked.path != "/xapi/statements":
            return 404, None
        if not headers.get("X-Experience-API-Version", "").startswith("1.0."):
            return 400, None
        login = base64.b64encode(":".join(LOGIN).encode()).decode()
        if headers.get("Authorization") != f"Basic {login}":
            return 401, None
        if method == "POST":
            return self._post(headers, body)
        return self._get(parse_qs(asked.query))

    def _post(self, headers: Any, body: bytes) -> tuple[int, Any]:
        if headers.get("Content-Type") != "application/json":
            return 400, None
        got = json.loads(body)
        self.posts.append(got)
        ids = [one["id"] for one in got]
        if len(set(ids)) < len(ids) or self.judge(got) or any(self.refuses(one) for one in got):
            return 400, None
        if any(one in self.stored for one in ids):
            # The specification lets a store say so of the same statement, too.
            return 409, None
        self.stored |= {one["id"]: one for one in got}
        return 200, ids

    def _get(self, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not self.may_read:
            return 403, None
        for name, is_voided in (("statementId", False), ("voidedStatementId", True)):
            for asked in query.get(name, []):
                if asked in self.stored and (asked in self.voided) == is_voided:
                    more = {"stored": "2026-01-01T00:00:00Z", "authority": {"mbox": "mailto:a@b.c"}}
                    return 200, {**self.stored[asked], **more}
        return 404, None


class _Handler(http.server.BaseHTTPRequestHandler):
    """Hands requests to its store."""

    lrs: FakeLrs

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, method: str, body: bytes) -> None:
        status, content = self.lrs.answer(method, self.path, self.headers, body)
        text = content if isinstance(content, str) else json.dumps(content)
        try:
            self.send_response(status)
            self.send_header("X-Experience-API-Version", "1.0.3")
            if 300 <= status < 400:
                self.send_header("Location", f"http://localhost:{self.lrs.port}/elsewhere")
            if self.lrs.retry_after:
                self.send_header("Retry-After", self.lrs.retry_after)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())
        except OSError:
            # Who asked did not wait.
            return

    def log_message(self, *_: Any) -> None:
        """Say nothing."""
