"""Room for the next runs: what old builds left in the cache of an engine that we started.

Each run builds anew, and an engine of Debian's age keeps every step of every build for good. Its
records carry no label, so those of an engine that others use are not touched. Not BuildKit's own
collector: it works in the background, beside what is measured.
"""

from __future__ import annotations

from advices.core import AdvicesError, EngineLost, Say, free_bytes
from advices.engine import Engine, own_engine

# All labs, measured in one go, take less than this.
ROOM_BYTES = 25_000_000_000
# While an engine removes, whatever else it does waits.
_AT_ONCE_BYTES = 1_000_000_000


def make_room(engine: Engine, say: Say) -> None:
    """Remove build cache, the least used first, until there is room where the engine keeps it.

    Does nothing where there is room, and in any engine but the one that we started. The caller
    holds the lock of what measures. Raises EngineLost.
    """
    if not own_engine.is_in_use():
        return
    free = free_bytes(engine.facts().data_folder)
    if free is None or free >= ROOM_BYTES:
        return
    try:
        held_bytes = engine.build_cache_bytes()
        if not held_bytes:
            return
        kept_bytes = max(0, held_bytes - (ROOM_BYTES - free))
        say(
            f"{free / 1e9:.1f} GB are free: reducing the build cache from "
            f"{held_bytes / 1e9:.1f} to {kept_bytes / 1e9:.1f} GB, which takes minutes"
        )
        for left_bytes in range(held_bytes - _AT_ONCE_BYTES, kept_bytes, -_AT_ONCE_BYTES):
            engine.shrink_build_cache(left_bytes)
        engine.shrink_build_cache(kept_bytes)
    except AdvicesError as error:
        raise EngineLost(f"could not reduce the build cache: {error.what}") from None
