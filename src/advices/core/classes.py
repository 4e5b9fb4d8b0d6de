"""The class that a learner's server is in. Whether it belongs to a seat is read here alone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import NamedTuple

CLASS_VARIABLE = "ADVICES_CLASS"
"""The variable by which a hub tells a learner's server of its class, as JSON."""
KEEP_DAYS = 14
"""The days that a class keeps what learners did, unless its trainer says another number."""


class ClassOf(NamedTuple):
    """A class, as a learner's server knows it: where it posts progress, for how long it is kept.

    `is_own` says that the server is on a laptop of the learner, and in no seat.
    """

    url: str
    keep_days: int
    is_own: bool = False


def class_of(environment: Mapping[str, str] = os.environ) -> ClassOf | None:
    """Return the class that this process is in, None outside of one."""
    try:
        said = json.loads(environment.get(CLASS_VARIABLE) or "null")
        return ClassOf(str(said["url"]), int(said["keep_days"])) if said else None
    except (ValueError, TypeError, KeyError):
        # Whoever wrote it by hand: it is a class, and nothing is posted.
        return ClassOf("", 0)
