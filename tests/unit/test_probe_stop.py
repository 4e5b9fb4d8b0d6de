"""The visitors of the probe `stop`, against small servers of the test's own."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from container_programs import Program, printed
from local_sites import site
from memory_engine import MemoryEngine

from advices.core import CommandFailed, EngineRefused, UnsteadyMeasure
from advices.engine.start import Start
from advices.lab.model import Serve
from advices.probes import stop
from advices.probes.containers import program

INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(program("stop"), "inside/stop.py", "exec"), INSIDE)
INSIDE["SECONDS"] = 0.05
INSIDE["WAIT_SECONDS"] = 0.3

PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
FORM = (
    b'<form action="/search"><input name="q"></form><form method="post">'
    b'<input type="hidden" name="token" value="abc"><input name="name">'
    b'<input type="file" name="picture"><textarea name="message"></textarea></form>'
)
FORM_PAGE = (
    b"HTTP/1.1 200 OK\r\nSet-Cookie: csrftoken=xyz; Path=/\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(FORM), FORM)
)
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


@contextlib.contextmanager
def server(answer: Callable[[socket.socket, bytes], None]) -> Iterator[int]:
    """Give the port of a server that hands each connection's head to `answer`."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    with line:
                        head = b""
                        while not head.endswith(b"\r\n\r\n"):
                            head += line.recv(1)
                        answer(line, head)

        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def visit(port: int) -> Any:
    return INSIDE["Visit"]("127.0.0.1", port, "/page")


def read(line: socket.socket, count: int) -> bytes:
    got = b""
    while len(got) < count and (more := line.recv(count - len(got))):
        got += more
    return got


def test_a_form_is_signed_slowly_and_answered() -> None:
    heads: list[bytes] = []
    bodies: list[bytes] = []

    def answer(line: socket.socket, head: bytes) -> None:
        heads.append(head)
        if head.startswith(b"GET"):
            line.sendall(NOT_FOUND if b"/page" in head else FORM_PAGE)
            return
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0])
        bodies.append(read(line, length))
        line.sendall(PAGE)

    with server(answer) as port:
        assert visit(port).ask(0) == "answered"
    assert [head.split(b" HTTP")[0] for head in heads] == [
        b"GET /page",
        b"GET /sign/",
        b"POST /sign/",
    ]
    assert b"Cookie: csrftoken=xyz\r\n" in heads[2]
    assert bodies[0].startswith(b"token=abc&name=Slow&message=A+visitor+on+a+slow+line.&slow=x")


def test_a_site_that_takes_one_at_a_time_has_one_in_flight(
    capsys: pytest.CaptureFixture[str],
) -> None:
    asked = []

    def answer(line: socket.socket, head: bytes) -> None:
        if head.startswith(b"GET"):
            line.sendall(FORM_PAGE)
            return
        asked.append(head)
        if len(asked) > 10:
            return
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        read(line, int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0]))
        line.sendall(PAGE)

    with server(answer) as port:
        made = visit(port)
        made.run()
    assert made.count == {"answered": 10, "lost": 0, "refused": made.visitors}
    assert capsys.readouterr().out == "in flight\n"


def test_an_accepted_request_without_an_answer_is_lost() -> None:
    def answer(line: socket.socket, head: bytes) -> None:
        if head.startswith(b"GET"):
            line.sendall(FORM_PAGE)
            return
        line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        read(line, 5)

    with server(answer) as port:
        assert visit(port).ask(0) == "lost"


def test_half_an_answer_is_lost_too() -> None:
    def answer(line: socket.socket, head: bytes) -> None:
        line.sendall(NOT_FOUND if b"/sign/" in head else PAGE[:-1])

    with server(answer) as port:
        made = visit(port)
        assert made.ask(0) == "lost"


def test_a_connection_that_nobody_took_is_refused() -> None:
    def answer(line: socket.socket, head: bytes) -> None:
        if head.startswith(b"GET"):
            line.sendall(FORM_PAGE)

    with server(answer) as port:
        made = visit(port)
        assert made.ask(0) == "refused"
    assert made.ask(0) == "refused"


