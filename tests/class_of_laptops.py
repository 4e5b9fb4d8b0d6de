"""A class without a hub: its login, its store and what it answers to learners, on a free port.

What the hub adds (its proxy, its own handler of `join`) is tried with a real one.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import threading
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from advices.classroom.board.seat_api import SeatHandler, posts
from advices.classroom.hub.authenticator import ClassAuthenticator
from advices.classroom.progress.store import Store
from advices.classroom.sending.words import leaves

CODE = "abcd-efgh"
SEATS = ("adv-seat-01", "adv-seat-02")
SEAT_TOKEN = "a-token-of-the-hub"
EXERCISES = ("build-cache", "multi-stage")
HINTS = ("copy-all", "late-install")


def door_of(store: Store) -> ClassAuthenticator:
    """Return what lets learners in."""
    return ClassAuthenticator(
        user_password=CODE,
        trainer_code="0" * 32,
        seats=list(SEATS),
        store=store,
        allowed_users={*SEATS, "trainer"},
    )


def join(door, name: str, code: str = CODE, pin: str = "1234", at: str = "10.0.0.1") -> str:
    handler = SimpleNamespace(request=SimpleNamespace(remote_ip=at))
    data = {"username": name, "password": code, "pin": pin}
    return asyncio.run(door.join(handler, data))


class _Hub:
    """Knows one token, that of the first seat."""

    asked: tuple[str, ...] = ()

    async def user_for_token(self, token: str, **_: object) -> dict[str, str] | None:
        self.asked = (*self.asked, token)
        return {"kind": "user", "name": SEATS[0]} if token == SEAT_TOKEN else None


class _Join(web.RequestHandler):
    def initialize(self, door: ClassAuthenticator) -> None:
        self._door = door

    def get(self) -> None:
        self.finish({"keep_days": 14, "leaves": leaves("lrs.example.org")})

    async def post(self) -> None:
        try:
            token = await self._door.join(self, json.loads(self.request.body))
        except web.HTTPError as fault:
            self.set_status(fault.status_code)
            self.finish({"message": fault.jupyterhub_message})
            return
        self.finish({"token": token, "keep_days": 14})


class ClassOfLaptops:
    """A class that can be stopped and started again at its port."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder, 14)
        self.door = door_of(self.store)
        self.hub = _Hub()
        self.port = 0
        self.scheme = "http"
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def origin(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/hub/class"

    def start(self, how: ssl.SSLContext | None = None) -> None:
        seats = tuple(SimpleNamespace(name=name) for name in SEATS)
        facts = SimpleNamespace(
            store=self.store,
            keep_days=14,
            leaves=lambda _: leaves(None),
            hints=frozenset(HINTS),
            exercises=[SimpleNamespace(slug=slug) for slug in EXERCISES],
            seat=lambda name: next((one for one in seats if one.name == name), None),
        )
        shared = {"facts": facts, "auth": self.hub, "posts": posts()}
        app = web.Application(
            [
                ("/hub/class/join", _Join, {"door": self.door}),
                ("/hub/class/(mine|happened|wish|leave)", SeatHandler, shared),
            ],
            xsrf_cookies=False,
        )
        self.scheme = "https" if how else "http"
        sockets = bind_sockets(self.port, "127.0.0.1")
        self.port = sockets[0].getsockname()[1]
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(app, sockets, how, ready))
        self._thread.start()
        assert ready.wait(10)

    def _serve(self, app, sockets, how, ready: threading.Event) -> None:
        async def run() -> None:
            server = HTTPServer(app, ssl_options=how)
            server.add_sockets(sockets)
            self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
            ready.set()
            await self._end.wait()
            server.stop()
            await server.close_all_connections()

        asyncio.run(run())

    def stop(self) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            self._thread.join(10)
            assert not self._thread.is_alive()
            self._loop = None


@contextmanager
def a_class(folder: Path, how: ssl.SSLContext | None = None):
    """Run a class."""
    running = ClassOfLaptops(folder)
    running.start(how)
    try:
        yield running
    finally:
        running.stop()
