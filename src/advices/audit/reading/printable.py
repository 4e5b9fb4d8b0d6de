"""Pure: text of a project's files in a message: it must not move a terminal's cursor."""

from __future__ import annotations

_AT_MOST = 400


def printable(text: str) -> str:
    """Return a text without what no terminal prints, and no longer than some lines."""
    return "".join(one if one.isprintable() else "?" for one in text)[:_AT_MOST]
