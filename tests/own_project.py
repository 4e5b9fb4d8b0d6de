"""The boxes *On your own project* of the chapters: their commands, as a reader copies them."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

CHAPTERS = Path(__file__).parents[1] / "docs" / "chapters"
TITLE = '!!! example "On your own project"\n'
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.M | re.S)
# What keeps the braces of `--format` from being read as a macro.
_RAW = re.compile(r"\{% (?:end)?raw %\}")


def box(slug: str) -> str:
    """Return the Markdown in a chapter's box, without its title, as it is shown."""
    text = (CHAPTERS / f"{slug}.md").read_text("utf-8")
    _, found, after = text.partition(TITLE)
    assert found, f"{slug}: there is no box"
    lines = re.match(r"(?:(?: {4}[^\n]*)?\n)+", after)
    assert lines, f"{slug}: the box is empty"
    return _RAW.sub("", textwrap.dedent(lines[0]))


def commands(slug: str) -> tuple[str, ...]:
    """Return the commands in a box's code blocks, each on one line."""
    blocks: list[str] = _BLOCK.findall(box(slug))
    joined = (re.sub(r"\\\n\s*", "", block) for block in blocks)
    return tuple(line for block in joined for line in block.splitlines() if line)
