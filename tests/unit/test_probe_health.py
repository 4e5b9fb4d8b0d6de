"""The probe `health`: states and slow visitors, on an engine in memory."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import itertools
import json
import socket
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from container_programs import Program
from local_sites import serving
from memory_engine import MemoryEngine

from advices.engine.records import Check, State, state_of
from advices.engine.start import HARDENED, Checking, Start, options
from advices.lab.model import Serve
from advices.probes import health

TASKS = json.dumps(
    {"tasks": 3, "rest_bytes": 10, "worker_bytes": 4, "limit_bytes": None, "peak_bytes": None}
)
CHECKED = {"Healthcheck": {"Test": ["CMD", "check"], "Timeout": 2_000_000_000}}


def says(*states: str) -> Callable[[], str]:
    """Return what says these states, one each time, and then the last again and again."""
    left = itertools.chain(states, itertools.repeat(states[-1]))
    return lambda: next(left)


class Here:
    """An engine in memory with a site; `soon` and `often` are what its two containers say.

    The second is the one that is checked more often than its image says.
    """

    def __init__(
        self,
        port: int,
        config: dict[str, Any],
        soon: Callable[[], str] = str,
        often: Callable[[], str] = str,
    ) -> None:
        self.config, self.port, self.soon, self.often = config, port, soon, often
        self.engine = MemoryEngine(self._runs)

    def _runs(self, _image: str, how: Start) -> Program:
        says_now = self.soon if how.checking is None else self.often
        checks = (Check(1, 9.0), Check(0, 0.25)) if health.is_checked(self.config) else ()
        return Program(self.port, health=says_now, checks=checks, answers=lambda _: TASKS)

    def found(self, *, answered: bool = True) -> Any:
        return health.probe(
            SimpleNamespace(  # type: ignore[arg-type]
                engine=self.engine,
                answered=answered,
                lab=SimpleNamespace(slug="tiny", serve=Serve(port=80)),
                variant="good",
                run_id="run-1",
                image=SimpleNamespace(id="sha256:1", config=self.config),
                how=Start(),
            )
        )


@pytest.fixture
def port() -> Iterator[int]:
    """Give the port of a site with a thread for each visitor, slow ones too."""

    class Site(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with contextlib.suppress(OSError):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"the page")

        def log_message(self, *_: object) -> None:
            pass

    with serving(Site) as there:
        yield there


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the probe wait for no more than a moment."""
    monkeypatch.setattr(health, "_SOON_SECONDS", 0.5)
    monkeypatch.setattr(health, "_GRACE_SECONDS", -4.5)


def test_a_check_is_asked_soon_and_while_it_hangs(port: int) -> None:
    here = Here(
        port,
        CHECKED,
        says("starting", "healthy"),
        says("starting", "healthy", "healthy", "unhealthy"),
    )
    found = here.found()
    assert found.values == {
        "health": "healthy",
        "health_hung": "unhealthy",
        # This site has a thread for every visitor.
        "answers_hung": True,
        "tasks": 3,
    }
    # The time of checks that found the container well.
    assert found.timings["check_seconds"].samples == (0.25,)
    asked = [one.how.checking for one in here.engine.started]
    assert sorted(asked, key=str) == [Checking(0.5, 2.0, 2), None]
    assert here.engine.programs == {}


def test_a_check_that_notices_nothing_and_one_that_never_was_healthy(
    port: int, patience: None
) -> None:
    blind = Here(port, CHECKED, says("healthy"), says("healthy")).found()
    assert blind.values["health_hung"] == "healthy"
    wrong = Here(port, CHECKED, says("starting"), says("unhealthy")).found()
    assert (wrong.values["health"], wrong.values["health_hung"]) == ("starting", "never healthy")


@pytest.mark.parametrize("config", [{}, {"Healthcheck": {"Test": ["NONE"]}}])
def test_without_a_check_nobody_waits(port: int, config: dict[str, Any]) -> None:
    here = Here(port, config)
    found = here.found()
    assert (found.values["health"], found.values["health_hung"]) == ("no check", "no check")
    assert [one.how.checking for one in here.engine.started] == [None]
    assert found.timings == {}


