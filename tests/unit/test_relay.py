"""The relay in a scanner's container: a port of its own that leads to the target."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

PROGRAM = Path(str(resources.files("advices.scanners") / "inside" / "relay.py")).read_text("utf-8")

# Asks the relay as a scanner does, says something long, and prints what comes back.
VISITOR = """\
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=20) as line:
    line.sendall(b"x" * 200_000)
    line.shutdown(socket.SHUT_WR)
    got = b""
    while data := line.recv(65536):
        got += data
print(got.decode())
"""


@contextlib.contextmanager
def target() -> Iterator[int]:
    """Give the port of a target that counts what it hears until the visitor is done."""
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    visitor, _ = door.accept()
                    with visitor:
                        heard = 0
                        while data := visitor.recv(65536):
                            heard += len(data)
                        visitor.sendall(f"heard {heard}".encode())

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1]
        door.shutdown(socket.SHUT_RDWR)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def relay(port: int, to: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command behind the relay from a port of ours to one of the target."""
    words = [sys.executable, "-c", PROGRAM, str(port), "127.0.0.1", str(to)]
    return subprocess.run(
        [*words, sys.executable, "-c", *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_what_is_sent_comes_to_the_target_and_its_answer_back() -> None:
    port = free_port()
    with target() as to:
        done = relay(port, to, VISITOR, str(port))
    assert (done.returncode, done.stdout) == (0, "heard 200000\n"), done.stderr


def test_without_a_target_a_visitor_is_turned_away() -> None:
    port = free_port()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        done = relay(port, closed.getsockname()[1], VISITOR.replace("200_000", "2"), str(port))
    assert "heard" not in done.stdout


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", 0),
        ("raise SystemExit(11)", 11),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", 137),
    ],
)
def test_it_ends_as_the_program_ends(program: str, code: int) -> None:
    done = relay(free_port(), free_port(), program)
    assert done.returncode == code, done.stderr


def test_what_the_program_prints_is_printed() -> None:
    done = relay(free_port(), free_port(), "import sys; print('out'); sys.stderr.write('err')")
    assert (done.stdout, done.stderr) == ("out\n", "err")


def test_a_port_that_is_taken_does_not_end_the_program() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        done = relay(door.getsockname()[1], free_port(), "print('ran')")
    assert done.stdout == "ran\n"
