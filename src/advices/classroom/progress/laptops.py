"""Pure: learners on a laptop of their own have a name of a place as well, and no seat behind it.

So one record, one table and one page serve both kinds of learners.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable

AT_MOST = 60
"""How many laptops a class takes: who has the code must not fill the trainer's page without end."""
PLACES = tuple(f"own-{number:02}" for number in range(1, AT_MOST + 1))
"""The names of their places. No seat is called like that."""
_KNOWN = frozenset(PLACES)
_PREFIX = "own."
_TOKEN_BYTES = 32


def is_own(place: str) -> bool:
    """Return whether a place is a laptop of a learner, and no seat."""
    return place in _KNOWN


def places(taken: Iterable[str]) -> list[str]:
    """Return the places of laptops among those that somebody has, in their order."""
    return sorted({*taken} & _KNOWN)


def shown(place: str) -> str:
    """Return a place as a page or a table names it: a seat by its name, a laptop as what it is."""
    return "own laptop" if is_own(place) else place


def new_token() -> str:
    """Return a token that nobody can guess."""
    return _PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)


def is_token(text: str) -> bool:
    """Return whether a text looks like a token of a laptop; a hub's tokens do not."""
    return text.startswith(_PREFIX)


def digest(token: str) -> bytes:
    """Return what is kept of a token. It is random and long, so one round of a hash is enough."""
    return hashlib.sha256(token.encode()).digest()
