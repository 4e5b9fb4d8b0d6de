"""The drawn key of a lab: all that decides its page and picture besides what was measured.

When only that changed, both are drawn again from the stored result. The key stands in the head of
the page. Bytes of source count, comments and all: drawing costs seconds and needs no engine.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from advices.core import Layout
from advices.lab import LEARNERS, Lab
from advices.measure import Kept
from advices.results import dump

_ROOMS = ("core", "lab", "results", "site", "notebooks")
_BEGIN = "---\n"
_MARK = re.compile(r"\A---\n# Drawn from ([0-9a-f]{64})\n")


def drawn_key(layout: Layout, lab: Lab, kept: Kept, source: Path | None = None) -> str:
    """Return the key of a lab's page and picture. `source` is the folder of the toolkit's rooms."""
    digest = hashlib.sha256()
    digest.update(_of_the_toolkit() if source is None else _of_rooms(source))
    for content in _contents(layout, lab, kept):
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


@functools.cache
def _of_the_toolkit() -> bytes:
    """Return what `_of_rooms` does of this toolkit. Read once: it runs as it was loaded."""
    return _of_rooms(Path(__file__).parents[1])


def _of_rooms(source: Path) -> bytes:
    """Return the digests of the sources that draw, one behind the other."""
    return b"".join(
        hashlib.sha256(file.read_bytes()).digest()
        for room in _ROOMS
        for file in sorted((source / room).rglob("*.py"))
    )


def _contents(layout: Layout, lab: Lab, kept: Kept) -> Iterator[bytes]:
    yield layout.notebook(lab.slug).read_bytes()
    for result in (kept.result, kept.of_exercise().result):
        yield dump(result).encode() if result else b""
    for one in lab.with_exercise():
        # What a learner makes of the start is no part of a page.
        files = [*one.folder.glob("*.toml"), *one.folder.glob("*Dockerfile")]
        for file in sorted(file for file in files if file.name != LEARNERS):
            yield file.read_bytes()


def marked(page: str, key: str) -> str:
    """Return a page with its drawn key in the head, in place of another one."""
    return _MARK.sub(_BEGIN, page).replace(_BEGIN, f"{_BEGIN}# Drawn from {key}\n", 1)


def key_of(page: Path) -> str:
    """Return the drawn key in a page's head, "" when it has none or is not there."""
    try:
        found = _MARK.match(page.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""
    return found[1] if found else ""
