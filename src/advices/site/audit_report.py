"""Pure: what `advices audit --json` found, as HTML for any frame: a page, or a file of its own."""

from __future__ import annotations

import html as entities
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from advices.lab import Lab
from advices.results import escape
from advices.site.charts import drawing
from advices.site.markup import code_text, plain, rows_table, words
from advices.site.tables import table

Chapters: TypeAlias = Mapping[str, tuple[str, str]]
"""The title and the address of each chapter that can be linked to, by its slug."""
Rows: TypeAlias = Sequence[Sequence[str]]
_LINES = {"+": "adv-audit__new", "-": "adv-audit__old", "@": "adv-audit__at"}


def audit_style() -> str:
    """Return the style sheet of a report. It takes its colours from the frame's properties."""
    return (Path(__file__).parent / "audit_report.css").read_text("utf-8")


def chapters_beside(labs: Iterable[Lab]) -> dict[str, tuple[str, str]]:
    """Return the chapters of labs as a page at the top of the site links to them."""
    return {lab.slug: (lab.title, f"../chapters/{lab.slug}/") for lab in labs}


def audit_report(
    record: Mapping[str, Any], chapters: Chapters, *, title: str = "", level: int = 3
) -> str:
    """Return an audit's record as a part of a page.

    `title` is its heading, "" for none, and `level` that of the headings of its parts. All text
    is escaped: a project's files and its builds are written by anybody.
    """
    shown, against = record["shown"], record["against"]
    parts = [
        title and f"<h{level - 1}>{escape(title)}</h{level - 1}>",
        f'<p class="adv-audit__lead">{words(record["sentence"])}</p>',
        *map(_figure, shown["figures"]),
    ]

    def part(heading: str, *drawn: str) -> None:
        if any(drawn):
            parts.extend([f"<h{level}>{escape(heading)}</h{level}>", *drawn])

    part(
        "What it costs",
        _findings(shown, chapters) or "<p>Nothing was found that a tip would make better.</p>",
        _table("Findings that fail no job", shown["states"]),
    )
    if against:
        why = against["bytes_not_compared"]
        caption = "Exact measures that are not the same, what is worse first"
        part(
            f"Compared with {against['ref']}",
            _table(caption, shown["against"]) or "<p>No exact measure is another one.</p>",
            why and f"<p>Bytes are not compared: {escape(why)}.</p>",
        )
    part("The diff", _diffs(record, chapters))
    numbers = len(shown["measured"][0]) - 1
    part("Measured", plain("Each measure of the project", shown["measured"], numbers))
    refused = "Changes that are not in the diff, with the reason"
    part("Tried, and not in the diff", _table(refused, shown["refused"]))
    part(
        "Lint said, we measured",
        _table("What linters say, with our number for it", shown["lint"]),
        *(f"<p>{words(said)}</p>" for said in shown["lint_said"]),
    )
    part(
        "Not judged",
        _table("What was not judged, with the reason", shown["not_judged"])
        or "<p>Everything that this audit measures was measured.</p>",
    )
    part("What was built", _table("What was built, and why", shown["chosen"]))
    return '<div class="adv-audit">\n' + "\n".join(filter(None, parts)) + "\n</div>\n"


def _table(caption: str, rows: Rows) -> str:
    """Return a table, "" for a header without rows."""
    return plain(caption, rows) if len(rows) > 1 else ""


def _figure(shown: Mapping[str, Any]) -> str:
    """Return a bar for the project and one with the diff, with the table behind them."""
    named, colours = shown["label"], (drawing.BAD, drawing.GOOD)
    bars = [
        drawing.Bar(name, said, (drawing.Part(float(amount), colour),))
        for (name, said, amount), colour in zip(shown["bars"], colours, strict=False)
    ]
    rows = [[escape(bar.name), escape(bar.value)] for bar in bars]
    return drawing.figure(
        drawing.bars(named, (drawing.Group("", tuple(bars)),)),
        f"{named}. Lower is better.",
        table(["variant", escape(named)], rows, " r"),
    )


def _findings(shown: Mapping[str, Any], chapters: Chapters) -> str:
    """Return the table of findings, "" without any."""
    rows = []
    found = zip(shown["findings"][1:], shown["alone"][1:], strict=True)
    for (slug, says, measure, before, after, difference, outcome), (alone, commands) in found:
        # What a screen reader says of the button has to tell one from the other.
        which = f'<span class="adv-audit__spoken"> {escape(measure)}</span>'
        repeat = (
            f"<details><summary>commands{which}</summary>"
            f"<pre><code>{code_text(commands)}</code></pre></details>"
        )
        cells = [words(cell) or "—" for cell in (says, measure, before, alone, difference)]
        whole = "<br>".join(filter(None, (words(after), words(outcome))))
        rows.append([_chapter(slug, chapters), *cells, whole, repeat])
    caption = (
        "Tips that the project does not follow: first what loses secrets, rights or requests, "
        "then by bytes"
    )
    header = [
        *("tip", "fix or finding", "measure", "before", "after its fix alone", "difference"),
        *("with the whole diff", "repeat it"),
    ]
    return rows_table(caption, header, rows, numbers=range(3, 7)) if rows else ""


def _chapter(slug: str, chapters: Chapters) -> str:
    if slug not in chapters:
        return escape(slug)
    title, address = chapters[slug]
    return f'<a href="{entities.escape(address)}">{escape(title)}</a>'


def _diffs(record: Mapping[str, Any], chapters: Chapters) -> str:
    """Return the whole diff, and each change by itself, so that some can be left."""
    if not record["diff"]:
        return "<p>No change that was tried made this project better and broke nothing.</p>"
    said = (
        "All of it was built together and compared with the project as it is. "
        f"{words(record['shown']['how_to_apply'])}"
    )
    alone = "".join(
        f"<details><summary>{words(one['says'])}</summary>"
        f"<p>The chapter: {_chapter(one['chapter'], chapters)}</p>"
        f"{_diff(one['diff'], one['says'])}</details>"
        for one in record["tried"]
        if one["in_the_diff"]
    )
    return (
        f"<p>{said}</p>\n{_diff(record['diff'], 'The diff')}\n<p>Each change by itself:</p>{alone}"
    )


def _diff(text: str, called: str) -> str:
    lines = []
    for line in text.rstrip("\n").split("\n"):
        css = "" if line.startswith(("+++", "---")) else _LINES.get(line[:1], "")
        shown = code_text(line)
        lines.append(f'<span class="{css}">{shown}</span>' if css else shown)
    # A scrolling box without focus cannot be scrolled from the keyboard.
    box = f'tabindex="0" role="group" aria-label="{escape(called)}"'
    return f"<pre {box}><code>{chr(10).join(lines)}</code></pre>"
