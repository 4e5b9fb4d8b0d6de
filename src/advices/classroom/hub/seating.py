"""What every way to log in to a class shares: the hub's users are its seats, and who sits there."""

from __future__ import annotations

import http
from typing import Any

from jupyterhub.auth import Authenticator
from tornado import web
from traitlets import Any as Anything
from traitlets import Integer, List, Unicode

from advices.classroom.hub.clearing import Clear
from advices.classroom.hub.joining import Join
from advices.classroom.hub.relay import Relay
from advices.classroom.hub.sessions import end_all
from advices.classroom.progress.store import Store
from advices.core import KEEP_DAYS

TRAINER = "trainer"
"""The hub's name of the trainer."""
NAME_LETTERS_AT_MOST = 40


class Seating(Authenticator):
    """An authenticator whose users are the seats of a class and its trainer."""

    seats = List(Unicode(), help="The names of the seats, in the order they are given.").tag(
        config=True
    )
    store = Anything(help="Who has which seat.").tag(config=True)
    keep_days = Integer(KEEP_DAYS, help="The days that progress is kept.").tag(config=True)
    leaving = Unicode(help="What leaves the machine of the class, as learners read it.").tag(
        config=True
    )
    board_port = Integer(8082, help="Where the trainer's service listens.").tag(config=True)

    by_code = True
    """Whether a code, a name and a PIN let a learner in."""

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """Return what the hub answers besides its own: what seats post, passed on."""
        return [
            *super().get_handlers(app),
            (r"/class/(mine|happened|wish|leave)", Relay, {"port": self.board_port}),
            (r"/class/join", Join, {"keep_days": self.keep_days, "leaving": self.leaving}),
            (r"/api/class/clear/([a-z0-9-]+)", Clear, {"store": self.store}),
        ]

    def no_laptops(self) -> str:
        """Return why no laptop joins this class, "" if they do."""
        return ""

    def as_trainer(self) -> dict[str, Any]:
        """Return what the hub gets to know of the trainer, who is no admin of it."""
        return {"name": TRAINER, "admin": False, "groups": []}

    async def as_seat(self, handler: Any, seat: str, *, is_new: bool) -> dict[str, Any]:
        """Return what the hub gets to know of who has a seat.

        Whatever the last one there had of it ends first. Refuses a seat that is no more.
        """
        store: Store = self.store
        # Also for who took it and was cut off before the seat was known to be used.
        is_first = store.first_use(seat)
        if is_new and not is_first:
            await end_all(handler, seat)
        if seat not in self.seats:
            raise refused(f"Your seat, {seat}, is not there any more. Ask your trainer.")
        return {"name": seat, "admin": False, "groups": []}


def refused(message: str, status: int = 403) -> web.HTTPError:
    """Return what ends a login with a message for who tries."""
    fault = web.HTTPError(status, reason=http.HTTPStatus(status).phrase)
    # JupyterHub shows this one in the form, and formats nothing in it.
    fault.jupyterhub_message = message  # type: ignore[attr-defined]
    return fault


def taken(seats: int) -> str:
    """Return the sentence that all seats are taken, whose end says what to do."""
    if seats == 1:
        return "The one seat is taken. If it is yours,"
    return f"All {seats} seats are taken. If one of them is yours,"
