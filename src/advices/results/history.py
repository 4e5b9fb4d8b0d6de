"""What each refresh of a lab's result was, one line a run: docs/results/history/<slug>.jsonl."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from advices.core import Record, ResultInvalid
from advices.lab import MeasureName
from advices.results.claims import Verdict
from advices.results.record import Result, Value

FOLDER = "history"
SCHEMA_VERSION: Literal[1] = 1


class Entry(Record):
    """One refresh. A line that names no version has the first.

    `values` holds the lab's headline measure by variant, `claims` whether each claim held, by
    `<claim>/<variant>`. A claim of a scanner that did not run is left out.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    date: str
    commit: str
    mode: Literal["full", "quick"]
    bases: dict[str, str]
    headline: MeasureName
    values: dict[str, Value]
    claims: dict[str, bool]


def entry(result: Result, headline: MeasureName, verdicts: Sequence[Verdict]) -> Entry:
    """Return what a result says of the time when it was measured."""
    source = result.provenance
    values = {name: found.measures().get(headline) for name, found in result.variants.items()}
    return Entry(
        date=source.date,
        commit=source.commit,
        mode=source.mode,
        bases={name: base.fingerprint for name, base in source.bases.items()},
        headline=headline,
        values={name: value for name, value in values.items() if value is not None},
        claims={f"{v.claim.id}/{v.variant}": v.holds for v in verdicts if not v.not_run},
    )


def load(results: Path, slug: str) -> tuple[Entry, ...]:
    """Return a lab's refreshes, in the order in which they were made; none before its first.

    Raises ResultInvalid.
    """
    lines = _text(results, slug).split("\n")
    return tuple(
        _entry(f"line {number} of {FOLDER}/{slug}.jsonl", line)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    )


def _text(results: Path, slug: str) -> str:
    file = results / FOLDER / f"{slug}.jsonl"
    try:
        return file.read_text("utf-8") if file.is_file() else ""
    except UnicodeDecodeError as error:
        raise _damaged(f"{FOLDER}/{file.name}", str(error)) from None


def _entry(where: str, line: str) -> Entry:
    try:
        data = json.loads(line)
        version = data.get("schema_version") if isinstance(data, dict) else None
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise ResultInvalid(
                f"{where} has schema version {version}; this toolkit reads {SCHEMA_VERSION}",
                why="a newer toolkit wrote it, and this one can neither read nor extend it",
                next_step="update the toolkit",
            )
        return Entry.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"])
        raise _damaged(where, f"{field or 'top'}: {fault['msg']}") from None
    except ValueError as error:
        raise _damaged(where, str(error)) from None


def _damaged(where: str, cause: str) -> ResultInvalid:
    return ResultInvalid(
        f"{where} cannot be read: {cause}",
        why="somebody edited it, or a copy of it was cut off",
        next_step="`git checkout` the file, or remove it to start a new one",
    )


def appended(results: Path, slug: str, new: Entry) -> tuple[Path, str]:
    """Return a lab's history file and its text with one more refresh.

    The lines that are there stay byte for byte.
    """
    text = _text(results, slug)
    line = json.dumps(new.model_dump(mode="json"), ensure_ascii=False)
    between = "" if not text or text.endswith("\n") else "\n"
    return results / FOLDER / f"{slug}.jsonl", f"{text}{between}{line}\n"


def stepped_back(before: Entry, after: Entry) -> bool:
    """Return whether a refresh is dated before the one that was made before it.

    Then a clock was wrong, now or then. The order of the lines is what counts.
    """
    return after.date < before.date


def clock_notes(results: Path, slug: str) -> list[str]:
    """Return what must be said of the date of a lab's last refresh: nothing, if all is well."""
    last = load(results, slug)[-2:]
    if len(last) < 2 or not stepped_back(*last):
        return []
    return [
        (
            f"this run has the date {last[1].date}, before the previous run ({last[0].date}): a "
            "clock was wrong. The order of the runs is right; if it was this machine's clock, "
            "set it and run again"
        )
    ]


def reversed_claims(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the claims whose verdict changed from one refresh to the next, with the last date."""
    found = {}
    for before, after in pairwise(entries):
        for claim, holds in after.claims.items():
            if before.claims.get(claim, holds) != holds:
                found[claim] = after.date
    return found
