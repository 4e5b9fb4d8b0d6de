"""Pure: what JupyterHub is set to for a class."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from advices.classroom.hub.address import BOARD
from advices.classroom.hub.early import EARLY
from advices.classroom.hub.everywhere import ROLES, Common
from advices.classroom.hub.files import DATABASE, FOLDER_VARIABLE, Codes, Opened
from advices.classroom.hub.spawner import SeatSpawner
from advices.classroom.progress.store import Store
from advices.classroom.records import Classroom, Seat
from advices.core import CLASS_VARIABLE

IDLE_SECONDS = 3600
POLL_SECONDS = 2
_OURS = "advices.learn"
# What the pages need nothing of: without them a server starts sooner and takes less memory.
_NOT_OURS = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook_shim")


class Door(NamedTuple):
    """What leads into seats: the words that run others in one, and what brings one up."""

    inside: Callable[[Classroom, Seat, Sequence[str]], list[str]]
    ensure: Callable[[Classroom, Seat], None]


def hub_settings(
    folder: Path, room: Classroom, how: Opened, codes: Codes, door: Door
) -> dict[str, dict[str, Any]]:
    """Return the settings of JupyterHub, its proxy, its authenticator and its spawner, by class."""
    common = Common(
        how.address,
        [seat.name for seat in room.seats],
        codes,
        Store(folder, how.keep_days),
        how.board_port,
        how.keep_days,
        how.store_host,
    )
    return {
        **common.settings(_hub(folder, how)),
        "ConfigurableHTTPProxy": {
            "command": list(how.proxy),
            "api_url": f"http://127.0.0.1:{how.proxy_api_port}",
            "pid_file": str(folder / "proxy.pid"),
        },
        "Spawner": {
            "args": [
                *(
                    f"--ServerApp.jpserver_extensions={name}={name == _OURS}"
                    for name in (_OURS, *_NOT_OURS)
                ),
                f"--AdvicesLearn.site={room.project / 'site'}",
            ],
            "notebook_dir": str(room.project),
            "default_url": "/learn/",
            "disable_user_config": True,
            # A server of a learner is nobody else's, the trainer's neither.
            "environment": {
                CLASS_VARIABLE: _class_of(how),
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            "http_timeout": 90,
            "start_timeout": 90,
            # Who lets a seat end, by a command or with a server that took too much memory, does not
            # tell the hub. Asking whether a process of this machine is there costs nothing.
            "poll_interval": POLL_SECONDS,
        },
        "SeatSpawner": {
            "classroom": room,
            "inside": door.inside,
            "ensure": door.ensure,
            "hub_port": how.hub_port,
            "python": sys.executable,
        },
    }


def _hub(folder: Path, how: Opened) -> dict[str, Any]:
    address = how.address
    found: dict[str, Any] = {
        "bind_url": f"{address.scheme}://{address.listens_at}:{address.port}/",
        # The spawner lets it listen at each seat's gateway as well.
        "hub_bind_url": f"http://127.0.0.1:{how.hub_port}",
        "db_url": f"sqlite:///{folder / DATABASE}",
        "cookie_secret_file": str(folder / "cookie_secret"),
        "pid_file": str(folder / "hub.pid"),
        "spawner_class": SeatSpawner,
        # No page of one learner can set a cookie for another's; browsers ask for https there.
        "cookie_host_prefix_enabled": address.scheme == "https",
        # A hub that is started again finds the servers that it left.
        "cleanup_servers": False,
        "tornado_settings": {"slow_spawn_timeout": 0},
        "services": [
            {
                "name": BOARD,
                "url": f"http://127.0.0.1:{how.board_port}",
                "command": [sys.executable, "-m", "advices.classroom.board"],
                "environment": {FOLDER_VARIABLE: str(folder)},
                "oauth_no_confirm": True,
            },
            _beside("idle-culler", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"),
            _beside(EARLY, "advices.classroom.hub.early")
            | {"environment": {FOLDER_VARIABLE: str(folder)}},
        ],
        "load_roles": [
            *ROLES,
            {
                "name": "idle-culler",
                "services": ["idle-culler"],
                "scopes": [
                    *("list:users", "read:users:activity", "read:servers", "delete:servers"),
                ],
            },
            {
                "name": EARLY,
                "services": [EARLY],
                "scopes": ["list:users", "read:users:name", "servers"],
            },
        ],
    }
    if address.certificate is not None:
        found |= {"ssl_cert": str(address.certificate), "ssl_key": str(address.key)}
    return found


def _beside(name: str, module: str, *words: str) -> dict[str, Any]:
    """Return a service that looks for no hub: the kernel ends it when the hub was killed."""
    ends = ("setpriv", "--pdeathsig", "TERM", "--")
    return {"name": name, "command": [*ends, sys.executable, "-m", module, *words]}


def _class_of(how: Opened) -> Callable[[SeatSpawner], str]:
    """Return what a server knows of its class: where it posts, and what its page says."""

    def told(spawner: SeatSpawner) -> str:
        seat = spawner.seat
        url = f"http://{seat.gateway}:{how.hub_port}/hub/class"
        return json.dumps({"url": url, "keep_days": how.keep_days})

    return told
