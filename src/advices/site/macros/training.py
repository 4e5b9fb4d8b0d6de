"""Macros of the page for trainers: agendas, and what learners get wrong."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from advices.lab import COLD, MeasureName
from advices.results import escape, rehearsals, value_text
from advices.site import course
from advices.site.agendas import lesson_minutes
from advices.site.course import Block
from advices.site.macros.page import Page
from advices.site.tables import rehearsals_shown

_BUILD = MeasureName("seconds", COLD)


class Training(Page):
    """What somebody who teaches the chapters needs."""

    def agenda(self, start: str, *parts: str | Sequence[object]) -> str:
        """Return a table of a course: chapters by their slugs, and other parts with minutes.

        Such a part is its words and its minutes, as in `("Break", 15)`. Minutes of a chapter come
        from its exercise: see `course`. One without an exercise is talk.
        """
        blocks = [
            self._lesson(part) if isinstance(part, str) else Block(str(part[0]), int(str(part[1])))
            for part in parts
        ]
        return course.agenda(start, blocks)

    def rehearsals(self) -> str:
        """Return what rehearsals of a class showed: a table, on what, and what one more costs."""
        file = f"results/{rehearsals.FILE}"
        record = posixpath.relpath(file, posixpath.dirname(self._page()) or ".")
        return rehearsals_shown(rehearsals.load(self._docs / file).runs, record)

    def estimates(self) -> str:
        """Return the sentence on what in an agenda is estimated, and by how much."""
        return (
            f"Estimated: {course.TALK_MINUTES} minutes of talk for each chapter, and for its "
            f"exercise {course.MINUTES_A_CLAIM} minutes for each claim that the start misses and "
            f"{course.CHECKS} checks as long as the recorded builds, starts and stops of its "
            "solution, rounded up."
        )

    def learner_mistakes(self) -> str:
        """Return for every chapter the known mistakes of its exercise, each with its hint."""
        parts = []
        for lab in self._in_order():
            if not lab.exercise:
                continue
            mistakes = self._exercise(lab.slug).mistakes
            known = [f"- **{_prose(one.says)}** {_prose(one.hint)}" for one in mistakes]
            indented = "\n".join(f"    {line}" for line in known)
            parts.append(f'??? question "{escape(lab.title)}"\n\n{indented}\n')
        return "\n".join(parts)

    def _lesson(self, slug: str) -> Block:
        if not self._lab(slug).exercise:
            return Block(f"{self._chapter(self._lab(slug))}: talk", course.TALK_MINUTES)
        task = self._exercise(slug)
        reference = self._reference(slug)
        minutes = lesson_minutes(task, reference)
        text = value_text(_BUILD, reference.value("good", _BUILD))
        build = self._number(reference, text, f"exercises/{slug}/good/{_BUILD}", _BUILD)
        what = f"{self._chapter(self._lab(slug))}: talk {course.TALK_MINUTES}, exercise {minutes}"
        return Block(what, course.TALK_MINUTES + minutes, build)


def _prose(text: str) -> str:
    """Return a sentence of lab.toml as Markdown: code in backticks stays code."""
    parts = re.split(r"(`[^`]*`)", " ".join(text.split()))
    return "".join(part if part.startswith("`") else _words(part) for part in parts)


def _words(text: str) -> str:
    return "".join(word if word.isspace() else escape(word) for word in re.split(r"(\s+)", text))
