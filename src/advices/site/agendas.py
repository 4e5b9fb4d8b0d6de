"""Pure: the agendas of the page for trainers, as data: what a class has when it is under way."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from advices import results
from advices.core import Layout
from advices.lab import Lab, labfile
from advices.results import exercise
from advices.site import course

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CALL = re.compile(r"\{\{\s*(agenda\(.*?\))\s*\}\}", re.DOTALL)
_CODE = re.compile(r"`([^`]*)`")


class Part(NamedTuple):
    """One part of a day: what, the slug of its chapter or "", and how many minutes."""

    what: str
    slug: str
    minutes: int


class Agenda(NamedTuple):
    """One agenda of docs/trainers.md, in its order."""

    title: str
    start: str
    parts: tuple[Part, ...]


def lesson_minutes(task: Lab, reference: results.Result) -> int:
    """Return the estimated minutes of an exercise. `reference` is its recorded solution."""
    missed = sum(not row.holds for row in exercise.start_rows(task, reference))
    return course.exercise_minutes(missed, course.check_seconds(reference))


def agendas(layout: Layout) -> list[Agenda]:
    """Return the agendas of docs/trainers.md. Raises ResultInvalid where a result is missing."""
    text = (layout.root / "docs" / "trainers.md").read_text("utf-8")
    labs = {lab.slug: lab for lab in labfile.in_order(layout.labs)}

    def part(said: str | tuple[str, int]) -> Part:
        if isinstance(said, str):
            return _lesson(labs[said], layout.exercise_results)
        words, minutes = said
        return Part(_CODE.sub(r"\1", words), "", minutes)

    return list(_read(text, part))


def _lesson(lab: Lab, folder: Path) -> Part:
    if not lab.exercise:
        return Part(lab.title, lab.slug, course.TALK_MINUTES)
    minutes = lesson_minutes(lab.its_exercise(), results.load(folder, lab.slug))
    return Part(lab.title, lab.slug, course.TALK_MINUTES + minutes)


def _read(text: str, part: Callable[[str | tuple[str, int]], Part]) -> Iterator[Agenda]:
    headings = [(found.start(), found[1]) for found in _HEADING.finditer(text)]
    for found in _CALL.finditer(text):
        call = ast.parse(found[1], mode="eval").body
        assert isinstance(call, ast.Call)
        start, *parts = (ast.literal_eval(one) for one in call.args)
        title = [name for at, name in headings if at < found.start()][-1]
        yield Agenda(title, start, tuple(part(one) for one in parts))
