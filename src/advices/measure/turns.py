"""Which builds of one cache may run side by side.

While a build runs, BuildKit gives its steps to every other build that has the same ones, and the
steps behind them are then looked for in the cache in vain: an unchanged rebuild runs them again.
Seen on 26.1.5: build A runs `COPY . .` and then a long step; build B, which begins with the same
`COPY . .`, is built twice meanwhile, and the second time runs its RUN once more. It does not when A
took the shared step from the cache itself, nor when A has ended.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from advices.core import alive

_LISTEN_SECONDS = 0.2


class Turns:
    """First builds run beside first builds, replays beside replays, and neither beside the other.

    What a replay edits is its own, so that no two replays run the same step.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._first = False

    @contextmanager
    def build(self, *, first: bool) -> Iterator[None]:
        """Wait until no build of the other kind runs, and keep those waiting in the body."""
        with self._changed:
            while self._running and self._first != first:
                self._changed.wait(_LISTEN_SECONDS)
                alive()
            self._first = first
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
