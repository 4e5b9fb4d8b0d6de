"""The learner's own way in: a path that nobody else knows, and a file that leads to it."""

from __future__ import annotations

import contextlib
import hashlib
import html
import os
import secrets
import tempfile
from pathlib import Path

from advices.core import state_folder


class Entrance:
    """A page in a file that only this account can read. It sends a browser on to an address.

    A browser is told what to open on its command line, and every account of a machine can read
    that: it names the file, not the address with the code in it.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.file = (folder or state_folder()) / f"learn-{os.getpid()}.html"

    def leads_to(self, address: str) -> Path:
        """Write the file, and return it. Raises OSError."""
        self.close()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        there = html.escape(address, quote=True)
        # Made anew, so that nobody holds it open from before, and closed to others from the start.
        handle = os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as sink:
            sink.write(
                '<!doctype html><html lang="en"><meta charset="utf-8"><title>Docker Advices</title>'
                f'<meta http-equiv="refresh" content="0; url={there}">'
                f'<p><a href="{there}">Learn here</a></p></html>\n'
            )
        return self.file

    def close(self) -> None:
        """Remove the file: its code was used, or the server ends."""
        self.file.unlink(missing_ok=True)


def own_path(root: Path, folder: Path | None = None) -> str:
    """Return the path of a project's pages, the same at each start, as /word/. Raises OSError.

    Browsers send a cookie to every port of a host, but only to paths below the cookie's own. What a
    container publishes on this machine is not asked for a path that it does not know. Drafts and
    progress are kept by path, so it stays.
    """
    file = (folder or state_folder()) / "learn-secret"
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        handle, name = tempfile.mkstemp(prefix=".learn-secret.", dir=file.parent)
        with os.fdopen(handle, "w") as sink:
            sink.write(secrets.token_hex(32))
        # Of two that start at once the first one's holds, and it is never seen half.
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
        Path(name).unlink()
    words = f"{file.read_text()} {root.resolve()}"
    return f"/{hashlib.sha256(words.encode()).hexdigest()[:16]}/"
