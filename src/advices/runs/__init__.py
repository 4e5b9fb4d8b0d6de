"""A run: its id, scratch folder and locks, the sweep after a crash, room for build cache."""

from advices.runs.build_cache import make_room
from advices.runs.lifecycle import (
    RUN_VARIABLE,
    Run,
    attached,
    check_space,
    own_run,
    scratch_folder,
    sweep,
)
from advices.runs.locks import Holder, measuring, one_at_a_time, undisturbed

__all__ = [
    "RUN_VARIABLE",
    "Holder",
    "Run",
    "attached",
    "check_space",
    "make_room",
    "measuring",
    "one_at_a_time",
    "own_run",
    "scratch_folder",
    "sweep",
    "undisturbed",
]
