"""Runs in a container: serves a folder of package files as an index.

Arguments: the port, and the folder. pip keeps a file in its cache only if the index lets it, as
PyPI does: a file there never changes. So it does here, or a cache mount would save nothing.
"""

import functools
import http.server
import sys

_FOREVER = "public, max-age=31536000, immutable"


class Index(http.server.SimpleHTTPRequestHandler):
    """Answers as Python's own server of files, and lets visitors keep files."""

    def end_headers(self) -> None:
        """Add what lets a visitor keep a file; a list of files may change."""
        if not self.path.endswith("/"):
            self.send_header("Cache-Control", _FOREVER)
        super().end_headers()


if __name__ == "__main__":
    port, folder = int(sys.argv[1]), sys.argv[2]
    answer = functools.partial(Index, directory=folder)
    http.server.ThreadingHTTPServer(("", port), answer).serve_forever()
