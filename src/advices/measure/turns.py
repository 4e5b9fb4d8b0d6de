"""Which builds of one cache may run side by side.

While a build runs, BuildKit gives its steps to every other build that has the same ones, and the
steps behind them are then looked for in the cache in vain: an unchanged rebuild runs them again.
Seen on 26.1.5: build A runs `COPY . .` and then a long step; build B, which begins with the same
`COPY . .`, is built twice meanwhile, and the second time runs its RUN once more. It does not when A
took the shared step from the cache itself, nor when A has ended.

A build that takes nothing from the cache (--no-cache) ends the engine beside one that does, where
both have the same steps: BuildKit's walkProvenance meets a step that was never made ready. 26.1.5
dies of it within seconds when two builds of one Dockerfile are repeated side by side; it lives when
both are of one kind. moby/buildkit#5606, of December 2024, guards against it.
"""

from __future__ import annotations

import enum
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from advices.core import alive

_LISTEN_SECONDS = 0.2


class Kind(enum.Enum):
    """What a build takes from the cache: nothing, what others have built, or its first build."""

    FRESH = enum.auto()
    FIRST = enum.auto()
    REPLAY = enum.auto()

    @classmethod
    def of(cls, *, no_cache: bool, first: bool) -> Kind:
        """Return the kind of a build."""
        if no_cache:
            return cls.FRESH
        return cls.FIRST if first else cls.REPLAY


class Turns:
    """Builds of one kind run side by side, and beside no build of another kind.

    What a replay edits is its own, so that no two replays run the same step.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self._kind = Kind.FRESH

    @contextmanager
    def build(self, kind: Kind) -> Iterator[None]:
        """Wait until no build of another kind runs, and keep those waiting in the body."""
        with self._changed:
            while self._running and self._kind != kind:
                self._changed.wait(_LISTEN_SECONDS)
                alive()
            self._kind = kind
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()
