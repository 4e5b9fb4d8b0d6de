"""Web servers of this machine, each at a port of its own, for as long as a test needs them."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def site(answer: Callable[[str], tuple[int, bytes]]) -> Iterator[int]:
    """Give the port of a web server of this machine that answers a path with status and body."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = answer(self.path)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with serving(Site) as port:
        yield port


class _Server(http.server.ThreadingHTTPServer):
    # As many may call at once as a slow machine does not get to.
    request_queue_size = 128


@contextlib.contextmanager
def serving(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    """Give the port of a web server of this machine, with a thread for each visitor."""
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def sites() -> Iterator[Callable[[bytes], int]]:
    """Give what returns the port of a web server for a page: two containers may run at once."""
    ports: dict[bytes, int] = {}
    lock = threading.Lock()
    with contextlib.ExitStack() as stack:

        def port_of(page: bytes) -> int:
            with lock:
                if page not in ports:
                    ports[page] = stack.enter_context(site(lambda _: (200, page)))
                return ports[page]

        yield port_of
