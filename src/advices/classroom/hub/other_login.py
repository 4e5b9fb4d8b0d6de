"""Gives a seat to everyone whom another authenticator of JupyterHub lets in: by OAuth, by LTI.

That authenticator is inside and knows nothing of seats: its settings are about people, and the hub
does not read them. The hub's users are the seats and the trainer, as in every class, so no name of
an account elsewhere is a name of the hub, and nobody becomes the hub's admin by one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Mapping
from typing import Any

from traitlets import Any as Anything

from advices.classroom.hub.attempts import Attempts
from advices.classroom.hub.seating import NAME_LETTERS_AT_MOST, Seating, refused, taken
from advices.classroom.progress.store import Store, folded
from advices.core import counted

_NAMES = ("allowed_users", "admin_users", "blocked_users")


class OtherLogin(Seating):
    """Gives a seat to each account that another authenticator lets in; its admins are trainers."""

    kind = Anything(help="The class of the other authenticator.").tag(config=True)
    of_kind = Anything(help="Its settings, as traitlets' Config.").tag(config=True)
    by_code = False

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._by = _seating(self.kind, self)(parent=self.parent, config=self.of_kind)
        # A class needs no token of a provider later, so it keeps none.
        self._by.enable_auth_state = False
        # The hub does this for its own authenticator.
        for names in _NAMES:
            given = {self._by.normalize_username(name) for name in getattr(self._by, names)}
            setattr(self._by, names, given)
        self._by.allowed_users |= self._by.admin_users
        self.auto_login = self._by.auto_login
        self.login_service = getattr(self._by, "login_service", "")
        self._failed = Attempts(at_most=20)

    @property
    def has_form(self) -> bool:
        """Return whether name and password are typed in the hub's own page."""
        return bool(self._by.login_url("/") == super().login_url("/"))

    def login_url(self, base_url: str) -> str:
        """Return where the button of the page leads."""
        return str(self._by.login_url(base_url))

    def logout_url(self, base_url: str) -> str:
        """Return where somebody logs out."""
        return str(self._by.logout_url(base_url))

    def check_allow_config(self) -> None:
        """Let the other authenticator say in the log that its settings let nobody in."""
        self._by.check_allow_config()

    def get_handlers(self, app: Any) -> list[tuple[Any, ...]]:
        """Return the addresses of the class, and those of the other authenticator."""
        theirs = [
            (path, _of(handler, self._by), *more)
            for path, handler, *more in self._by.get_handlers(app)
        ]
        return [*super().get_handlers(app), *theirs]

    def no_laptops(self) -> str:
        """Return why no laptop joins: a terminal cannot log in there."""
        return (
            "This class has no code: learners log in with their account, in a browser. "
            "Open its address there; a laptop cannot join it."
        )

    async def authenticate(self, handler: Any, data: dict[str, str]) -> dict[str, Any] | None:
        """Return the seat of who types name and password, for what asks for these.

        What leads elsewhere to log in believes its own addresses alone: some authenticators take
        what they get here for an answer that is proved.
        """
        if not self.has_form:
            raise refused(f"Log in with {self.login_service or 'your account'}.")
        address = handler.request.remote_ip
        if wait := self._failed.wait_seconds(address):
            raise refused(f"Too many wrong attempts. Try again in {counted(wait, 'second')}.", 429)
        found = await self._by.person(handler, data)
        if found is None:
            self._failed.failed(address)
            raise refused("Name or password is wrong, or this account is not in the class.")
        return await self.seated(handler, found)

    async def seated(self, handler: Any, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the seat of an account that was let in, a new one when it comes first."""
        if found.get("admin"):
            return self.as_trainer()
        store: Store = self.store
        name = shown_name(str(found["name"]))
        seat, is_new = store.seat_of_account(account(self.kind, found), name, list(self.seats))
        if seat is None:
            raise refused(
                f"{taken(len(self.seats))} use the account that you had. Or ask your trainer."
            )
        return await self.as_seat(handler, seat, is_new=is_new)


def account(kind: type, found: Mapping[str, Any]) -> str:
    """Return what stays the same of an account, as a digest.

    OpenID and LTI name each account by `sub`, and two people may have one name. What tells no `sub`
    knows its accounts by their names.
    """
    told = found.get("auth_state") or {}
    told = told.get(getattr(kind, "user_auth_state_key", ""), told)
    subject = told.get("sub") if isinstance(told, Mapping) else None
    words = (str(told.get("iss", "")), str(subject)) if subject else (folded(str(found["name"])),)
    return hashlib.sha256("\n".join((kind.__name__, *words)).encode()).hexdigest()


def shown_name(name: str) -> str:
    """Return an account's name as the trainer sees it: short, and without invisible characters."""
    words = " ".join(name.split())
    seen = "".join(one for one in words if not unicodedata.category(one).startswith("C"))
    return seen[:NAME_LETTERS_AT_MOST] or "learner"


def _seating(kind: Any, door: OtherLogin) -> Any:
    """Return an authenticator that lets in as another one does, and answers with a seat."""

    class Seated(kind):
        person = kind.get_authenticated_user

        def validate_username(self, username: str) -> bool:
            # It is shown, and no name of the hub: any letter may be in it.
            pattern = self.username_regex
            return bool(username) and (pattern is None or bool(pattern.match(username)))

        async def get_authenticated_user(self, handler: Any, data: Any) -> dict[str, Any]:
            found = await self.person(handler, data)
            if found is None:
                raise refused("This account is not in the class. Ask your trainer.")
            return await door.seated(handler, found)

    Seated.__name__ = kind.__name__
    return Seated


def _of(handler: Any, authenticator: Any) -> Any:
    """Return a handler that asks its own authenticator, and not the hub's."""
    return type(handler.__name__, (handler,), {"authenticator": authenticator})
