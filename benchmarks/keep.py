"""A hook of MkDocs that keeps each page as the macros leave it, in the folder `KEPT`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml
from mkdocs.plugins import event_priority

from advices.core import write_whole


@event_priority(-100)
def on_page_markdown(markdown: str, *, page: Any, **_: Any) -> str:
    """Hear of a page after all plugins."""
    # The plugins take the head of a page away; what it says goes on the page as well.
    head = f"---\n{yaml.safe_dump(dict(page.meta))}---\n" if page.meta else ""
    write_whole(Path(os.environ["KEPT"]) / page.file.src_uri, f"{head}{markdown}")
    return markdown
