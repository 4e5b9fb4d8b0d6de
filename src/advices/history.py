"""What each refresh of a lab's result was, one line a run: docs/results/history/<slug>.jsonl."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from advices.claims import Verdict
from advices.errors import ResultInvalid
from advices.records import Record
from advices.results import Result, Value, write_whole

FOLDER = "history"


class Entry(Record):
    """One refresh.

    `values` holds the lab's headline measure by variant, `claims` whether each claim held, by
    `<claim>/<variant>`. A claim of a scanner that did not run is left out.
    """

    date: str
    commit: str
    mode: Literal["full", "quick"]
    bases: dict[str, str]
    headline: str
    values: dict[str, Value]
    claims: dict[str, bool]


def entry(result: Result, headline: str, verdicts: Sequence[Verdict]) -> Entry:
    """Return what a result says of the time when it was measured."""
    source = result.provenance
    values = {name: one.measures().get(headline) for name, one in result.variants.items()}
    return Entry(
        date=source.date,
        commit=source.commit,
        mode=source.mode,
        bases={name: f"{base.kind} {base.identity}" for name, base in source.bases.items()},
        headline=headline,
        values={name: value for name, value in values.items() if value is not None},
        claims={f"{v.claim.id}/{v.variant}": v.holds for v in verdicts if not v.not_run},
    )


def load(results: Path, slug: str) -> tuple[Entry, ...]:
    """Return a lab's refreshes, the oldest first; none before its first. Raises ResultInvalid."""
    file = results / FOLDER / f"{slug}.jsonl"
    try:
        lines = file.read_text("utf-8").splitlines() if file.is_file() else []
        return tuple(Entry.model_validate_json(line) for line in lines if line.strip())
    except (UnicodeDecodeError, ValidationError) as error:
        raise ResultInvalid(
            f"{FOLDER}/{file.name} cannot be read: {error}",
            why="it was edited by hand, or a newer toolkit wrote it",
            next_step="`git checkout` it, or remove it and begin a new one",
        ) from None


def append(results: Path, slug: str, new: Entry) -> Path:
    """Add a refresh to a lab's history and return its file: a reader sees all of it or none."""
    entries = (*load(results, slug), new)
    lines = [json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in entries]
    return write_whole(results / FOLDER / f"{slug}.jsonl", "\n".join(lines) + "\n")


def reversed_claims(entries: Sequence[Entry]) -> dict[str, str]:
    """Return the claims whose verdict changed from one refresh to the next, with the last date."""
    found = {}
    for before, after in pairwise(entries):
        for claim, holds in after.claims.items():
            if before.claims.get(claim, holds) != holds:
                found[claim] = after.date
    return found
