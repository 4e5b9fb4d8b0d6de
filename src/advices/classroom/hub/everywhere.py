"""Pure: what JupyterHub is set to for a class, wherever its seats are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from advices.classroom.hub.address import BOARD, BOARD_HOST, Address, board_url
from advices.classroom.hub.authenticator import ClassAuthenticator
from advices.classroom.hub.files import Codes
from advices.classroom.hub.seating import TRAINER
from advices.classroom.progress.store import Store
from advices.classroom.sending.words import leaves, notice

TEMPLATES = Path(__file__).parent / "templates"
IMPLICIT_SECONDS = 0.5
ROLES: tuple[dict[str, Any], ...] = (
    {
        "name": "board",
        "description": "Ends the server of a seat that is reset",
        "services": [BOARD],
        "scopes": ["read:users:name", "read:servers", "delete:servers"],
    },
    {
        # Less than JupyterHub's admin: a trainer opens no learner's server.
        "name": "trainer",
        "description": "Opens the trainer's page",
        "users": [TRAINER],
        "scopes": ["self", f"access:services!service={BOARD}"],
    },
)
"""What the trainer's page and the trainer may do in the hub."""


@dataclass(frozen=True)
class Common:
    """A class as every hub knows it. `store_host` is where progress is sent to, None for nowhere.

    `board_port` is where the trainer's service listens.
    """

    address: Address
    seats: Sequence[str]
    codes: Codes
    store: Store
    board_port: int
    keep_days: int
    store_host: str | None = None

    def settings(self, hub: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Return the settings of the hub and its authenticator by class; `hub` are more of it."""
        return {
            "JupyterHub": {
                "authenticator_class": ClassAuthenticator,
                "subdomain_host": self.address.origin,
                "subdomain_hook": host_of,
                "template_paths": [str(TEMPLATES)],
                "template_vars": {"notice": notice(self.keep_days, leaves(self.store_host))},
                "concurrent_spawn_limit": 0,
                # A page of a server that has ended starts it again: learners press no button.
                "implicit_spawn_seconds": IMPLICIT_SECONDS,
                "default_url": first_page(self.address),
                **hub,
            },
            # Not of `Authenticator`: what a trainer's own file says there is of another login.
            "Seating": {
                "allowed_users": {*self.seats, TRAINER},
                "delete_invalid_users": False,
                "seats": list(self.seats),
                "store": self.store,
                "board_port": self.board_port,
                "leaving": leaves(self.store_host),
                "keep_days": self.keep_days,
            },
            "ClassAuthenticator": {
                "user_password": self.codes.learners,
                "trainer_code": self.codes.trainer,
            },
        }


def host_of(name: str, domain: str, kind: str) -> str:
    """Return the host of a seat or of the trainer's page.

    Names of seats have only letters, digits and dashes: they are names of hosts as they are.
    """
    return f"{BOARD_HOST if kind == 'service' else name}.{domain}"


def first_page(address: Address) -> Callable[[Any], str]:
    """Return what says where somebody goes who logged in, and before that, to log in.

    Not to a page of a learner that asks for a login first: it would be the trainer's too.
    """

    def first(handler: Any) -> str:
        user = handler.current_user
        if user is None:
            return f"{handler.hub.base_url}login"
        return board_url(address) if user.name == TRAINER else f"{handler.hub.base_url}spawn"

    return first
