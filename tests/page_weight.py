"""What a page may weigh, and what it weighs as a web host sends it."""

from __future__ import annotations

import gzip
from pathlib import Path

# kB are thousands of bytes.
LONGEST_HTML_BYTES = 12_000
LONGEST_PAGE_BYTES = 100_000


def compressed_bytes(file: Path) -> int:
    """Return the size of a file as a web host sends it, with its usual effort."""
    return len(gzip.compress(file.read_bytes(), 6))
