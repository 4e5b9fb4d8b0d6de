"""What rehearsals of a class showed: docs/results/rehearsals.json."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from advices.core import Record
from advices.results.records import read_record, write_record

FILE = "rehearsals.json"
_AGAIN = "rehearse again: `advices class rehearse 3 --record docs/results/rehearsals.json`"


class RehearsedStep(Record):
    """What each learner did: how many of them, the median and the worst of their seconds."""

    step: str
    learners: int
    median_seconds: float | None
    worst_seconds: float | None


class Rehearsal(Record):
    """How learners did who came at once to a class of some `seats`, on which machine.

    The memory of a seat is that of its server, its kernel and its engine, in bytes: `idle_bytes`
    before its learner came, the others after the check. None is what could not be read.
    """

    date: str
    toolkit_version: str
    cores: Annotated[int, Field(gt=0)]
    machine_bytes: Annotated[int, Field(gt=0)]
    exercise: str
    seats: int
    learners: Annotated[int, Field(gt=0)]
    steps: tuple[RehearsedStep, ...]
    idle_bytes: int | None
    median_bytes: int | None
    largest_bytes: int | None


class Rehearsals(Record):
    """The last rehearsal of each number of learners, fewest first."""

    schema_version: Literal[1] = 1
    runs: tuple[Rehearsal, ...] = ()

    def plus(self, one: Rehearsal) -> Rehearsals:
        """Return these with one more, which replaces that of as many learners."""
        others = (run for run in self.runs if run.learners != one.learners)
        return Rehearsals(runs=tuple(sorted((*others, one), key=lambda run: run.learners)))


def load(file: Path) -> Rehearsals:
    """Return the record in a file, an empty one without it. Raises ResultInvalid."""
    return read_record(file, Rehearsals, _AGAIN) if file.is_file() else Rehearsals()


def save(file: Path, found: Rehearsals) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(file, found)
