"""Macros of what a learner does: Dockerfiles, exercises, the path, what a machine needs."""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterable, Sequence

from advices.lab import labfile
from advices.results import escape, exercise
from advices.site import doctor_page, explorer, origin, reader_marks, tables
from advices.site.checks import System
from advices.site.macros.page import Page
from advices.site.origin import Origin

_LONGEST_NUMBER = 20
_NO_ADDRESS = "REPOSITORY"


class Lessons(Page):
    """Dockerfiles, exercises and the way through the chapters."""

    def dockerfile(self, slug: str, variant: str, highlight_against: str | None = None) -> str:
        """Return a variant's Dockerfile as a code block, lines that another lacks highlighted."""
        lab = self._lab(slug)
        file = lab.dockerfile(variant)
        text = file.read_text("utf-8")
        marked = ""
        if highlight_against is not None:
            other = lab.dockerfile(highlight_against).read_text("utf-8")
            lines = changed_lines(other, text)
            marked = f' hl_lines="{" ".join(map(str, lines))}"' if lines else ""
        return _fenced(text, f' title="labs/{slug}/{file.name}"{marked}')

    def changes(self, slug: str, before: str, after: str) -> str:
        """Return a diff of two Dockerfiles, from the first line that differs to the last."""
        lab = self._lab(slug)
        old, new = (lab.dockerfile(one).read_text("utf-8").splitlines() for one in (before, after))
        lines = [*difflib.unified_diff(old, new, n=len(old), lineterm="")][3:]
        if differing := [number for number, line in enumerate(lines) if line[0] != " "]:
            lines = lines[differing[0] : differing[-1] + 1]
        return _fenced("\n".join(lines), "", "diff")

    def get_it(self) -> str:
        """Return the one line that gets the project and starts it.

        The repository's address is the publisher's setting; without one a name stands for it.
        """
        address = self._repository or _NO_ADDRESS
        line = f"git clone {address} docker-advices && cd docker-advices && ./run learn"
        needs = (
            "You need git and Python 3.11 or newer. No Docker? Type `serve` instead of `learn` to "
            "read without it."
        )
        if not self._repository:
            needs += f" Replace `{_NO_ADDRESS}` with the address that you got the project from."
        return f"```sh\n{line}\n```\n\n{needs}\n"

    def exercise(self, slug: str) -> str:
        """Return the lab's exercise: task, Dockerfile to fix, claims to meet, command."""
        task = self._exercise(slug)
        reference = self._reference(slug)
        rows = exercise.start_rows(task, reference)
        cells = [[escape(row.says), escape(row.yours), escape(row.reference)] for row in rows]
        # Numbers stand to the right on one line; words must wrap.
        words = any(
            len(text) > _LONGEST_NUMBER for row in rows for text in (row.yours, row.reference)
        )
        shown = tables.table(
            ["Claim to meet", "The start", "The solution"], cells, "" if words else " rr"
        )
        command = f"./run advices -- check-exercise {slug}"
        start = posixpath.relpath("start.md", posixpath.dirname(self._page()) or ".")
        line = origin.line(
            reference, self._source(slug), Origin(title=origin.EXERCISE), f"exercises/{slug}"
        )
        return (
            f"{task.task.strip()}\n\n"
            # Where cells run in the page, the file can be changed and checked here, and the words
            # of class adv-by-command are not shown.
            f"The file to fix is `labs/{slug}/{labfile.EXERCISE}/{labfile.LEARNERS}`:\n"
            "{ .adv-by-command }\n\n"
            f'<div data-exercise="{slug}" markdown="1">\n\n'
            f"{_fenced(task.dockerfile('bad').read_text('utf-8'), '')}\n</div>\n\n"
            f'<div class="adv-by-command" markdown="1">\n\n'
            "Build and measure yours as often as you like. First time here? "
            f"[Get the project]({start}#get-it).\n\n```sh\n{command}\n```\n\n"
            "For each claim it shows what your image measures, what the solution measures and "
            f"where the limit is. It gives a hint for each mistake that it knows.\n\n</div>\n\n"
            f"{shown}\n{line}\n`{command} --solution` shows a solution.\n"
            "{ .adv-by-command }\n"
        )

    def cache_explorer(self, slug: str, variants: Sequence[str] = ("bad", "good")) -> str:
        """Return the explorer in which the reader reorders Dockerfiles; it starts from variants."""
        return explorer.cache_explorer(self._lab(slug), variants)

    def path(self) -> str:
        """Return the learning path: every chapter in order, with its advice."""
        lines = [f"1. {self._chapter(lab)}  \n   {escape(lab.advice)}" for lab in self._in_order()]
        return "\n".join(lines) + "\n"

    def progress(self) -> str:
        """Return the place of the sentence on how much this reader has read and solved."""
        slugs = [lab.slug for lab in self._in_order()]
        return reader_marks.summary(slugs, self._with_exercise(slugs))

    def progress_table(self) -> str:
        """Return a table of every chapter, in learning order, for this reader's own marks."""
        chapters = {lab.slug: self._chapter(lab) for lab in self._in_order()}
        return reader_marks.progress_table(chapters, self._with_exercise(chapters))

    def _with_exercise(self, slugs: Iterable[str]) -> list[str]:
        return [slug for slug in slugs if self._lab(slug).exercise]

    def doctor_checks(self) -> str:
        """Return a list of what `advices doctor` looks at, and what to do about each."""
        return doctor_page.looks()

    def doctor_steps(self, system: System) -> str:
        """Return a list of what one system does in its own way to make the doctor content."""
        return doctor_page.steps(system)

    def need_a_mirror(self) -> str:
        """Return links to the chapters whose builds install a distribution's packages."""
        labs = (lab for lab in self._in_order() if self._needs_mirror(lab.slug))
        return ", ".join(map(self._chapter, labs))


def _fenced(text: str, options: str, language: str = "dockerfile") -> str:
    """Return a text as a code block that no backtick in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence} {language}{options}\n{text.rstrip()}\n{fence}\n"


def changed_lines(before: str, after: str) -> list[int]:
    """Return the numbers, from 1, of the lines of `after` that `before` has not there."""
    matcher = difflib.SequenceMatcher(None, before.splitlines(), after.splitlines(), False)
    return [
        number + 1
        for kind, _, _, start, end in matcher.get_opcodes()
        if kind != "equal"
        for number in range(start, end)
    ]
