"""Pure: what `./run bench` measured, how fast this project is beside others, and its table."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from pydantic import Field

from advices.core import Record
from advices.results import code, escape, read_record, seconds_text, write_record
from advices.site.tables import table

FILE = "bench.json"
ENOUGH_SAMPLES = 5
_SCRIPT = "a shell script with its builds, inspects and starts"
_BUILDS = "the plain builds that its claims need, one after the other"


class Comparison(NamedTuple):
    """What is timed, beside what, and the largest ratio that is wanted, if a goal was set.

    `work` says how many times as much ours has to do; the ratio is for equal work. A record holds
    so many `samples` of it, or more.
    """

    what: str
    against: str
    goal: float | None = None
    work: int = 1
    samples: int = ENOUGH_SAMPLES


COMPARISONS = {
    # One takes minutes, and a ratio of minutes moves little.
    "forced-lab": Comparison(
        "advices run build-cache --force, its variants", _SCRIPT, 1.15, samples=3
    ),
    "check-right": Comparison("a check in the page, solved", _BUILDS, 1.3),
    "check-wrong": Comparison("a check in the page, not solved", _BUILDS, 1.3),
    "check-unchanged": Comparison("a check in the page, nothing changed", _BUILDS, 0.4),
    "audit": Comparison(
        "advices audit, a project with everything wrong",
        "the plain builds that it has to do: yours, each touch, each change",
        1.25,
        samples=2,
    ),
    "forced-run": Comparison("advices run LAB --force --quick", _SCRIPT, 1.05),
    "forced-run-full": Comparison("advices run LAB --force", _SCRIPT, 1.15),
    "unchanged-suite": Comparison(
        "advices run, nothing changed", "jcache project execute, all notebooks in its cache", 0.35
    ),
    "execute-nbconvert": Comparison(
        "our executor over 5 trivial notebooks", "jupyter nbconvert --execute"
    ),
    "execute-nbmake": Comparison("our executor over 5 trivial notebooks", "pytest --nbmake"),
    "site-build": Comparison(
        "mkdocs build of this site", "the same pages, their macros done, without plugins", 1.25
    ),
    "help": Comparison("advices --help", "the help of a Typer program of one command", 1.6),
    "help-python": Comparison("advices --help", "python -c pass"),
    "growth-unchanged": Comparison(
        "advices run, nothing changed: 100 labs", "10 labs, for each lab", 1.0, work=10
    ),
    "growth-site": Comparison("mkdocs build: 100 labs", "10 labs, for each lab", 1.0, work=10),
    "growth-check": Comparison("advices check: 10 labs", "1 lab, for each lab", 1.0, work=10),
}

Seconds = Annotated[float, Field(gt=0)]
Pairs = Annotated[tuple[tuple[Seconds, Seconds], ...], Field(min_length=1)]


class Speed(Record):
    """One run of `./run bench`: for each comparison pairs of seconds, ours and theirs.

    The two of a pair were taken one after the other. `machine` says where, and with which versions.
    """

    schema_version: Literal[2] = 2
    date: str
    commit: str
    machine: tuple[str, ...]
    pairs: dict[Literal[*COMPARISONS], Pairs]  # type: ignore[valid-type]


HEADER = ("What", "Against", "Ratio", "Spread", "Samples", "Seconds", "Theirs", "Goal", "Met")


def load(results: Path) -> Speed:
    """Return the stored record. Raises ResultInvalid when it is missing or cannot be read."""
    return read_record(results / FILE, Speed, "measure again: `./run bench`")


def save(results: Path, speed: Speed) -> Path:
    """Write the record as a whole file and return its path."""
    return write_record(results / FILE, speed)


def ratios(name: str, pairs: Pairs) -> list[float]:
    """Return ours by theirs for each pair, for equal work: a slow minute slows both."""
    return [round(ours / theirs / COMPARISONS[name].work, 3) for ours, theirs in pairs]


def rows(speed: Speed) -> Iterator[tuple[str, ...]]:
    """Yield the cells of every comparison, as plain text; of its ratios the median."""
    for name, pairs in speed.pairs.items():
        one, found = COMPARISONS[name], ratios(name, pairs)
        ratio = round(statistics.median(found), 3)
        yield (
            one.what,
            one.against,
            f"{ratio:.3f}",
            f"{min(found):.2f} to {max(found):.2f}",
            str(len(found)),
            *(seconds_text(statistics.median(side)) for side in zip(*pairs, strict=True)),
            "none" if one.goal is None else f"at most {one.goal:g}",
            "—" if one.goal is None else "met" if ratio <= one.goal else "not met",
        )


def where(speed: Speed) -> str:
    """Return one sentence on when and on what it was measured, as plain text."""
    machine = ", ".join(speed.machine)
    return f"Measured {speed.date[:10]} at commit {speed.commit[:12]} on {machine}."


def markdown(speed: Speed) -> str:
    """Return every comparison as a table, goals that were missed among them, and where it was."""
    cells = [[_cell(text) for text in row] for row in rows(speed)]
    source = f"All samples are in {code(FILE)}, with the results."
    return f"{table(HEADER, cells, '  rrrrr')}\n{escape(where(speed))} {source}\n"


def _cell(text: str) -> str:
    if text == "not met":
        return f"<strong>{text}</strong>"
    # No line breaks behind the dashes of an option.
    return re.sub(r"(?<!\S)--\w\S*", r'<span class="adv-option">\g<0></span>', escape(text))
