"""A folder served over HTTP on 127.0.0.1, as any web host would serve the built site."""

import functools
import http.server
import threading
from contextlib import contextmanager


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        """Say nothing: pytest shows what matters."""


@contextmanager
def served(folder):
    """Serve a folder on a free port of 127.0.0.1; yield its address without a last slash."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
