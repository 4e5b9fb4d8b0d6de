"""What one thread finds out and others wait for."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

from advices.core import alive

Found = TypeVar("Found")

_LISTEN_SECONDS = 0.2


class Awaited(Generic[Found]):
    """A value that is known later."""

    def __init__(self) -> None:
        self._is_known = threading.Event()
        self._value: list[Found] = []

    def be(self, value: Found) -> None:
        """Let it be known."""
        self._value = [value]
        self._is_known.set()

    def __call__(self) -> Found:
        """Return it once it is known. Raises GivenUp when the work of this thread is given up."""
        while not self._is_known.wait(_LISTEN_SECONDS):
            alive()
        return self._value[0]
