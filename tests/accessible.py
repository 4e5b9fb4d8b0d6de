"""What axe-core finds on a page that a browser shows."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe


def violations(tab: Any, part: str | None = None) -> list[str]:
    """Return a line for each rule that a page, or a part of it, breaks, with its first place."""
    found = Axe().run(tab, context=part).response["violations"]
    return [f"{tab.url}: {one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
