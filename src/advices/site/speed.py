"""Pure: what `./run bench` measured, how fast this project is beside others, and its table."""

from __future__ import annotations

import json
import re
import statistics
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from advices.core import Record, ResultInvalid, write_whole
from advices.lab import Slug
from advices.results import Timing, code, escape, seconds_text
from advices.site.tables import table

FILE = "bench.json"
ENOUGH_SAMPLES = 5


class Comparison(Record):
    """Two programs that were timed in turns: one sample of each, then the next.

    `work` says how many times as much `ours` has to do; the ratio is for equal work. `goal` is
    the largest ratio that is wanted, with `strictly` the first one that is not; None says that
    no goal was set.
    """

    id: Slug
    what: str
    against: str
    goal: Annotated[float, Field(gt=0)] | None = None
    strictly: bool = False
    work: Annotated[int, Field(ge=1)] = 1
    ours: Timing
    theirs: Timing

    @model_validator(mode="after")
    def _in_turns(self) -> Self:
        if len(self.ours.samples) != len(self.theirs.samples):
            raise ValueError("each sample needs its counterpart")
        if min(self.theirs.samples) <= 0:
            raise ValueError("nothing is a multiple of no time")
        return self

    @property
    def ratios(self) -> tuple[float, ...]:
        """Return ours by theirs for each pair of neighbours: a slow minute slows both."""
        pairs = zip(self.ours.samples, self.theirs.samples, strict=True)
        return tuple(ours / theirs / self.work for ours, theirs in pairs)

    @property
    def ratio(self) -> float:
        """Return the median ratio; below one we are the faster."""
        return statistics.median(self.ratios)

    @property
    def met(self) -> bool | None:
        """Return whether the goal is met, None without one."""
        return None if self.goal is None else self.allows(self.ratio)

    def allows(self, ratio: float) -> bool:
        """Return whether a ratio meets the goal; without one each does."""
        if self.goal is None:
            return True
        return ratio < self.goal if self.strictly else ratio <= self.goal


class Machine(Record):
    """Where it was measured, and with which versions of what is compared with."""

    cores: Annotated[int, Field(ge=1)]
    memory_bytes: Annotated[int, Field(ge=1)]
    platform: str
    engine_version: str
    buildx_version: str
    storage_driver: str
    versions: dict[str, str]


class Speed(Record):
    """One run of `./run bench`."""

    schema_version: Literal[1] = 1
    date: str
    commit: str
    machine: Machine
    comparisons: Annotated[tuple[Comparison, ...], Field(min_length=1)]

    @property
    def samples(self) -> int:
        """Return how many samples each comparison has at least."""
        return min(len(one.ours.samples) for one in self.comparisons)


def load(results: Path) -> Speed:
    """Return the stored record. Raises ResultInvalid when it is missing or cannot be read."""
    try:
        return Speed.model_validate_json((results / FILE).read_text("utf-8"))
    except FileNotFoundError:
        raise ResultInvalid(
            f"docs/results/{FILE} is not there",
            why="speed was not measured yet",
            next_step="measure it: `./run bench`",
        ) from None
    except (UnicodeDecodeError, ValidationError) as error:
        raise ResultInvalid(
            f"{FILE} cannot be read: {error}",
            why="it was edited by hand, or another version of the toolkit wrote it",
            next_step="`git checkout` it, or measure again: `./run bench`",
        ) from None


def save(results: Path, speed: Speed) -> Path:
    """Write the record as a whole file and return its path."""
    text = json.dumps(speed.model_dump(mode="json"), indent=1, ensure_ascii=False)
    return write_whole(results / FILE, f"{text}\n")


HEADER = ("What", "Against", "Ratio", "Spread", "Samples", "Seconds", "Theirs", "Goal", "Met")
NUMBERS = "  rrrrr"


def rows(speed: Speed) -> list[tuple[str, ...]]:
    """Return the cells of every comparison under HEADER, as plain text."""
    return [
        (
            one.what,
            one.against,
            ratio_text(one),
            f"{min(one.ratios):.2f} to {max(one.ratios):.2f}",
            str(len(one.ours.samples)),
            seconds_text(one.ours.median),
            seconds_text(one.theirs.median),
            goal_text(one),
            "—" if one.met is None else "met" if one.met else "not met",
        )
        for one in speed.comparisons
    ]


def ratio_text(one: Comparison) -> str:
    """Return the ratio with two digits, or as many as it takes to see a goal missed by a hair."""
    texts = (f"{one.ratio:.{digits}f}" for digits in range(2, 6))
    return next((t for t in texts if one.allows(float(t)) == one.allows(one.ratio)), str(one.ratio))


def goal_text(one: Comparison) -> str:
    """Return the goal of a comparison in words, "none" without one."""
    if one.goal is None:
        return "none"
    return f"{'below' if one.strictly else 'at most'} {one.goal:g}"


def where(speed: Speed) -> str:
    """Return one sentence on when and on what it was measured, as plain text."""
    machine = speed.machine
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"Measured {speed.date[:10]} at commit {speed.commit[:12]}"
        f"{' with changes' if speed.commit.endswith('+changes') else ''} on {machine.cores} cores "
        f"with {machine.memory_bytes / 2**30:.1f} GiB of memory, {machine.platform}, Docker "
        f"{machine.engine_version} ({machine.storage_driver}), buildx {machine.buildx_version}; "
        f"{versions}."
    )


def _whole_options(text: str) -> str:
    """Return text in which no line breaks behind the dashes of an option."""
    return re.sub(r"(?<!\S)--\w\S*", r'<span class="adv-option">\g<0></span>', text)


def markdown(speed: Speed) -> str:
    """Return every comparison as a table, goals that were missed among them, and where it was."""
    cells = []
    for one, row in zip(speed.comparisons, rows(speed), strict=True):
        what, *rest, met = (_whole_options(escape(cell)) for cell in row)
        cells.append([what, *rest, f"<strong>{met}</strong>" if one.met is False else met])
    trial = (
        f"**A trial: {speed.samples} samples, and {ENOUGH_SAMPLES} are the least that counts.**\n\n"
        if speed.samples < ENOUGH_SAMPLES
        else ""
    )
    source = f"All samples are in {code(FILE)}, beside the results."
    return f"{trial}{table(HEADER, cells, NUMBERS)}\n{escape(where(speed))} {source}\n"
