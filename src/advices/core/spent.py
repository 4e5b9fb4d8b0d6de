"""Where the seconds of a run go, by the kind of work."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextvars import ContextVar

from advices.core.process import clock

_inside: ContextVar[bool] = ContextVar("inside", default=False)


class Spent:
    """Adds up seconds of work by its kind. Several threads may add at once.

    What is done inside of other work counts as that work: the builds of a mistake are seconds of
    mistakes. Work that is done side by side adds up to more than has passed on the wall.
    """

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def on(self, kind: str) -> Iterator[None]:
        """Count what the body takes as work of a kind, also when it fails."""
        if _inside.get():
            yield
            return
        token = _inside.set(True)
        started = clock()
        try:
            yield
        finally:
            _inside.reset(token)
            seconds = clock() - started
            with self._lock:
                self._seconds[kind] = self._seconds.get(kind, 0.0) + seconds

    def seconds(self) -> dict[str, float]:
        """Return the seconds so far by kind of work, to a tenth."""
        with self._lock:
            return {kind: round(spent, 1) for kind, spent in self._seconds.items()}
