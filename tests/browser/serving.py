"""A folder served over HTTP on 127.0.0.1, as any web host would serve the built site."""

import functools
import gzip
import http.server
import threading
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

TEXT = {".css", ".html", ".js", ".json", ".svg", ".xml"}


@functools.cache
def packed(path, _changed):
    """Return a file's bytes as gzip; what the file was when it changed is kept."""
    return gzip.compress(path.read_bytes(), compresslevel=6)


class Host(http.server.SimpleHTTPRequestHandler):
    """Texts go out as gzip to who takes it, over a connection that is kept, without a log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        """Say nothing: pytest shows what matters."""

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        takes = "gzip" in self.headers.get("Accept-Encoding", "")
        if not (takes and path.suffix in TEXT and path.is_file()):
            return super().send_head()
        body = packed(path, path.stat().st_mtime_ns)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)


@contextmanager
def served(folder):
    """Serve a folder on a free port of 127.0.0.1; yield its address without a last slash."""
    handler = functools.partial(Host, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
