"""Ends what the last learner of a seat still has of it: the hub's user of a seat stays the same."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from jupyterhub.orm import new_token

_ONE_AT_A_TIME: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


async def end_all(handler: Any, seat: str, unless: Callable[[], bool] = lambda: False) -> bool:
    """End the server of a seat, and let no cookie and no token of its user be good any more.

    Somebody else gets the seat. Without that, a browser of the last one would still be logged in.
    Return whether it was done: not if `unless` says so when its turn comes.
    """
    async with _ONE_AT_A_TIME[seat]:
        if unless():
            return False
        user = handler.find_user(seat)
        if user is None:
            return True
        while user.spawner.pending:
            # What is on its way up would come up with a token that is none any more.
            await asyncio.sleep(0.1)
        if user.spawner.ready:
            await handler.stop_single_user(user)
        for one in (*user.orm_user.api_tokens, *user.orm_user.oauth_codes):
            handler.db.delete(one)
        user.orm_user.cookie_id = new_token()
        handler.db.commit()
        return True
