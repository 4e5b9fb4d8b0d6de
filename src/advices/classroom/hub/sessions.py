"""Ends what the last learner of a seat still has of it: the hub's user of a seat stays the same."""

from __future__ import annotations

from typing import Any

from jupyterhub.orm import new_token


async def end_all(handler: Any, seat: str) -> None:
    """End the server of a seat, and let no cookie and no token of its user be good any more.

    Somebody else gets the seat. Without that, a browser of the last one would still be logged in.
    """
    user = handler.find_user(seat)
    if user is None:
        return
    if user.spawner.ready:
        await handler.stop_single_user(user)
    for one in (*user.orm_user.api_tokens, *user.orm_user.oauth_codes):
        handler.db.delete(one)
    user.orm_user.cookie_id = new_token()
    handler.db.commit()
