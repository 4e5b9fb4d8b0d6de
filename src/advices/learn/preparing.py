"""Prepares what cells and exercises need while the learner reads: the engine, then the bases."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from advices.core import GivenUp, clock, stream_stderr, that_can_be_given_up

_AT_MOST_SECONDS = 7200.0
_ADVICES = (sys.executable, "-m", "advices")
Stream = Callable[..., tuple[int, float]]


@dataclass(frozen=True)
class Told:
    """What the page tells of it.

    `what` is prepared now, the part `part` of `parts`, for `part_seconds`; `seconds` are those of
    all. `says` is its last line, or what was said of the fault when it failed. `starts_engine`:
    nothing can run before this part is done.
    """

    state: Literal["preparing", "ready", "failed"]
    says: str
    seconds: int
    what: str = ""
    part: int = 0
    parts: int = 0
    part_seconds: int = 0
    starts_engine: bool = False


class Preparing:
    """Prepares an engine and the bases of labs, one lab after the other, in a thread.

    It asks this package's own commands, one process each, and between two of them lets go of the
    lock that measuring holds: a check that waits comes first. `stream` runs a command and hands on
    each line of its stderr.
    """

    def __init__(self, slugs: Sequence[str], stream: Stream = stream_stderr) -> None:
        self._left = [("engine", "start"), *(("bases", slug) for slug in slugs)]
        self._parts = len(self._left)
        self._stream = stream
        self._started = self._part_started = clock()
        self._told = Told("preparing", "starting", 0, starts_engine=True)
        self._lock = threading.Lock()
        self._give_up: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin, and return at once."""
        self._thread.start()

    def stop(self) -> None:
        """End what is being prepared, and return when it has ended."""
        self._give_up()
        self._thread.join()

    def told(self) -> Told:
        """Return how far it is."""
        told = self._told
        if told.state != "preparing":
            return told
        now = clock()
        return replace(
            told,
            seconds=round(now - self._started),
            part_seconds=round(now - self._part_started),
        )

    def prefer(self, slug: str) -> None:
        """Prepare what a lab needs next: somebody looks at its page."""
        with self._lock:
            # The engine comes first in any case.
            self._left.sort(key=lambda order: (order[0] != "engine", order != ("bases", slug)))

    def _work(self) -> None:
        with that_can_be_given_up() as self._give_up:
            try:
                while order := self._next():
                    self._order(order)
            except GivenUp:
                self._end("failed", "it was stopped")
            except RuntimeError as error:
                self._end("failed", str(error))
            else:
                self._end("ready", "everything is prepared")

    def _next(self) -> tuple[str, ...] | None:
        with self._lock:
            return self._left.pop(0) if self._left else None

    def _order(self, order: tuple[str, ...]) -> None:
        """Run one command of ours. Raises RuntimeError with what it said when it fails."""
        lines: list[str] = []
        is_engine = order[0] == "engine"
        what = "the engine" if is_engine else f"the base images of {order[1]}"
        part = self._parts - len(self._left)
        told = Told("preparing", "", 0, what, part, self._parts, starts_engine=is_engine)

        def hear(line: str) -> None:
            if text := line.strip():
                lines.append(text)
                self._told = replace(told, says=text)

        self._part_started, self._told = clock(), told
        try:
            code, _ = self._stream([*_ADVICES, *order], hear, timeout_seconds=_AT_MOST_SECONDS)
        except (OSError, TimeoutError) as error:
            raise RuntimeError(f"`advices {' '.join(order)}` did not end: {error}") from None
        if code != 0:
            raise RuntimeError(" ".join(lines[-3:]) or f"exit code {code}")

    def _end(self, state: Any, says: str) -> None:
        self._told = Told(state, says, round(clock() - self._started))
