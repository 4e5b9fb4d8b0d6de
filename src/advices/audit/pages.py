"""Pure: whether a page is still the same, also one that changes from answer to answer."""

from __future__ import annotations

import re
from dataclasses import dataclass

from advices.results import Page

# What a page makes up for each answer: tokens, ids, times, counters.
_TOKEN = re.compile(r"[A-Za-z0-9+/=_-]{16,}|[0-9a-fA-F]{8,}|\d+")


@dataclass(frozen=True)
class Served:
    """What a project serves as it is: the answers of two containers of one image."""

    first: Page
    second: Page

    @property
    def changes(self) -> bool:
        """Return whether the page changes without any change of the project."""
        return self.first.digest != self.second.digest

    @property
    def said(self) -> str:
        """Return how far a page that changes could be compared, "" for one that does not."""
        if not self.changes:
            return ""
        how = "status, type and the text without numbers and tokens"
        if not self._has_skeleton:
            how = "status and type alone"
        return f"two containers of the same image served two different pages: compared were {how}"

    @property
    def _has_skeleton(self) -> bool:
        mine = skeleton(self.first)
        return mine is not None and mine == skeleton(self.second)

    def is_other(self, page: Page) -> bool:
        """Return whether a page is another one than the project's, as far as that can be told."""
        if not self.changes:
            return page.digest != self.first.digest
        if page.type != self.first.type:
            return True
        return self._has_skeleton and skeleton(page) != skeleton(self.first)


def skeleton(page: Page) -> str | None:
    """Return the text of a page without what may be made up for one answer, None without a text."""
    return None if page.text is None else _TOKEN.sub("*", page.text)
