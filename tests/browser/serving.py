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
    """Texts go out as gzip to who takes it, over a connection that is kept, without a log.

    The site stands below the path `below`, as on hosts of several sites. What is not there is
    answered with the site's own page for that, if it has one.
    """

    protocol_version = "HTTP/1.1"
    below = "/"

    def translate_path(self, path):
        if not path.startswith(self.below):
            return str(Path(self.directory) / "beside-the-site")
        return super().translate_path("/" + path.removeprefix(self.below))

    def send_error(self, code, *args, **kwargs):
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            return super().send_error(code, *args, **kwargs)
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        return None

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
def served(folder, below="/"):
    """Serve a folder on a free port of 127.0.0.1; yield its address without a last slash."""
    host = type("Host", (Host,), {"below": below})
    handler = functools.partial(host, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{below}".rstrip("/")
        server.shutdown()
