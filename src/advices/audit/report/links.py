"""Where a chapter is on the published site."""

from __future__ import annotations

import os

VARIABLE = "ADVICES_SITE_URL"
"""The variable in which a publisher names the address of the site."""


def published() -> str:
    """Return the address of the published site, "" where nobody named one."""
    address = os.environ.get(VARIABLE, "").strip()
    return address if address.startswith(("https://", "http://")) else ""


def chapter(site: str, slug: str) -> str:
    """Return the address of a chapter below that of a site, "" without a site."""
    return f"{site.rstrip('/')}/chapters/{slug}/" if site else ""
