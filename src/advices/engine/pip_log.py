"""Pure: what pip prints while it installs -> the package files that it downloaded.

pip says "Downloading NAME (8.3 MB)" of a file that it fetches, and "Using cached NAME (8.3 MB)" of
one that its cache has, after the index confirmed that it is still the same. It rounds sizes to two
or three digits. A quiet pip and other installers say nothing of this kind.
Source: pip/_internal/network/download.py and pip/_internal/utils/misc.py (format_size).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINE = re.compile(rb"^\s*Downloading (\S+?)(?: \((\d+(?:\.\d+)?) (bytes|kB|MB)\))?\s*$")
_PACKAGE = (b".whl", b".tar.gz", b".zip", b".tar.bz2")
_UNITS = {b"bytes": 1, b"kB": 1000, b"MB": 1_000_000}


@dataclass(frozen=True)
class Downloads:
    """How many package files pip downloaded, and their bytes as it printed them, rounded."""

    files: int = 0
    bytes: int = 0

    def __add__(self, other: Downloads) -> Downloads:
        return Downloads(self.files + other.files, self.bytes + other.bytes)


class PipLog:
    """Reads the output of one step, in pieces as they come."""

    def __init__(self) -> None:
        self._found = Downloads()
        self._rest = b""

    def feed(self, data: bytes) -> None:
        """Take in the next piece of output, which may end within a line."""
        # A progress bar goes back to the start of its line.
        *lines, self._rest = re.split(rb"[\r\n]", self._rest + data)
        for line in lines:
            self._found += _download(line)

    def downloads(self) -> Downloads:
        """Return what was downloaded so far."""
        return self._found + _download(self._rest)


def _download(line: bytes) -> Downloads:
    said = _LINE.match(line)
    # Metadata alone (NAME.whl.metadata) is no package.
    if said is None or not said[1].endswith(_PACKAGE):
        return Downloads()
    return Downloads(1, round(float(said[2]) * _UNITS[said[3]]) if said[2] else 0)
