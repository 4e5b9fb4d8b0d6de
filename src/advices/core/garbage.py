"""When Python looks for garbage in a process of ours."""

from __future__ import annotations

import atexit
import gc

_ALLOCATIONS = 50_000


def collect_rarely() -> None:
    """Let this process look for garbage after many new objects, and not once more as it ends.

    For a process that makes many objects, keeps them and ends: there Python's habits take a tenth
    of the time, and free memory that the system takes back anyway. What has to be done at the end,
    such as writing files, does not depend on it.
    """
    # Not never: `mkdocs serve` builds again and again.
    gc.set_threshold(_ALLOCATIONS)
    # Called once, however often a site is built.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
