"""What a start shows: the first answer, who PID 1 is, and what a silent container says."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError

from advices.core.errors import NeverAnswered
from advices.engine.start import HARDENED, Start
from advices.lab.model import AnotherStart, Lab, Serve, Variant
from advices.probes import startup
from advices.probes.startup import Answer, Image
from advices.results.record import Boot

STATUS = "Name:\tx\nUid:\t1000\t1001\t1002\t1003\nCapEff:\t00000000a80425fb\n"


def answer(status: int = 200, body: bytes = b"x", **headers: str) -> str:
    pairs = {"Server": "y", "Date": "1", "Set-Cookie": "token=1", **headers}
    return Answer(status, tuple(pairs.items()), body).digest()


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"Date": "2"}, True),
        ({"Set-Cookie": "token=2"}, True),
        ({"status": 404}, False),
        ({"body": b"y"}, False),
        ({"Server": "z"}, False),
        ({"X-Frame-Options": "DENY"}, False),
        ({"Last-Modified": "1"}, False),
    ],
)
def test_two_answers_are_alike_but_for_clock_and_cookies(
    change: dict[str, Any], same: bool
) -> None:
    assert (answer(**change) == answer()) == same


def test_the_order_and_case_of_headers_do_not_matter() -> None:
    one = Answer(200, (("A", "1"), ("B", "2"), ("DATE", "3"), ("set-cookie", "4")), b"")
    assert one.digest() == Answer(200, (("B", "2"), ("A", "1")), b"").digest()


class Site(http.server.BaseHTTPRequestHandler):
    """Answers each path with the status that it names."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()
        self.wfile.write(b"the page")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        thread = threading.Thread(target=site.serve_forever, args=(0.01,))
        thread.start()
        yield site.server_port
        site.shutdown()
        thread.join()


class FakeEngine:
    """An engine whose containers are one local port, or end at once."""

    def __init__(self, port: int | None, *, status: str | None = STATUS) -> None:
        self.port, self.status = port, status
        self.started: list[tuple[str, int, Start]] = []
        self.removed: list[object] = []
        self.fault: Exception | None = None

    def start(self, image: str, *, run_id: str, port: int, how: Start) -> object:
        if self.fault:
            raise self.fault
        self.started.append((image, port, how))
        return "container"

    def published_port(self, *_: object) -> int | None:
        return self.port

    def running(self, _: object) -> bool:
        return self.port is not None

    def last_lines(self, _: object) -> str:
        return "the end"

    def exec_output(self, _: object, argv: list[str]) -> str | None:
        return self.status if argv[0] == "python3" else None

    def remove_container(self, container: object) -> None:
        self.removed.append(container)


def image(engine: FakeEngine, path: str = "/200", timeout_seconds: float = 0.6) -> Image:
    lab = Lab(
        slug="tiny",
        folder=Path(),
        title="",
        advice="",
        context=Path(),
        serve=Serve(port=80, path=path, timeout_seconds=timeout_seconds),
        variants={n: Variant(dockerfile=n, says="") for n in ("bad", "good")},
        claims=(),
    )
    return Image(engine, lab, "sha256:1", "good", "run-1")  # type: ignore[arg-type]


def test_the_first_page_is_recorded_and_the_container_goes(port: int) -> None:
    engine = FakeEngine(port)
    found = startup.first_page(image(engine))
    assert (found.answered, found.status, found.uid, found.capabilities) == (True, 200, 1000, 14)
    assert found.first_200 is not None
    assert engine.started == [("sha256:1", 80, HARDENED)]
    assert engine.removed == ["container"]


@pytest.mark.parametrize(
    ("engine", "says"),
    [
        (FakeEngine, r"within 1 s \(HTTP 404\)"),
        (lambda _: FakeEngine(None), r"\(the container ended\)\. Its last lines:\nthe end"),
        (lambda _: FakeEngine(1), r"\(ConnectionRefusedError: "),
    ],
)
def test_a_page_that_does_not_come(
    engine: Callable[[int], FakeEngine], says: str, port: int
) -> None:
    made = engine(port)
    with pytest.raises(NeverAnswered, match=says) as raised:
        startup.first_page(image(made, "/404"))
    assert "`good` did not answer HTTP 200 at /404 on port 80" in raised.value.what
    assert made.removed == ["container"]


def test_a_container_that_cannot_be_started_is_told() -> None:
    engine = FakeEngine(1)
    engine.fault = APIError("400", explanation='exec: "gone": not found')
    with pytest.raises(NeverAnswered, match='`good` could not be started: exec: "gone"'):
        startup.first_page(image(engine))
    assert startup.another_start(image(engine), AnotherStart(says="")) == Boot(answered=False)


def test_a_container_that_does_not_tell_its_pid_1(port: int) -> None:
    engine = FakeEngine(port, status=None)
    with pytest.raises(NeverAnswered, match="no way to read its PID 1"):
        startup.first_page(image(engine))
    assert engine.removed == ["container"]


@pytest.mark.parametrize(
    ("start", "answered", "status"),
    [
        ({}, True, 200),
        ({"path": "/404"}, False, 404),
        ({"path": "/404", "status": 404}, True, 404),
        ({"status": 404}, False, 200),
        ({"path": "/503", "status": 503}, True, 503),
    ],
)
def test_the_first_answer_to_another_start_counts_whatever_it_is(
    port: int, start: dict[str, Any], answered: bool, status: int
) -> None:
    found = startup.another_start(image(FakeEngine(port)), AnotherStart(says="", **start))
    assert (found.answered, found.status) == (answered, status)


def test_no_answer_to_another_start_is_a_result() -> None:
    assert startup.another_start(image(FakeEngine(None)), AnotherStart(says="")) == Boot(
        answered=False
    )


def test_another_start_is_started_as_it_says(port: int) -> None:
    engine = FakeEngine(port)
    how: dict[str, Any] = {"env": {"A": "1"}, "user": "1:2", "read_only": True}
    start = AnotherStart(says="", port=81, default_capabilities=True, **how)
    startup.another_start(image(engine), start)
    assert engine.started == [("sha256:1", 81, Start(default_capabilities=True, **how))]


STARTS = {
    "one": AnotherStart(says="", env={"A": "1"}),
    "two": AnotherStart(says="", env={"A": "2"}),
    "plain": AnotherStart(says="", read_only=True),
}


@pytest.mark.parametrize(
    ("digests", "wanted"),
    [
        ({"one": "x", "two": "y", "plain": "z"}, 2),
        ({"one": "x", "two": "x", "plain": "z"}, 1),
        # What did not answer did not behave in another way.
        ({"one": "x", "two": None, "plain": "z"}, 1),
        ({"one": None, "two": None, "plain": "z"}, None),
        # A mistake is started only as its claims need it.
        ({"one": "x"}, None),
        ({}, None),
    ],
)
def test_behaviours_are_the_different_answers_of_starts_with_an_environment(
    digests: dict[str, str | None], wanted: int | None
) -> None:
    lab = image(FakeEngine(1)).lab.model_copy(update={"starts": STARTS})
    boots = {name: Boot(answered=bool(d), answer_digest=d) for name, d in digests.items()}
    assert startup.behaviours(lab, boots) == wanted


def test_starts_without_an_environment_show_no_behaviours() -> None:
    plain = {"plain": STARTS["plain"]}
    lab = image(FakeEngine(1)).lab.model_copy(update={"starts": plain})
    assert startup.behaviours(lab, {"plain": Boot(answered=True, answer_digest="x")}) is None
