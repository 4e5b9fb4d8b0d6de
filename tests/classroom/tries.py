"""What a learner tries in a seat: to serve, to reach, to write, and what is seen of it outside."""

from __future__ import annotations

import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator

from seat_rooms import at, group_of

from advices.classroom import Classroom, Seat, answers

PYTHON = sys.executable
ALL_OVER = (
    "find / -maxdepth 4 -path /proc -prune -o -path /sys -prune -o -type d -writable -print "
    "2>/dev/null"
)
CONNECT = "import socket; socket.create_connection(('{}', {}), timeout=2)"
FETCH = "import urllib.request as u; print(u.urlopen('{}', timeout=3).read().decode().strip())"
SERVE = (
    "docker run -d --name {name} -p 8000:8000 {image} python3 -c "
    "\"import pathlib; pathlib.Path('/index.html').write_text('{says}'); "
    'import http.server as h; h.test(h.SimpleHTTPRequestHandler, port=8000)"'
)


def answers_soon(seat: Seat, seconds: float = 5) -> bool:
    """Return whether the engine of a seat answers within seconds, every time of ten."""
    for _ in range(10):
        started = time.monotonic()
        if not answers(seat) or time.monotonic() - started > seconds:
            return False
    return True


@contextlib.contextmanager
def listening(address: str, port: int) -> Iterator[list[str]]:
    """Listen at an address of this machine; give who came."""
    came: list[str] = []
    with socket.create_server((address, port)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    one, peer = server.accept()
                    came.append(peer[0])
                    one.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield came
        server.shutdown(socket.SHUT_RDWR)


def reaches(room: Classroom, seat: Seat, address: str, port: int) -> bool:
    """Return whether a program in a seat gets a connection to an address."""
    return at(room, seat, PYTHON, "-c", CONNECT.format(address, port)).returncode == 0


def tasks(seat: Seat) -> int:
    """Return how many processes and threads a seat has, as its limit counts them."""
    return int((group_of(seat) / "pids.current").read_text())
