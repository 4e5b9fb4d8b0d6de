"""Pure: what a rehearsal found, as figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from advices.classroom.verdict import Facts
from advices.results import rehearsals

STEPS = ("log in", "open a kernel", "run a cell", "check an exercise")
"""What each learner does, in this order."""


@dataclass
class Learned:
    """How one learner did: the seconds of each step, the memory of the seat, the first fault.

    `idle_bytes` is the memory of the seat before the learner came.
    """

    name: str
    seat: str = ""
    seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: int | None = None
    fault: str = ""
    idle_bytes: int | None = None


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


def idle(learners: Sequence[Learned]) -> int | None:
    """Return the median memory of a seat in bytes that waits for its learner, None if unknown."""
    known = [one.idle_bytes for one in learners if one.idle_bytes is not None]
    return int(statistics.median(known)) if known else None


def rehearsal(
    learners: Sequence[Learned], exercise: str, seats: int, *, on: Facts, date: str
) -> rehearsals.Rehearsal:
    """Return what is kept of a rehearsal in a class of some seats on a machine."""
    median, largest = memory(learners) or (None, None)
    steps = (
        rehearsals.RehearsedStep(
            step=one.step, learners=one.done, median_seconds=one.median, worst_seconds=one.worst
        )
        for one in figures(learners)
    )
    return rehearsals.Rehearsal(
        date=date,
        toolkit_version=version("docker-advices"),
        cores=on.cpus,
        machine_bytes=on.memory_bytes,
        exercise=exercise,
        seats=seats,
        learners=len(learners),
        steps=tuple(steps),
        idle_bytes=idle(learners),
        median_bytes=median,
        largest_bytes=largest,
    )


def failures(learners: Sequence[Learned]) -> list[Learned]:
    """Return who met a fault, in the order of names."""
    return sorted((one for one in learners if one.fault), key=lambda one: one.name)
