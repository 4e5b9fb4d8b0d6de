"""How often somebody may try to log in: what guesses a code or a PIN is slowed down."""

from __future__ import annotations

import math
from collections.abc import Callable

from advices.core import clock

AT_MOST = 5
WITHIN_SECONDS = 120.0
_REMEMBERED = 10_000


class Attempts:
    """Counts what failed, by whatever names who tries: an address, or a learner's name."""

    def __init__(
        self,
        seconds: Callable[[], float] = clock,
        *,
        at_most: int = AT_MOST,
        within_seconds: float = WITHIN_SECONDS,
    ) -> None:
        self._clock = seconds
        self._at_most = at_most
        self._within = within_seconds
        self._failed: dict[str, list[float]] = {}

    def wait_seconds(self, who: str) -> int:
        """Return the seconds until somebody may try again, 0 for now."""
        recent = self._recent(who)
        if len(recent) < self._at_most:
            return 0
        return math.ceil(recent[-self._at_most] + self._within - self._clock())

    def failed(self, who: str) -> None:
        """Count one that failed."""
        recent = self._recent(who)
        # Behind all others: the first is the one that failed longest ago.
        self._failed.pop(who, None)
        self._failed[who] = [*recent, self._clock()]
        if len(self._failed) > _REMEMBERED:
            # An attacker with many names must not fill the memory.
            self._failed.pop(next(iter(self._failed)))

    def succeeded(self, who: str) -> None:
        """Forget what failed."""
        self._failed.pop(who, None)

    def _recent(self, who: str) -> list[float]:
        after = self._clock() - self._within
        return [at for at in self._failed.get(who, ()) if at > after]