def send_slow_visitors(listener: socket.socket, lines: contextlib.ExitStack) -> None:
    """Let one wave of slow visitors come to a container that listens here."""
    port = listener.getsockname()[1]
    engine = MemoryEngine(lambda _image, _how: Program(port))
    subject: Any = SimpleNamespace(engine=engine, lab=SimpleNamespace(serve=Serve(port=80)))
    health._slow_visitors(subject, engine.start("image", run_id="run-1"), lines)


def test_a_server_whose_only_thread_waits_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)
        closing: list[socket.socket] = []
        with contextlib.ExitStack() as lines:
            send_slow_visitors(listener, lines)
            line, _ = listener.accept()
            closing.append(line)
            assert line.recv(100) == b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow"
        closing[0].close()


def test_a_site_that_takes_no_more_lines_has_enough() -> None:
    full = socket.create_server(("127.0.0.1", 0), backlog=0)
    with full as listener, contextlib.ExitStack() as lines:
        send_slow_visitors(listener, lines)


def test_slow_visitors_come_in_waves_until_the_page_stays_away() -> None:
    """One process may take a whole wave while another still answers."""
    held: list[socket.socket] = []

    def serve(listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                line, _ = listener.accept()
                if line.recv(1000).endswith(b"X-Slow"):
                    held.append(line)
                    continue
                if len(held) <= health.SLOW_VISITORS:
                    line.sendall(b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n")
                line.close()

    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        found = Here(listener.getsockname()[1], {}).found()
        listener.shutdown(socket.SHUT_RDWR)
    for line in held:
        line.close()
    assert found.values["answers_hung"] is False
    assert len(held) == 2 * health.SLOW_VISITORS


def test_what_did_not_answer_has_no_measure(port: int) -> None:
    here = Here(port, CHECKED)
    assert here.found(answered=False).values == {}
    assert here.engine.started == []


def test_a_check_without_a_patience_gets_some_seconds() -> None:
    assert health.checking_of({"Healthcheck": {"Test": ["CMD", "x"]}}).timeout_seconds == 3.0


def test_a_state_is_read_as_the_engine_tells_it() -> None:
    log = [
        {
            "Start": "2026-11-29T07:43:26.895123456Z",
            "End": "2026-11-29T07:43:27.095123456Z",
            "ExitCode": 0,
        }
    ]
    told = {"Status": "running", "ExitCode": 0, "OOMKilled": True}
    assert state_of(told) == State(True, out_of_memory=True)
    assert state_of({**told, "Health": {"Status": "none"}}).health == ""
    checked = state_of({**told, "Health": {"Status": "healthy", "Log": log}})
    assert (checked.health, checked.checks) == (
        "healthy",
        (Check(0, 0.2, "2026-11-29T07:43:26.895123456Z"),),
    )


def test_a_start_says_how_to_check_and_what_lies_in_memory() -> None:
    said = options(Start(tmpfs=("/tmp", "/run"), checking=Checking(1.0, 2.5, 2)))
    assert said["tmpfs"] == {"/tmp": "", "/run": ""}
    assert said["healthcheck"] == {
        "interval": 1_000_000_000,
        "timeout": 2_500_000_000,
        "retries": 2,
        "start_period": 1_000_000,
    }
    assert not {"tmpfs", "healthcheck"} & options(Start()).keys()


def test_checks_that_say_the_same_four_times_will_not_change(port: int) -> None:
    """A check that notices nothing costs four of its runs, not the whole patience."""
    number = itertools.count()
    engine = MemoryEngine(lambda _image, _how: Program(port, health=lambda: "healthy"))
    state = engine.state

    def well(container: Any) -> State:
        ran = next(number)
        checks = tuple(Check(0, 0.1, str(one)) for one in range(max(0, ran - 4), ran + 1))
        return dataclasses.replace(state(container), checks=checks)

    engine.state = well  # type: ignore[method-assign]
    container = engine.start("image", run_id="run-1")
    subject: Any = SimpleNamespace(engine=engine)
    found = health._waits_for(subject, container, "unhealthy", Checking(0.5, 3.0, 2))
    assert found.health == "healthy"
    assert next(number) == 5  # one before, then until four are new


def test_a_thread_for_each_slow_visitor_is_allowed() -> None:
    """Else a server that hangs for nobody would be said to hang, by the chance of who came last."""
    assert HARDENED.processes - 50 > health.SLOW_VISITORS * health.WAVES
