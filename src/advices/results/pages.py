"""Pure: what an image served, as far as it can be shown, and how two such pages differ."""

from __future__ import annotations

import difflib

from advices.core import Record, counted
from advices.results.wording import bytes_text

_KEPT_BYTES = 64_000
_LINES = 40
_CHARACTERS = 160
_ODD = "\N{REPLACEMENT CHARACTER}"


class Page(Record):
    """An answer: the digest of its body, its type, its size, and its text.

    `text` is None for what is no text, or is too long to be compared.
    """

    digest: str
    type: str
    bytes: int
    text: str | None = None

    def __str__(self) -> str:
        return f"{bytes_text(self.bytes)} of {self.type or 'an unnamed type'}"


def page_of(digest: str, content_type: str, body: bytes) -> Page:
    """Return the page of a body."""
    text = None
    if len(body) <= _KEPT_BYTES and b"\0" not in body:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError:
            text = None
    return Page(digest=digest, type=_shown(content_type)[:80], bytes=len(body), text=text)


def difference(yours: Page, solution: Page) -> str:
    """Return in lines how a learner's page differs from the solution's: the first that do.

    A line with `-` is the solution's, one with `+` the learner's. Of what is no text or is long
    it is sizes and types. "" for pages that are the same.
    """
    if yours.digest == solution.digest:
        return ""
    sizes = f"the solution's answer: {solution}\nyours: {yours}"
    if yours.text is None or solution.text is None:
        return sizes
    mine, theirs = ([*map(_shown, text.splitlines())] for text in (yours.text, solution.text))
    named = {"fromfile": "the solution's answer", "tofile": "yours"}
    lines = list(difflib.unified_diff(theirs, mine, n=2, lineterm="", **named))
    if not lines:
        return f"{sizes}\nthey differ in what cannot be seen, such as the ends of lines"
    shown = [line if len(line) <= _CHARACTERS else f"{line[:_CHARACTERS]}…" for line in lines]
    more = len(shown) - _LINES
    return "\n".join(
        [*shown[:_LINES], *([f"… and {counted(more, 'line')} more"] if more > 0 else [])]
    )


def _shown(line: str) -> str:
    """Return a line without what would move a terminal's cursor."""
    return "".join(one if one.isprintable() else _ODD for one in line.expandtabs(4))
