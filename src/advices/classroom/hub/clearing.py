"""What the hub answers to the service that keeps free seats ready: a seat is cleared."""

from __future__ import annotations

from typing import Any

from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.orm import Service
from tornado import web

from advices.classroom.hub.early import EARLY
from advices.classroom.hub.sessions import end_all
from advices.classroom.progress.store import Store


class Clear(APIHandler):
    """Ends what the last learner of a seat still has of it, if nobody has the seat now."""

    def initialize(self, store: Store) -> None:
        """Take the store of the class."""
        self._store = store

    async def post(self, seat: str) -> None:
        """Clear a seat that nobody has."""
        asks: Any = self.current_user
        if not (isinstance(asks, Service) and asks.name == EARLY):
            raise web.HTTPError(403)
        if await end_all(self, seat, unless=lambda: self._is_taken(seat)):
            self._store.cleared(seat)
        self.write({})

    def _is_taken(self, seat: str) -> bool:
        return any(learner.seat == seat for learner in self._store.learners())
