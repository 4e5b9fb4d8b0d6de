"""Lets a learner in by the code of the class, a name and a PIN, and the trainer by a code alone.

JupyterHub's own authenticator for a shared password compares the code. What it lacks is here: whose
seat it is. The hub's user is the seat; the learner's name is only shown.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata
from typing import Any

from jupyterhub.authenticators.shared import SharedPasswordAuthenticator
from traitlets import Unicode

from advices.classroom.hub.attempts import Attempts
from advices.classroom.hub.seating import (
    NAME_LETTERS_AT_MOST,
    TRAINER,
    Seating,
    refused,
    taken,
)
from advices.classroom.progress import laptops
from advices.classroom.progress.store import Store, folded
from advices.core import counted

PIN_LETTERS_AT_LEAST = 4
PIN_LETTERS_AT_MOST = 64


class ClassAuthenticator(Seating, SharedPasswordAuthenticator):
    """Gives each learner a seat."""

    trainer_code = Unicode(help="What the trainer types.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._by_address = Attempts(at_most=20)
        self._by_name = Attempts()

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """Return the seat of who logs in. A refusal says why, as an HTTPError."""
        address = handler.request.remote_ip
        name = " ".join(data.get("username", "").split())
        self._refuse_who_guesses(address, name)
        if folded(name) == TRAINER:
            return self._trainer(address, data.get("password", ""))
        pin = await self._allowed(handler, name, data)
        return await self._seated(handler, name, pin)

    async def join(self, handler: Any, data: dict[str, str]) -> str:
        """Return the token of a learner's own laptop, whose last one is good no more.

        Code, name, PIN and the limits of guessing are those of the form. A refusal says why, as an
        HTTPError.
        """
        name = " ".join(data.get("username", "").split())
        self._refuse_who_guesses(handler.request.remote_ip, name)
        if folded(name) == TRAINER:
            raise refused("This name is the trainer's. Choose another one.")
        pin = await self._allowed(handler, name, data)
        place, _ = await self._place_of(name, pin, list(laptops.PLACES), _JOINED)
        if place is None:
            raise refused(f"{laptops.AT_MOST} laptops are in this class, as many as may be.")
        if not laptops.is_own(place):
            raise refused(
                f"You have a seat in this class, {place}, under this name. Open the class in a "
                "browser to learn there, or choose another name for this laptop."
            )
        token = laptops.new_token()
        self.store.joins(place, laptops.digest(token))
        return token

    def _refuse_who_guesses(self, address: str, name: str) -> None:
        tried = (self._by_address.wait_seconds(address), self._by_name.wait_seconds(folded(name)))
        if wait := max(tried):
            raise refused(f"Too many wrong attempts. Try again in {counted(wait, 'second')}.", 429)

    async def _allowed(self, handler: Any, name: str, data: dict[str, str]) -> str:
        """Return the PIN of a learner who knows the code of the class."""
        if fault := name_fault(name):
            raise refused(fault)
        code = {"username": "learner", "password": _typed(data.get("password", ""))}
        if await super().authenticate(handler, code) is None:
            self._by_address.failed(handler.request.remote_ip)
            raise refused("This is not the code of the class. Ask your trainer for it.")
        pin = data.get("pin", "").strip()
        if fault := pin_fault(pin):
            raise refused(fault)
        return pin

    def _trainer(self, address: str, code: str) -> dict[str, Any]:
        if not secrets.compare_digest(code.strip().encode(), self.trainer_code.encode()):
            self._by_address.failed(address)
            raise refused("This is not the trainer's code. `advices class code` shows it.")
        return self.as_trainer()

    async def _seated(self, handler: Any, name: str, pin: str) -> dict[str, Any]:
        """Return the seat of a name, a new one for a new name."""
        seat, is_new = await self._place_of(name, pin, list(self.seats), _TAKEN)
        if seat is None:
            raise refused(
                f"{taken(len(self.seats))} log in with the name and the PIN that you chose. "
                "Otherwise ask your trainer."
            )
        if laptops.is_own(seat):
            raise refused(
                "You joined this class with a laptop under this name, so it has no seat. Choose "
                "another name to get one."
            )
        return await self.as_seat(handler, seat, is_new=is_new)

    async def _place_of(
        self, name: str, pin: str, places: list[str], taken: str
    ) -> tuple[str | None, bool]:
        """Return where a name is, and whether it just came; None when no place is free.

        A hash takes a moment, so a thread makes it.
        """
        store: Store = self.store
        run = asyncio.get_running_loop().run_in_executor
        place = store.seat_of(name)
        if is_new := place is None:
            try:
                place = await run(None, store.take, name, pin, places)
            except ValueError:
                # Two with one name came at once.
                raise refused(taken.format(name=name)) from None
        elif not await run(None, store.knows, name, pin):
            self._by_name.failed(folded(name))
            raise refused(taken.format(name=name))
        if place is not None:
            self._by_name.succeeded(folded(name))
        return place, is_new


_TAKEN = (
    "Somebody named {name} has a seat already. Was that you? Then the PIN is another one: use the "
    "PIN that you chose. Or choose another name."
)
_JOINED = (
    "Somebody named {name} is in this class already. Was that you? Then the PIN is another one: "
    "use the PIN that you chose. Or choose another name."
)


def name_fault(name: str) -> str:
    """Return why a learner cannot have a name, "" if they can."""
    if not name:
        return "Choose a name: your trainer sees it next to your seat."
    if len(name) > NAME_LETTERS_AT_MOST:
        return f"This name is too long. It may have {NAME_LETTERS_AT_MOST} characters."
    # Direction marks and the like make one name look like another.
    if any(unicodedata.category(letter).startswith("C") for letter in name):
        return "This name contains a character that nobody can see. Type it again."
    return ""


def pin_fault(pin: str) -> str:
    """Return why a PIN is none, "" if it is one."""
    if len(pin) < PIN_LETTERS_AT_LEAST:
        return (
            f"Choose a PIN with at least {PIN_LETTERS_AT_LEAST} characters. You need it to return."
        )
    if len(pin) > PIN_LETTERS_AT_MOST:
        return f"This PIN is too long. It may have {PIN_LETTERS_AT_MOST} characters."
    return ""


def _typed(code: str) -> str:
    """Return a code as it was given out, however it was typed."""
    letters = "".join(letter for letter in code.casefold() if letter.isalnum())
    return f"{letters[:4]}-{letters[4:]}"
