"""What builds stand on: marked bases, and the secret that they are given.

BuildKit answers a step from its cache where it stands on the same base and got the same secret.
Who checks one file after the other keeps the ground, so that a step which did not change is not
run again. Nothing that is timed stands on a ground of before.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from advices.bases import Base, MarkedBase
from advices.engine import Engine
from advices.packages import proxy


@dataclass
class Ground:
    """The bases that were marked with one word, by image, mark and index."""

    word: str
    canary: str = field(default_factory=lambda: f"canary-{secrets.token_hex(12)}")
    _marked: dict[tuple[str, str, str], MarkedBase] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def marked(
        self, engine: Engine, base: Base, mark: str, make: Callable[[], MarkedBase], *, anew: bool
    ) -> MarkedBase:
        """Return a base with a mark: `anew`, or the one that was made before if it is still there.

        A base has the address of the index that builds go through: with another address another one
        is made. Raises what `make` raises.
        """
        key = base.image, mark, proxy.index_for_builds(engine) or ""
        if anew:
            # Nobody else waits for it, so that others may be made meanwhile.
            self._marked[key] = made = make()
            return made
        with self._lock:
            there = self._marked.get(key)
            if there is None or engine.image(there.image) is None:
                there = self._marked[key] = make()
            return there
