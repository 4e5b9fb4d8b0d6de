"""Pure: foreign text and rows as HTML in which nothing acts."""

from __future__ import annotations

import html as entities
from collections.abc import Sequence

from advices.results import code, escape

# A phone has room for so many.
_COLUMNS = 3


def plain(caption: str, rows: Sequence[Sequence[str]], numbers: int = 0) -> str:
    """Return rows of plain text as a table; the last `numbers` columns are numbers."""
    header, *body = rows
    columns = range(max(1, len(header) - numbers), len(header)) if numbers else ()
    return rows_table(caption, header, [list(map(words, row)) for row in body], columns)


def rows_table(
    caption: str, header: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
) -> str:
    """Return a table of cells that are HTML already. On a phone a long row becomes a card.

    A browser that draws rows as blocks forgets that they are rows, so that their roles are named.
    """
    css = ['class="r" ' if number in numbers else "" for number in range(len(header))]
    head = "".join(
        f'<th {style}role="columnheader" scope="col">{escape(cell)}</th>'
        for style, cell in zip(css, header, strict=True)
    )
    body = "".join(
        '<tr role="row">'
        + "".join(
            f'<{tag} {style}role="{role}"{scope} data-label="{escape(name)}">{cell}</{tag}>'
            for (tag, role, scope), style, name, cell in zip(
                [("th", "rowheader", ' scope="row"'), *[("td", "cell", "")] * (len(row) - 1)],
                *(css, header, row),
                strict=True,
            )
        )
        + "</tr>"
        for row in rows
    )
    look = "adv-audit__table adv-audit__cards" if len(header) > _COLUMNS else "adv-audit__table"
    return (
        f'<table class="{look}" role="table"><caption>{escape(caption)}</caption>'
        f'<thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def words(text: str) -> str:
    """Return foreign text in which backticks mark code, as HTML."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    marked = [code(part) if number % 2 else part for number, part in enumerate(parts)]
    return "".join(part if number % 2 else _spaced(part) for number, part in enumerate(marked))


def _spaced(text: str) -> str:
    """Return `escape` of a text with the space at its ends, which `escape` takes away."""
    start = " " if text[:1].isspace() else ""
    return f"{start}{escape(text)}{' ' if text[-1:].isspace() and text.strip() else ''}"


def code_text(text: str) -> str:
    """Return foreign text as HTML that keeps its spaces; what turns text around is replaced."""
    shown = "".join(
        sign if sign.isprintable() or sign in "\t\n" else "\N{REPLACEMENT CHARACTER}"
        for sign in text.replace("\r\n", "\n")
    )
    return entities.escape(shown)