def test_without_a_form_a_plain_page_is_asked_for_by_one_visitor(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(line: socket.socket, head: bytes) -> None:
        line.sendall(NOT_FOUND if b"/sign/" in head else PAGE)

    with server(answer) as port:
        made = visit(port)
        assert made.visitors == 1
        monkeypatch.setitem(INSIDE, "LIMIT_SECONDS", 0.2)
        made.run()
    assert made.count["lost"] == 0
    assert made.count["answered"] > 0
    assert capsys.readouterr().out == "in flight\n"


def test_pieces_are_the_whole() -> None:
    for length in (1, 9, 10, 11, 99, 101):
        cut = INSIDE["pieces"](b"x" * length)
        assert b"".join(cut) == b"x" * length
        assert len(cut) <= 10


class Here:
    """An engine in memory whose sites answer at a port; each stop ends with the next exit code."""

    def __init__(self, port: int, *stops: tuple[int, int]) -> None:
        self.codes, self.lost = (list(column) for column in zip(*stops, strict=True))
        self.port = port
        self.engine = MemoryEngine(self._runs)

    def _runs(self, _image: str, how: Start) -> Program:
        if how.entrypoint is not None:
            return printed("in flight\n" + json.dumps({"lost": self.lost.pop(0)}))
        return Program(self.port, exit_code=self.codes.pop(0))

    def subject(self, *, samples: int, answered: bool = True) -> Any:
        return SimpleNamespace(
            engine=self.engine,
            answered=answered,
            samples=samples,
            lab=SimpleNamespace(slug="tiny", serve=Serve(port=80)),
            variant="good",
            run_id="run-1",
            image=SimpleNamespace(id="sha256:1"),
            how=Start(),
        )


@pytest.fixture
def port() -> Iterator[int]:
    with site(lambda _: (200, b"the page")) as found:
        yield found


def test_the_most_lost_counts_and_every_second(port: int) -> None:
    here = Here(port, (0, 0), (0, 2), (0, 1))
    found = stop.probe(here.subject(samples=3))
    assert found.values == {"stop_exit_code": 0, "requests_lost": 2}
    assert len(found.timings["stop_seconds"].samples) == 3
    # Site and client are on one network, and all of it goes.
    assert {one.how.network for one in here.engine.started} == {"net of run-1"}
    assert here.engine.started[0].how.alias == "site"
    assert here.engine.programs == {}
    assert here.engine.did.count("network gone") == 3


def test_two_exit_codes_are_no_measure(port: int) -> None:
    with pytest.raises(UnsteadyMeasure, match="0, 137"):
        stop.probe(Here(port, (0, 0), (137, 2)).subject(samples=2))


def test_one_that_must_be_killed_is_one_sample(port: int) -> None:
    here = Here(port, (137, 4), (137, 3))
    found = stop.probe(here.subject(samples=2))
    assert found.values == {"stop_exit_code": 137, "requests_lost": 4}
    assert len(found.timings["stop_seconds"].samples) == 1
    assert here.engine.did.count("network gone") == 1


def test_what_did_not_answer_has_no_measure(port: int) -> None:
    here = Here(port, (0, 0))
    assert stop.probe(here.subject(samples=2, answered=False)).values == {}
    assert here.engine.did == []


def test_a_client_that_does_not_start_or_says_nothing_is_told(port: int) -> None:
    here = Here(port, (0, 0))
    runs = here.engine.runs
    for client, says in (
        (EngineRefused('exec: "python3": not found'), "does not start"),
        (printed("no visitors"), "started no requests. Its last lines:\nno visitors"),
        (printed("in flight\n"), "did not report what happened to its requests"),
    ):
        here.codes = [0]
        here.engine.runs = lambda image, how, client=client: (  # type: ignore[misc]
            client if how.entrypoint is not None else runs(image, how)
        )
        with pytest.raises(CommandFailed, match=re.escape(says)):
            stop.probe(here.subject(samples=1))
        assert here.engine.programs == {}
