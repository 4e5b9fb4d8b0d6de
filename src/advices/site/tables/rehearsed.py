"""Pure: what rehearsals of a class showed, as a table and a few sentences."""

from __future__ import annotations

from collections.abc import Sequence

from advices.core import counted
from advices.results import escape, rehearsals
from advices.site.tables.writing import cards, table

_NONE = "no rehearsal is recorded yet"


def rehearsals_shown(runs: Sequence[rehearsals.Rehearsal], record: str) -> str:
    """Return the table of rehearsals, fewest learners first, and what it was measured on.

    Below it how many seconds one more learner adds to a check, from the fewest to the most, and a
    link to the record.
    """
    if not runs:
        return f"*{_NONE}*\n"
    steps = [one.step for one in runs[0].steps]
    head = ("At once", *(name.capitalize() for name in steps), "Memory of a seat")
    rows = (
        (counted(run.learners, "learner"), *(_seconds(one) for one in run.steps), _memory(run))
        for run in runs
    )
    shown = cards(table([escape(name) for name in head], rows, "r" * len(head)))
    said = (*_more(runs), _where(runs[-1]), f"[The record]({record}).")
    return f"{shown}\nMedian and worst of all learners. {' '.join(said)}\n{{ .adv-note }}\n"


def _seconds(one: rehearsals.RehearsedStep) -> str:
    if one.median_seconds is None or one.worst_seconds is None:
        return "-"
    median, worst = (f"{value:.1f}&nbsp;s" for value in (one.median_seconds, one.worst_seconds))
    return median if median == worst else f"{median}, {worst}"


def _memory(run: rehearsals.Rehearsal) -> str:
    if run.median_bytes is None or run.largest_bytes is None:
        return "-"
    median, largest = (
        f"{size / 1e6:.0f}&nbsp;MB" for size in (run.median_bytes, run.largest_bytes)
    )
    return median if median == largest else f"{median}, {largest}"


def _more(runs: Sequence[rehearsals.Rehearsal]) -> tuple[str, ...]:
    few, most = runs[0], runs[-1]
    said = []
    first, last = (one.steps[-1].median_seconds for one in (few, most))
    if first is not None and last is not None and most.learners > few.learners:
        each = (last - first) / (most.learners - few.learners)
        said.append(
            f"From {few.learners} to {most.learners} learners, each one more made a check "
            f"{abs(each):.1f} s {'slower' if each >= 0 else 'faster'}."
        )
    if most.idle_bytes is not None:
        said.append(
            f"Before its learner came, a seat took {most.idle_bytes / 1e6:.0f} MB for its server "
            "and its engine."
        )
    return tuple(said)


def _where(run: rehearsals.Rehearsal) -> str:
    return (
        f"Rehearsed {escape(run.date[:10])} with the exercise `{escape(run.exercise)}` in a class "
        f"of {run.seats} seats, on a machine with {run.cores} cores and "
        f"{run.machine_bytes / 1e9:.0f} GB of memory."
    )
