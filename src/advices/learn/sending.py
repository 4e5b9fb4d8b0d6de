"""What a learner's server sends to its class. It is the same in a seat and on a laptop.

What happened waits here while the class does not answer, so a hub that is started again in
mid-class misses nothing. It waits in memory alone, and ends with this server.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from advices.core import ClassOf, clock
from advices.learn.class_client import SECONDS, Answer, ask

OF_CLASS = "advices_class"
"""The setting of a server that holds its sender."""
WAITING_AT_MOST = 300
_AGAIN_SECONDS = 5
# Who pressed Ctrl-C waits for it.
_LEAVE_SECONDS = 3
_REFUSED = 403
# Somebody between could not reach the class, or the class says that it is too much now.
_LATER = frozenset({0, 424, 429, 502, 503, 504})


class Sender:
    """Tells one class of one learner. `token` is asked for at each request."""

    def __init__(self, of: ClassOf, token: Callable[[], str]) -> None:
        self.of = of
        self.has_left = False
        self._token = token
        self._seconds = SECONDS
        self._waiting: deque[tuple[float, dict[str, str]]] = deque(maxlen=WAITING_AT_MOST)
        self._sends = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Return how much of what happened the class does not know yet."""
        return len(self._waiting)

    async def mine(self) -> Answer:
        """Ask whether help is asked for, and what the trainer says."""
        return await self._ask("GET", "mine", {})

    async def wish(self, *, on: bool) -> Answer:
        """Tell that help is asked for, or not any more. It is of this minute, and never waits."""
        return await self._ask("POST", "wish", {"on": on})

    async def happened(self, words: dict[str, str]) -> Answer:
        """Tell what happened, after all that waits. What the class cannot hear now is kept."""
        if self.has_left:
            return Answer(_REFUSED)
        self._waiting.append((clock(), words))
        async with self._sends:
            answer = await self._send_all()
        if self._waiting and (self._again is None or self._again.done()):
            self._again = asyncio.create_task(self._send_later())
        return answer

    async def leave(self) -> Answer:
        """Tell what waits, and that this learner leaves; the token is good no more then."""
        self._seconds = _LEAVE_SECONDS
        await self._send_all()
        answer = await self._ask("POST", "leave", {})
        self.has_left = self.has_left or answer.is_well
        return answer

    async def _send_later(self) -> None:
        while self._waiting and not self.has_left:
            await asyncio.sleep(_AGAIN_SECONDS)
            async with self._sends:
                await self._send_all()

    async def _send_all(self) -> Answer:
        """Send what waits, in order; return the last answer, of nothing a good one."""
        answer = Answer(200)
        while self._waiting:
            first = at, words = self._waiting[0]
            ago = round(clock() - at)
            answer = await self._ask("POST", "happened", words | ({"ago": ago} if ago else {}))
            if answer.status in _LATER:
                break
            # Told, or refused for ever. It may be gone: who left has cleared all of it.
            if self._waiting and self._waiting[0] is first:
                self._waiting.popleft()
        return answer

    async def _ask(self, method: str, what: str, told: dict[str, str | bool | int]) -> Answer:
        if self.has_left:
            return Answer(_REFUSED)
        url = f"{self.of.url}/{what}"
        answer = await ask(
            url, method=method, told=told, token=self._token(), seconds=self._seconds
        )
        if self.of.is_own and answer.status == _REFUSED:
            # The trainer removed this laptop, or the learner left by another command.
            self.has_left = True
            self._waiting.clear()
        return answer
