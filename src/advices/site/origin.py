"""Pure: where a number, a table or a chart comes from, as a link to the provenance of its lab.

The link works everywhere. With JavaScript, docs/assets/provenance.js opens what it leads to on
the spot. For that it carries `data-from`: `slug`, or `slug/variants/measures`. Variants and
measures are separated by commas; no variant stands for all, `a:b` for a beside b, and `+.seconds`
for the seconds of every build. An exercise's slug is `exercises/slug`, as its result lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advices.results import Result, escape

REBUILT = ("+.steps_run", "+.steps_cached", "+.new_transfer_bytes", "+.seconds")
"""What a table of builds shows."""

OF_LAYERS = ("layers", "disk_bytes", "transfer_bytes")
"""What a table of layers shows."""

CLAIMS = "Each claim of the lab, and what was measured for it"
MISTAKES = "Each known mistake, on its own in the good Dockerfile, and the claims that it broke"
EXERCISE = "The start of the exercise compared with its solution"
LEARNERS = "The current Dockerfile of the exercise compared with its solution"
SCANNERS = "What each web scanner did, or why it did not run"
ALERTS = "What the web scanners reported"
STAGES = "The stages of the Dockerfile that was measured"
REFRESHES = "The measure of the front page, each time that the lab was measured"
BASES = "The images behind the names in FROM"


@dataclass(frozen=True)
class Origin:
    """Which numbers of a result something shows.

    `variants` is None for all of them; `measures` are in the form of `data-from`. `title` says in
    words what has no measure of its own.
    """

    variants: Sequence[str] | None = None
    measures: Sequence[str] = ()
    title: str = ""

    def source(self, slug: str) -> str:
        """Return the `data-from` that leads to these numbers in the result of a slug."""
        if not self.measures and self.variants is None:
            return slug
        return f"{slug}/{','.join(self.variants or ())}/{','.join(self.measures)}"


def of_steps(build: str) -> tuple[str, ...]:
    """Return what a table of the steps of one build shows."""
    return tuple(f"{build}.{name}" for name in ("steps_run", "steps_cached", "seconds"))


def link(text: str, target: str, source: str, title: str = "", look: str = "") -> str:
    """Return a link to a provenance section as Markdown.

    `text` is Markdown, `title` plain text, `source` a `data-from`, `look` a CSS class.
    """
    said = f' "{escape(title)}"' if title else ""
    return f'[{text}]({target}{said}){{ {f".{look} " if look else ""}data-from="{source}" }}'


def line(result: Result, target: str, origin: Origin, slug: str = "") -> str:
    """Return the line below a table or a chart that says when, and leads to where it comes from.

    `slug` is named where it is not the result's own: an exercise's.
    """
    text = f"Measured {escape(result.provenance.date[:10])} · where from"
    return link(text, target, origin.source(slug or result.slug), origin.title, "adv-from") + "\n"
