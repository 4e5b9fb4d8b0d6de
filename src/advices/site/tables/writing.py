"""Pure: rows as a Markdown or an HTML table, and texts that fit into a cell."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

LONGEST_STEP = 96
"""What a longer step does stands in its Dockerfile and, whole, in the result."""


NOT_MEASURED = "— not measured"
"""In the place of a value that a result lacks."""


def short(text: str, longest: int) -> str:
    """Return a text of at most `longest` signs, the last of them "…" where more was said."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def instruction(step: str) -> str:
    """Return an instruction without its options: the part that tells it from others."""
    return " ".join(word for word in step.split() if not word.startswith("--"))


def table(header: Sequence[str], rows: Iterable[Sequence[str]], numbers: str = "") -> str:
    """Return a Markdown table of cells that are escaped already.

    `numbers` has one sign a column: `r` aligns it to the right, anything else to the left.
    """
    rule = ["---:" if sign == "r" else "---" for sign in numbers.ljust(len(header))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows)) + "\n"


def cards(markdown: str) -> str:
    """Return a table made by `table` so that each row is a card on a phone: assets/extra.css.

    There no header is to be seen, so that each cell gets its own from a property: a name for all
    rows weighs less than an attribute of each cell, and no script moves what is there already.
    """
    head = [re.sub("<[^>]+>", "", cell) for cell in markdown.splitlines()[0].strip("| ").split("|")]
    # Without what could end the text, the property or the attribute.
    labels = [re.sub(r"[^\w ,.()-]", "", html.unescape(cell)).strip() for cell in head]
    named = ";".join(f"--c{n}:'{label}'" for n, label in enumerate(labels[1:], start=2))
    return f'<div class="adv-cards" style="{named}" markdown="1">\n\n{markdown}\n</div>\n'


def table_html(markdown: str) -> str:
    """Return a table made by `table` as HTML, for places that hold no Markdown.

    No cell holds a bar (it is escaped), which is why splitting at bars is safe.
    """
    head, rule, *body = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in markdown.splitlines()
    ]
    css = [' class="r"' if cell.endswith(":") else "" for cell in rule]

    def cells(row: list[str], first: str, other: str) -> str:
        tags = [first, *[other] * (len(row) - 1)]
        return "".join(
            f"<{tag}{style}>{cell}</{tag.split()[0]}>"
            for tag, style, cell in zip(tags, css, row, strict=True)
        )

    header = cells(head, 'th scope="col"', 'th scope="col"')
    rows = "".join("<tr>" + cells(row, 'th scope="row"', "td") + "</tr>" for row in body)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"
