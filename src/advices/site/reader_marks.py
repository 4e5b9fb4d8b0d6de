"""Pure: what the pages need to show a reader's own progress, which a browser keeps.

The scripts docs/assets/progress.js and docs/assets/progress-page.js fill what is made here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from advices.site.tables import table


def summary(chapters: Iterable[str], exercises: Iterable[str]) -> str:
    """Return the place of the sentence on how much was read and solved, empty without a script."""
    read, solved = " ".join(chapters), " ".join(exercises)
    return f'<p class="adv-progress" data-read="{read}" data-solved="{solved}" hidden></p>\n'


def progress_table(chapters: Mapping[str, str], exercises: Collection[str]) -> str:
    """Return a table of chapters with a place for each button; `chapters` are links by slug."""
    rows = [
        [link, _cell("read", slug), _cell("solved", slug) if slug in exercises else "no exercise"]
        for slug, link in chapters.items()
    ]
    return table(["Chapter", "Read", "Exercise"], rows)


def _cell(kind: str, slug: str) -> str:
    return f'<span data-cell="{kind} {slug}"></span>'
