"""Reads lab.toml and exercise.toml strictly: a fault is named with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from advices.core import LabInvalid
from advices.lab.borrowed_claims import Borrowed, loads, with_borrowed
from advices.lab.faults import misplaced, unfit
from advices.lab.model import Lab

EXERCISE = "exercise"
LEARNERS = "Dockerfile"
SOLUTION = "solution.Dockerfile"

# Keys of the record that the file of one kind may not set.
_NOT_IN_A_LAB = ("slug", "folder", "task", "keeps")
_NOT_IN_AN_EXERCISE = ("slug", "folder", "variants", "headline", "order")


def slugs(labs: Path) -> tuple[str, ...]:
    """Return the slug of every lab below the folder `labs`: each folder with a lab.toml."""
    return tuple(sorted(path.parent.name for path in labs.glob("*/lab.toml")))


def in_order(labs: Path) -> tuple[Lab, ...]:
    """Return every lab below the folder `labs`, in the order of the learning path."""
    return ordered(read(labs, slug) for slug in slugs(labs))


def ordered(labs: Iterable[Lab]) -> tuple[Lab, ...]:
    """Return labs in the order of the learning path."""
    return tuple(sorted(labs, key=lambda lab: (lab.order, lab.slug)))


def chosen(labs: Path, wanted: Sequence[str]) -> tuple[Lab, ...]:
    """Return labs by slug in the order of the learning path, all of them when none is named."""
    return ordered(read(labs, slug) for slug in dict.fromkeys(wanted or slugs(labs)))


def all_of(labs: Path) -> tuple[Lab, ...]:
    """Return every lab below the folder `labs`, and every exercise."""
    found = in_order(labs)
    return (*found, *(lab.exercise for lab in found if lab.exercise is not None))


def read(labs: Path, slug: str) -> Lab:
    """Return the lab `slug` below the folder `labs`, with its exercise if it has one.

    Raises LabInvalid, naming file and line, for an unknown lab or key, a bad value, a
    missing Dockerfile or context.
    """
    file = labs / slug / "lab.toml"
    if not file.is_file():
        there = ", ".join(slugs(labs)) or "none: this is not the project's folder"
        raise LabInvalid(
            f"there is no lab `{slug}`",
            why=f"the labs are {there}",
            next_step="`advices list` shows them",
        )
    lab = _read(labs, slug, file, exercise=False)
    exercise = labs / slug / EXERCISE / "exercise.toml"
    if not exercise.is_file():
        return lab
    # `bad` is what the learner edits, `good` solves it.
    return lab.model_copy(update={"exercise": _read(labs, slug, exercise, exercise=True)})


def _with_both_variants(data: dict[str, Any]) -> dict[str, Any]:
    """Return an exercise's data as a lab's: what a build gets, the start and the solution get."""
    gets = ("answers", "leaves_out", "overlay", "edits", "targets", "build_args", "secrets")
    both = {key: data.pop(key) for key in gets if key in data}
    start = {"dockerfile": LEARNERS, "says": "what the learner starts with"}
    solution = {"dockerfile": SOLUTION, "says": "the solution"}
    return {**data, "variants": {"bad": {**both, **start}, "good": {**both, **solution}}}


def _read(labs: Path, slug: str, file: Path, *, exercise: bool) -> Lab:
    shown = f"labs/{file.relative_to(labs)}"
    strict = f"{file.name} is read strictly"
    try:
        text = file.read_text("utf-8")
        data = dict(loads(text))
    except UnicodeDecodeError as error:
        raise LabInvalid(f"{shown}: {error}", why="it is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise LabInvalid(f"{shown}: {error}", why="it is not valid TOML") from None
    for key in _NOT_IN_AN_EXERCISE if exercise else _NOT_IN_A_LAB:
        if key in data:
            raise LabInvalid(f"{shown}:{line_of(text, (key,))}: {key}: unknown key", why=strict)
    context = data.pop("context", None)
    if not isinstance(context, str):
        raise LabInvalid(f"{shown}:1: `context` must name a folder below labs/")
    if exercise:
        data = _with_both_variants(data)
    try:
        if "claims" in data:
            data["claims"] = with_borrowed(labs, data["claims"])
    except Borrowed as error:
        line = line_of(text, ("claims", str(error.number), "of"))
        raise LabInvalid(f"{shown}:{line}: {error}") from None
    try:
        lab = Lab.model_validate(
            {**_tuples(data), "slug": slug, "folder": file.parent, "context": labs / context}
        )
    except ValidationError as error:
        raise LabInvalid(_explain(error, text, shown, exercise), why=strict) from None
    faults = [*misplaced(lab, labs, context), *unfit(lab, context)]
    faults += _incomplete(lab) if exercise else ()
    for where, fault in faults:
        line = line_of(text, _in_the_file(where, exercise))
        raise LabInvalid(f"{shown}:{line}: {fault}")
    return lab


def _in_the_file(where: tuple[str, ...], exercise: bool) -> tuple[str, ...]:
    """Return a key path as the file has it: an exercise names no variants."""
    return where[2:] if exercise and where[:1] == ("variants",) else where


def _incomplete(exercise: Lab) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield key path and fault of what an exercise lacks, or compares with."""
    if not exercise.task:
        yield (), "there is no `task`"
    for number, claim in enumerate(exercise.claims):
        if claim.relative_to not in (None, "good"):
            fault = "an exercise is compared with its solution: `relative_to` must be `good`"
            yield ("claims", str(number), "relative_to"), fault
    for number, mistake in enumerate(exercise.mistakes):
        if not mistake.hint:
            yield ("mistakes", str(number)), f"mistake `{mistake.id}` has no hint"


def _tuples(data: Any) -> Any:
    """Return TOML data with tuples for all arrays: strict records take no lists."""
    if isinstance(data, dict):
        return {key: _tuples(value) for key, value in data.items()}
    return tuple(map(_tuples, data)) if isinstance(data, list) else data


def _explain(error: ValidationError, text: str, shown: str, exercise: bool) -> str:
    lines = []
    for fault in error.errors():
        where = tuple(str(part) for part in fault["loc"] if part != "[key]")
        where = _in_the_file(where or fault.get("ctx", {}).get("where", ()), exercise)
        message = fault["msg"].removeprefix("Value error, ")
        if fault["type"] == "extra_forbidden":
            message = "unknown key"
        name = ".".join(where) or "lab"
        lines.append(f"{shown}:{line_of(text, where)}: {name}: {message}")
    return "\n".join(dict.fromkeys(lines))  # an exercise's two variants have one line


_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?")
_KEY = re.compile(r"^\s*([\w.\"-]+)\s*=")


def line_of(text: str, where: tuple[str, ...]) -> int:
    """Return the line of the longest known prefix of a key path in TOML text, from 1.

    Numbers in `where` count the tables of an array (`claims`, `0`, `measure`). The TOML
    reader of the standard library keeps no positions, hence this search over the text.
    """
    best = (0, 1)
    table: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = tuple(part.strip(' "') for part in header[2].split("."))
            if header[1] == "[[":
                counts[header[2]] = counts.get(header[2], -1) + 1
                table = (*table, str(counts[header[2]]))
            path = table
        elif key := _KEY.match(line):
            path = (*table, *(part.strip('"') for part in key[1].split(".")))
        else:
            continue
        common = 0
        for ours, theirs in zip(path, where, strict=False):
            if ours != theirs:
                break
            common += 1
        if common == len(path) and common > best[0]:
            best = (common, number)
    return best[1]
