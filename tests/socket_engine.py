"""A socket that answers as an engine's API does, for tests of what crosses it."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

CONTAINER: dict[str, Any] = {
    "Id": "1" * 64,
    "Name": "/made",
    "Config": {"Labels": {}, "Tty": False},
    "HostConfig": {"NetworkMode": "bridge", "LogConfig": {"Type": "json-file"}},
    "State": {"Status": "exited", "ExitCode": 3},
    "NetworkSettings": {"Ports": {}, "Networks": {}},
}


# What Podman says of itself.
PODMAN: dict[str, Any] = {
    "Components": [{"Name": "Podman Engine", "Version": "4.3.1", "Details": {}}],
    "Version": "4.3.1",
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.24",
}


@dataclass(frozen=True)
class Asked:
    """One request: its method and path, without the API's version, and what came with it."""

    what: str
    query: dict[str, str]
    body: Any
    raw: bytes
    client: int


@dataclass
class SocketEngine:
    """What the socket was asked, and what it answers: by the end of the path, the last rule first.

    An answer is JSON, bytes, a status with a message, or a function of the request. An iterator
    of bytes is sent piece by piece.
    """

    asked: list[Asked] = field(default_factory=list)
    rules: list[tuple[str, Any]] = field(default_factory=list)

    def answer(self, what: str, given: Any) -> None:
        """Answer requests that this pattern fits, such as `POST /images/create`."""
        self.rules.insert(0, (what, given))

    def of(self, what: str) -> list[Asked]:
        """Return the requests that a pattern fits, in order."""
        return [one for one in self.asked if re.fullmatch(what, one.what)]


def refusal(status: int, message: str) -> Callable[[Asked], tuple[int, dict[str, str]]]:
    """Return the answer of an engine that refuses."""
    return lambda _: (status, {"message": message})


def frame(stream: int, text: bytes) -> bytes:
    """Return text of a stream, 1 or 2, as logs and execs carry it."""
    return bytes((stream, 0, 0, 0)) + len(text).to_bytes(4, "big") + text


@contextlib.contextmanager
def running(folder: Path) -> Iterator[tuple[SocketEngine, str]]:
    """Give an engine and its address, a socket in a folder."""
    made = SocketEngine()
    made.answer("GET /_ping", b"OK")
    made.answer("GET /version", {"ApiVersion": "1.45", "Version": "26.1.5"})
    made.answer("GET /containers/[^/]+/json", CONTAINER)
    made.answer("GET /containers/[^/]+/logs", _logs)
    made.answer("(POST|DELETE|PUT) /(containers|networks|images)/.*", b"")
    made.answer("POST /containers/create", {"Id": CONTAINER["Id"], "Warnings": []})
    made.answer("POST /networks/create", {"Id": "net"})

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body: Any = None
            with contextlib.suppress(ValueError):
                body = json.loads(raw or b"null")
            what = f"{self.command} {re.sub(r'^/v[0-9.]+', '', unquote(parts.path))}"
            query = {name: found[-1] for name, found in parse_qs(parts.query).items()}
            asked = Asked(what, query, body, raw, id(self.connection))
            made.asked.append(asked)
            rules = (given for pattern, given in made.rules if re.fullmatch(pattern, what))
            given = next(rules, refusal(404, f"nobody answers {what}"))
            given = given(asked) if callable(given) else given
            status, given = given if isinstance(given, tuple) else (200, given)
            if not isinstance(given, bytes | dict | list):
                self._send_pieces(given)
                return
            text = given if isinstance(given, bytes) else json.dumps(given).encode()
            self.send_response(status)
            kind = "application/octet-stream" if isinstance(given, bytes) else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Api-Version", "1.45")
            if "/archive" in what:
                self.send_header("x-docker-container-path-stat", "e30=")
            self.end_headers()
            if what.startswith("POST /exec/"):
                # What a command inside prints comes after the headers, until its line ends: the
                # SDK loses what comes along with them.
                self.close_connection = True
                time.sleep(0.05)
            self.wfile.write(text)

        def _send_pieces(self, pieces: Iterator[bytes]) -> None:
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            with contextlib.suppress(OSError):
                for piece in pieces:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _answer

        def log_message(self, *_: object) -> None:
            pass

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """Leave out whoever went away."""

    file = folder / "engine.sock"
    with Server(str(file), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made, f"unix://{file}"
        finally:
            server.shutdown()
            thread.join()


def _logs(asked: Asked) -> bytes:
    """Return what a container printed, as far as it is asked for."""
    out = frame(1, b"out") if asked.query.get("stdout") == "1" else b""
    return out + (frame(2, b"err") if asked.query.get("stderr") == "1" else b"")
