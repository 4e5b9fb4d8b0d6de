"""Starts the servers of seats that nobody has yet: `python -m advices.classroom.hub.early`.

A server takes seconds of a processor to start, and all learners come in the same minute. The hub
runs this beside it. What the last learner of a freed seat still has of it ends here too, at once.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
import urllib.error
import urllib.request
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from advices.classroom.hub.files import FOLDER_VARIABLE, classroom, opened
from advices.classroom.progress.store import Store
from advices.core import clock

EARLY = "early"
"""The name of this service in the hub."""
AT_ONCE = 2
# While servers start, and while nothing is to be done.
_SOON_SECONDS, _LATER_SECONDS = 1, 5
# Of a seat whose server does not start, the hub's log says why. It is not tried all the time.
_AGAIN_SECONDS = 60


class Work(NamedTuple):
    """The seats that are cleared, and those whose servers are started."""

    clear: tuple[str, ...]
    start: tuple[str, ...]


def work(
    seats: Collection[str],
    servers: Mapping[str, str],
    taken: Collection[str],
    used: Collection[str],
) -> Work:
    """Return what is to be done: of seats that somebody has, nothing.

    `servers` has `ready` or `pending` for each seat with a server. `used` are the seats that
    somebody had since they were last cleared. Two servers start at a time.
    """
    free = [seat for seat in seats if seat not in taken]
    room = AT_ONCE - sum(state == "pending" for state in servers.values())
    lacking = [seat for seat in free if seat not in used and seat not in servers]
    return Work(tuple(seat for seat in free if seat in used), tuple(lacking[: max(room, 0)]))


class Hub:
    """What of the hub's API is needed. `url` ends before `/hub/api`'s own paths."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url.rstrip("/"), token

    def servers(self) -> dict[str, str]:
        """Return `ready` or `pending` by seat. Raises OSError while the hub does not answer."""
        found = {}
        for user in json.loads(self._ask("GET", "/users?limit=200")):
            server = user.get("servers", {}).get("", {})
            if user.get("pending") or server.get("pending"):
                found[user["name"]] = "pending"
            elif user.get("server") or server.get("ready"):
                found[user["name"]] = "ready"
        return found

    def start(self, seat: str) -> None:
        """Let a server start; it does so while this goes on. Raises OSError."""
        self._ask("POST", f"/users/{seat}/server")

    def clear(self, seat: str) -> None:
        """Let nobody be logged in as a seat, and no server of it run. Raises OSError."""
        self._ask("POST", f"/class/clear/{seat}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(
            f"{self._url}{path}",
            method=method,
            data=b"" if method == "POST" else None,
            headers={"Authorization": f"token {self._token}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=120) as answer:
            read: Any = answer.read()
        return bytes(read)


def keep(hub: Hub, store: Store, seats: Collection[str], tried: dict[str, float]) -> bool:
    """Do once what is to be done; return whether more will be soon.

    `tried` is when each seat's server was last asked for.
    """
    taken = {learner.seat for learner in store.learners()}
    wait = {seat for seat, at in tried.items() if clock() - at < _AGAIN_SECONDS}
    with contextlib.suppress(OSError):
        servers = hub.servers()
        todo = work([seat for seat in seats if seat not in wait], servers, taken, store.used())
        for seat in todo.clear:
            hub.clear(seat)
        for seat in todo.start:
            tried[seat] = clock()
            with contextlib.suppress(urllib.error.HTTPError):
                hub.start(seat)
        return bool(todo.clear or todo.start or "pending" in servers.values())
    return True


def main() -> None:
    """Go on until the hub ends this."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    store = Store(folder, opened(folder).keep_days)
    hub = Hub(os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"])
    seats, tried = [seat.name for seat in classroom(folder).seats], dict[str, float]()
    pause = threading.Event()
    # As the hub ends it.
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            soon = keep(hub, store, seats, tried)
            pause.wait(_SOON_SECONDS if soon else _LATER_SECONDS)


if __name__ == "__main__":
    main()
