"""The service: the trainer's pages, and what learners' servers post. The hub starts and ends it."""

from __future__ import annotations

import asyncio
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubAuth, HubOAuth, HubOAuthCallbackHandler
from tornado import web
from tornado.httpserver import HTTPServer

from advices.classroom.board.facts import Facts
from advices.classroom.board.seat_api import SeatHandler, posts
from advices.classroom.board.trainer_pages import Act, Ask, Show

STATIC = Path(__file__).parent / "static"
_BODY_BYTES_AT_MOST = 8192
_FORGET_SECONDS = 3600
_BIND_TRIES = 100


def application(facts: Facts, base: str, auth: Any = None) -> web.Application:
    """Return the service's application below `base`, which begins and ends with /."""
    auth = auth or HubOAuth.instance(cache_max_age=30)
    tokens = HubAuth(cache_max_age=30) if isinstance(auth, HubOAuth) else auth
    shared = {"facts": facts, "auth": auth, "base": base}
    return web.Application(
        [
            (f"{base}oauth_callback", HubOAuthCallbackHandler),
            (f"{base}static/(.*)", web.StaticFileHandler, {"path": str(STATIC)}),
            (
                f"{base}seat/(mine|happened|wish|leave)",
                SeatHandler,
                {"facts": facts, "auth": tokens, "posts": posts()},
            ),
            (f"{base}(parts|projector|projector/parts|)", Show, shared),
            (f"{base}ask/(reset|free|forget)/([a-z0-9-]+)", Ask, shared),
            (f"{base}(say|unsay|answered|reset|free|forget)", Act, shared),
        ],
        cookie_secret=secrets.token_bytes(32),
        xsrf_cookies=True,
    )


async def serve(facts: Facts, base: str, url: str) -> None:
    """Serve until the hub is gone, however it ended: the next one starts its own."""
    parent = os.getppid()
    server = HTTPServer(application(facts, base), xheaders=True, max_body_size=_BODY_BYTES_AT_MOST)
    at = urlsplit(url)
    for left in reversed(range(_BIND_TRIES)):
        try:
            server.listen(at.port or 80, at.hostname or "127.0.0.1")
            break
        except OSError:
            # The service of a hub that was killed needs a moment to hear of it.
            if not left:
                raise
            await asyncio.sleep(0.1)
    sending = facts.sender and asyncio.create_task(facts.sender.run())
    passed = 0
    while os.getppid() == parent:
        await asyncio.sleep(1)
        passed += 1
        if passed % _FORGET_SECONDS == 0:
            facts.store.forget_old()
    if sending:
        sending.cancel()
