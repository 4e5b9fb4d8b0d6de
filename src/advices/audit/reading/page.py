"""Pure: the page that a health check asks for."""

from __future__ import annotations

import re

_URL = re.compile(
    r"https?://(?P<host>\[[^\]\s]*\]|[^/:\s'\"\\]*)(?::[^/\s'\"\\]*)?(?P<path>/[^\s'\"|;&<>)\\`$]*)?"
)
_HERE = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]", "[::]")


def page_of(command: str, *names: str) -> str:
    """Return the path that a command asks this container for, "" where none is seen.

    `names` are further names of the container. What asks for a page behind TLS is left out.
    """
    for found in _URL.finditer(command):
        if found["host"].lower() in (*_HERE, *names) and not found[0].startswith("https"):
            return found["path"] or "/"
    return ""
