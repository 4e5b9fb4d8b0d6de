"""Whether this process belongs to a seat of a class, and to which class. Read here alone."""

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
    """A class, as a seat knows it: where its server posts progress, and for how long it is kept."""

    url: str
    keep_days: int


def class_of(environment: Mapping[str, str] = os.environ) -> ClassOf | None:
    """Return the class that this process is in, None outside of one."""
    try:
        said = json.loads(environment.get(CLASS_VARIABLE) or "null")
        return ClassOf(str(said["url"]), int(said["keep_days"])) if said else None
    except (ValueError, TypeError, KeyError):
        # Whoever wrote it by hand: it is a class, and nothing is posted.
        return ClassOf("", 0)
