"""The trainer's page and what its buttons do. The hub says who the trainer is."""

from __future__ import annotations

import asyncio
import http
import os
from typing import Any
from urllib.parse import quote

from jupyterhub.services.auth import HubOAuthenticated
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.log import app_log

from advices.classroom.board import page
from advices.classroom.board.day import is_time, slots
from advices.classroom.board.facts import Facts, Place
from advices.classroom.progress.resets import was_reset
from advices.core import AdvicesError

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MESSAGE_LETTERS_AT_MOST = 300
_END_SECONDS = 30


class Trainers(HubOAuthenticated, web.RequestHandler):
    """What only the trainer may ask for."""

    def initialize(self, facts: Facts, auth: Any, base: str) -> None:
        """Take what the handlers share."""
        self.facts = facts
        self.hub_auth = auth
        self.base = base

    def set_default_headers(self) -> None:
        """Let the page load nothing from elsewhere, and no page show it in a frame."""
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")
        self.set_header("Cache-Control", "no-store")

    @property
    def links(self) -> page.Links:
        """Return what the page's forms need."""
        hub = os.environ.get("JUPYTERHUB_PUBLIC_HUB_URL") or "/hub/"
        return page.Links(self.base, self.xsrf_token.decode(), url_path_join(hub, "logout"))

    def asked_seat(self, name: str) -> Place:
        """Return the seat that is asked for. Raises 404 for none."""
        seat = self.facts.seat(name)
        if seat is None:
            raise web.HTTPError(404)
        return seat

    def asked_place(self, name: str) -> str:
        """Return the name of the seat, or of the laptop's place, that is asked for, else 404."""
        store = self.facts.store
        return name if name in self.facts.laptops(store.learners()) else self.asked_seat(name).name

    def asked_laptop(self, name: str) -> str:
        """Return the name of a laptop's place that is asked for. Raises 404 for none."""
        if name not in self.facts.laptops(self.facts.store.learners()):
            raise web.HTTPError(404)
        return name

    def back(self, notice: str = "") -> None:
        """Go to the page again, with a sentence on what was done."""
        self.redirect(f"{self.base}?said={quote(notice)}" if notice else self.base)


_SAID = {
    "reset": "The seat is as it was prepared. Its learner starts the server again in the hub.",
    "free": "The seat is free.",
    "forget": "The class has forgotten this learner. The laptop tells nothing any more.",
    "failed": "The seat could not be reset: the log of the hub says why.",
}


class Show(Trainers):
    """The page and its parts."""

    @web.authenticated
    def get(self, what: str) -> None:
        """Send the page, the projector's, or what of them changes."""
        if what == "parts":
            self.finish(page.parts(self.facts.board(), self.links))
        elif what == "projector":
            self.finish(page.projector(self.facts.board(), self.links))
        elif what == "projector/parts":
            self.finish(page.projector_parts(self.facts.board()))
        else:
            said = _SAID.get(self.get_query_argument("said", ""), "")
            board = self.facts.board(said)
            self.finish(page.page(board, self._day(board.clock), self.links, self.facts.keep_days))

    def _day(self, now: str) -> page.Day:
        all_of_them = self.facts.agendas
        asked = self.get_query_argument("agenda", "0")
        chosen = int(asked) if asked.isdecimal() and int(asked) < len(all_of_them) else 0
        agenda = all_of_them[chosen]
        start = self.get_query_argument("start", agenda.start)
        start = start if is_time(start) else agenda.start
        # Two days have one heading.
        titles = [one.title for one in all_of_them]
        numbered = [
            f"{title}, part {titles[: at + 1].count(title)}" if titles.count(title) > 1 else title
            for at, title in enumerate(titles)
        ]
        return page.Day(numbered, chosen, start, slots(agenda, start, now))


class Ask(Trainers):
    """Asks before a seat is emptied."""

    @web.authenticated
    def get(self, act: str, name: str) -> None:
        """Send the question."""
        place = self.asked_laptop(name) if act == "forget" else self.asked_seat(name).name
        names = {one.seat: one.name for one in self.facts.store.learners()}
        self.finish(page.question(place, names.get(place, "nobody"), act, self.links))


class Act(Trainers):
    """What the buttons do."""

    @web.authenticated
    async def post(self, act: str) -> None:
        """Do it, and go back to the page."""
        store = self.facts.store
        if act == "say":
            text = " ".join(self.get_body_argument("text", "").split())
            if text:
                store.say(text[:MESSAGE_LETTERS_AT_MOST])
            self.back()
        elif act == "unsay":
            number = self.get_body_argument("number", "")
            if number.isdecimal():
                store.take_back(int(number[:18]))
            self.back()
        elif act == "answered":
            store.wish(self.asked_place(self.get_body_argument("seat")), on=False)
            self.back()
        elif act == "forget":
            store.free(self.asked_laptop(self.get_body_argument("seat")))
            self.back(act)
        else:
            await self._empty(self.asked_seat(self.get_body_argument("seat")), act)

    async def _empty(self, seat: Place, act: str) -> None:
        run = asyncio.get_running_loop().run_in_executor
        try:
            await run(None, self.facts.kill, seat.name)
            await self._end_server(seat)
            await run(None, self.facts.reset, seat.name)
        except AdvicesError as error:
            app_log.error("%s was not reset: %s", seat.name, error)
            self.back("failed")
            return
        if act == "free":
            self.facts.store.free(seat.name)
        else:
            was_reset(self.facts.store, seat.name)
        self.back(act)

    async def _end_server(self, seat: Place) -> None:
        """Let the hub end the server of a seat, and wait until it did."""
        url = url_path_join(self.hub_auth.api_url, "users", seat.name, "server")
        headers = {"Authorization": f"token {self.hub_auth.api_token}"}
        for _ in range(_END_SECONDS):
            asked = HTTPRequest(url, method="DELETE", headers=headers, request_timeout=_END_SECONDS)
            answer = await AsyncHTTPClient().fetch(asked, raise_error=False)
            # While it is on its way the hub says 202.
            if answer.code != http.HTTPStatus.ACCEPTED:
                return
            await asyncio.sleep(1)
