"""Runs the trainer's service in the hub's pod: `python -m advices.classroom.cluster.board`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from advices.classroom.board.facts import Facts
from advices.classroom.board.server import serve
from advices.classroom.cluster.records import STORE, cluster
from advices.classroom.cluster.settings import BOARD_PORT
from advices.classroom.progress.store import Store
from advices.core import HubFailed

_SECONDS = 10


def reset(name: str) -> None:
    """Return when the hub knows of no pod for a seat: all that a seat keeps ends with its pod.

    The page asked the hub to end it before. Raises HubFailed where it is still there.
    """
    address = f"{os.environ['JUPYTERHUB_API_URL']}/users/{quote(name)}"
    token = {"Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}"}
    try:
        with urlopen(Request(address, headers=token), timeout=_SECONDS) as answer:
            servers = json.load(answer)["servers"]
    except HTTPError as error:
        if error.code == 404:
            # Nobody ever had the seat.
            return
        raise _failed(f"the hub answers {error.code} about {name}") from None
    except (URLError, TimeoutError, ValueError, KeyError) as error:
        raise _failed(f"the hub says nothing about {name}: {error}") from None
    if servers:
        raise _failed(f"{name} still has a pod")


def _failed(what: str) -> HubFailed:
    return HubFailed(
        what,
        why="the hub did not end the pod in time; its log says why",
        next_step="`kubectl get pods` shows the seat's pod; reset the seat again once it is gone",
    )


def main() -> None:
    """Serve the class that the chart wrote."""
    room = cluster()
    facts = Facts(room, Store(STORE, room.keep_days), room.keep_days, reset)
    # The proxy is another pod. A policy lets it alone come here.
    at = f"http://0.0.0.0:{BOARD_PORT}"
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(facts, os.environ["JUPYTERHUB_SERVICE_PREFIX"], at))


if __name__ == "__main__":
    main()
