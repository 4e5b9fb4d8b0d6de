"""Pure: what a rehearsal found, as figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

STEPS = ("log in", "open a kernel", "run a cell", "check an exercise")
"""What each learner does, in this order."""


@dataclass
class Learned:
    """How one learner did: the seconds of each step, the memory of the seat, the first fault."""

    name: str
    seat: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    fault: str = ""


@dataclass(frozen=True)
class Figure:
    """One step of all learners: how many did it, and the median and the worst of their seconds."""

    step: str
    done: int
    median: float | None
    worst: float | None


def figures(learners: Sequence[Learned]) -> list[Figure]:
    """Return the figures of each step."""
    found = []
    for step in STEPS:
        seconds = [one.seconds[step] for one in learners if step in one.seconds]
        median = statistics.median(seconds) if seconds else None
        found.append(Figure(step, len(seconds), median, max(seconds, default=None)))
    return found


def memory(learners: Sequence[Learned]) -> tuple[int, int] | None:
    """Return the median and the largest memory of a seat in bytes, None where none is known."""
    known = [one.memory_bytes for one in learners if one.memory_bytes is not None]
    return (int(statistics.median(known)), max(known)) if known else None


def failures(learners: Sequence[Learned]) -> list[Learned]:
    """Return who met a fault, in the order of names."""
    return sorted((one for one in learners if one.fault), key=lambda one: one.name)
