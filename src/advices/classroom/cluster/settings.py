"""Pure: what Z2JH's hub is set to for a class, besides what Z2JH sets itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

from tornado import web

from advices.classroom.cluster.pod import DOCKER_HOST, HOME, pod_settings
from advices.classroom.cluster.records import PROJECT, Cluster
from advices.classroom.hub.address import BOARD
from advices.classroom.hub.everywhere import ROLES, Common
from advices.classroom.hub.files import Codes
from advices.classroom.progress.store import Store
from advices.core import CLASS_VARIABLE

BOARD_PORT = 8082
"""Where the trainer's service listens in the hub's pod."""
HUB = "hub"
"""The name of Z2JH's Service for the hub, by which the proxy's pod reaches the trainer's page."""


def hub_settings(room: Cluster, codes: Codes, store: Store) -> dict[str, dict[str, Any]]:
    """Return the settings by class. What is a list is added to Z2JH's."""
    names = [seat.name for seat in room.seats]
    common = Common(room.address, names, codes, store, BOARD_PORT, room.keep_days)
    hub = {
        "services": [
            {
                # A child of the hub: both use the store, which is a file.
                "name": BOARD,
                "url": f"http://{HUB}:{BOARD_PORT}",
                "command": [sys.executable, "-m", "advices.classroom.cluster.board"],
                "oauth_no_confirm": True,
            }
        ],
        "load_roles": list(ROLES),
    }
    return {
        **common.settings(hub),
        "KubeSpawner": {
            **pod_settings(room),
            "cmd": ["python", "-m", "jupyterhub.singleuser"],
            "args": [
                "--ServerApp.jpserver_extensions=advices.learn=True",
                f"--AdvicesLearn.site={PROJECT / 'site'}",
            ],
            "notebook_dir": str(PROJECT),
            "default_url": "/learn/",
            "disable_user_config": True,
            "pre_spawn_hook": _refusal(names),
            "environment": {
                CLASS_VARIABLE: _class_of(room),
                "DOCKER_HOST": DOCKER_HOST,
                "HOME": HOME,
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        },
    }


def _refusal(names: list[str]) -> Callable[[Any], None]:
    """Return what lets no pod start for who has no seat: the trainer has none."""

    def refuse(spawner: Any) -> None:
        if spawner.user.name not in names:
            raise web.HTTPError(403, f"{spawner.user.name} has no seat, so no pod starts here.")

    return refuse


def _class_of(room: Cluster) -> Callable[[Any], str]:
    """Return what a server knows of its class: where it posts, and what its page says."""

    def told(spawner: Any) -> str:
        url = f"{spawner.hub.api_url.rstrip('/').removesuffix('/api')}/class"
        return json.dumps({"url": url, "keep_days": room.keep_days})

    return told
