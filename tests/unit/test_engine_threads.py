"""An engine that threads share, that is interrupted, and that is on another machine."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from socket_engine import CONTAINER, Asked, SocketEngine, running

from advices.core import EngineElsewhere, NotebookFailed
from advices.core.process import clock, poll, run
from advices.core.threads import ahead, at_once
from advices.engine import connection
from advices.engine.client import DockerEngine, connect
from advices.engine.records import Container, Image

MADE = Container(CONTAINER["Id"], "made", "running")
ONE = f"/containers/{MADE.id}"


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SocketEngine]:
    with running(tmp_path) as (made, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        yield made


def test_the_next_call_runs_while_one_is_used() -> None:
    begun = [threading.Event() for _ in range(3)]

    def call(number: int) -> int:
        begun[number].set()
        return number

    used = []
    for number in ahead([partial(call, number) for number in range(3)]):
        used.append(number)
        assert begun[min(number + 1, 2)].wait(10)
        # And no more than that one.
        assert number or not begun[2].is_set()
    assert used == [0, 1, 2]
    assert list(ahead([])) == []


def test_what_a_call_raises_comes_in_its_turn() -> None:
    calls = ahead([lambda: 1, lambda: int("one"), lambda: 3])
    assert next(calls) == 1
    with pytest.raises(ValueError, match="one"):
        next(calls)


def test_each_thread_has_a_client_of_its_own(asked: SocketEngine) -> None:
    engine, both = DockerEngine(), threading.Barrier(2)
    versions = len(asked.of("GET /version"))

    def work() -> int:
        both.wait(10)
        client = engine._docker
        assert client is engine._docker, "one for all that a thread asks"
        engine.running(MADE)
        both.wait(10)
        return id(client)

    found = at_once({"one": work, "two": work}, workers=2)
    assert len({*found.values(), id(engine._docker)}) == 3
    lines = [one.client for one in asked.of(f"GET {ONE}/json")]
    assert len(set(lines)) == 2, "two threads never speak on one line"
    assert len(asked.of("GET /version")) == versions, "which API it speaks is known"


def test_the_client_of_a_thread_that_ended_goes_with_it(asked: SocketEngine) -> None:
    engine = DockerEngine()
    for _ in range(3):
        at_once({"one": lambda: engine.running(MADE)}, workers=1)
    gc.collect()
    assert len(engine._clients._all) == 1


def test_all_lines_are_closed_at_the_end(asked: SocketEngine) -> None:
    engine, closed = DockerEngine(), []
    client: Any = engine._docker
    close = client.close
    client.close = lambda: closed.append(close())
    engine.close()
    engine.close()
    assert closed == [None]


def interrupted(asks: Callable[[], object], begun: threading.Event) -> float:
    """Return how many seconds work took to end whose neighbour failed while it asked."""

    def fails() -> None:
        assert begun.wait(10)
        raise NotebookFailed("it broke")

    started = clock()
    with pytest.raises(NotebookFailed):
        at_once({"asks": asks, "fails": fails}, workers=2)
    return clock() - started


@pytest.fixture
def silence() -> Iterator[tuple[threading.Event, Callable[[Asked], bytes]]]:
    """Return an event that tells of a request, and an answer that does not come."""
    begun, over = threading.Event(), threading.Event()

    def answer(_: Asked) -> bytes:
        begun.set()
        over.wait(30)
        return b""

    yield begun, answer
    over.set()


Silence = tuple[threading.Event, Callable[[Asked], bytes]]


@pytest.mark.parametrize(
    ("what", "asks"),
    [
        ("POST /images/create", lambda engine: engine.pull("python:3.14")),
        ("GET /images/get", lambda engine: list(engine.saved([Image("sha256:1")]))),
    ],
)
def test_a_silent_engine_keeps_no_interrupt_waiting(
    what: str, asks: Callable[[DockerEngine], object], asked: SocketEngine, silence: Silence
) -> None:
    begun, answer = silence
    asked.answer(what, answer)
    engine = DockerEngine()
    assert interrupted(lambda: asks(engine), begun) < 5


def test_a_pull_that_goes_on_and_on_is_left(asked: SocketEngine) -> None:
    begun, left = threading.Event(), threading.Event()

    def layers(_: Asked) -> Iterator[bytes]:
        try:
            for _ in poll(30, every_seconds=0.01):
                begun.set()
                yield b'{"status": "Downloading"}\r\n'
        finally:
            left.set()

    asked.answer("POST /images/create", layers)
    engine = DockerEngine()
    assert interrupted(lambda: engine.pull("python:3.14"), begun) < 5
    assert left.wait(5), "the engine hears that nobody waits for it any more"


@pytest.mark.parametrize(
    ("what", "asks"),
    [
        (f"POST {ONE}/stop", lambda engine: engine.stop(MADE)),
        ("POST /exec/e/start", lambda engine: engine.exec_output(MADE, ["sleep"])),
    ],
)
def test_who_waits_for_a_container_is_freed_by_its_end(
    what: str, asks: Callable[[DockerEngine], object], asked: SocketEngine
) -> None:
    begun, killed = threading.Event(), threading.Event()

    def waits(_: Asked) -> bytes:
        begun.set()
        assert killed.wait(10)
        return b""

    def kill(_: Asked) -> bytes:
        killed.set()
        return b""

    asked.answer(f"POST {ONE}/exec", {"Id": "e"})
    asked.answer("GET /exec/e/json", {"ExitCode": 137})
    asked.answer(what, waits)
    asked.answer(f"POST {ONE}/kill", kill)
    engine = DockerEngine()
    assert interrupted(lambda: asks(engine), begun) < 5


@pytest.mark.parametrize("deaf", [False, True])
def test_a_program_ends_with_all_that_it_started(
    deaf: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("advices.core.process.GRACE_SECONDS", 0.2)
    pids = tmp_path / "pids"
    trap = "trap '' TERM; " if deaf else ""
    script = f"{trap}sleep 60 & echo $! $$ > {pids}; wait; wait"

    def fails() -> None:
        assert any(pids.exists() for _ in poll(10))
        raise NotebookFailed("it broke")

    started = clock()
    with pytest.raises(NotebookFailed):
        at_once({"runs": lambda: run(["sh", "-c", script]), "fails": fails}, workers=2)
    assert clock() - started < 5
    for pid in pids.read_text().split():
        assert any(not _runs(pid) for _ in poll(5)), f"process {pid} outlives its end"


def test_a_daemon_outlives_the_program_that_started_it(tmp_path: Path) -> None:
    # As an engine does that `advices engine start` has started.
    pid = tmp_path / "pid"
    program = (
        "from pathlib import Path; from advices.core import spawn_daemon; import time\n"
        f"pid = spawn_daemon(['sleep', '60'], Path({str(tmp_path / 'log')!r}))\n"
        f"Path({str(pid)!r}).write_text(str(pid)); time.sleep(60)\n"
    )

    def fails() -> None:
        assert any(pid.exists() and pid.read_text() for _ in poll(10))
        raise NotebookFailed("it broke")

    with pytest.raises(NotebookFailed):
        at_once({"runs": lambda: run([sys.executable, "-c", program]), "fails": fails}, workers=2)
    assert _runs(pid.read_text())
    os.kill(int(pid.read_text()), signal.SIGKILL)


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_ctrl_c_ends_a_command_that_pulls_in_a_thread(
    asked: SocketEngine, silence: Silence, tmp_path: Path
) -> None:
    begun, answer = silence
    asked.answer("POST /images/create", answer)
    program = (
        "from advices.core import at_once\n"
        "from advices.engine import connect\n"
        "engine = connect()\n"
        "at_once({'x': lambda: engine.pull('python:3.14')}, workers=1)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=dict(os.environ), stderr=subprocess.PIPE, text=True
    )
    assert begun.wait(20)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    assert "KeyboardInterrupt" in error


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("unix:///var/run/docker.sock", True),
        ("npipe:////./pipe/docker_engine", True),
        ("tcp://127.0.0.1:2375", True),
        ("tcp://localhost:2375", True),
        ("127.0.0.1:2375", True),
        ("192.0.2.7:2376", False),
        ("http://127.0.0.1:2375", True),
        # Addresses and names for documentation, which nobody has.
        ("tcp://192.0.2.7:2376", False),
        ("tcp://engine.invalid:2376", False),
        ("ssh://somebody@engine.invalid", False),
    ],
)
def test_an_engine_is_here_where_its_address_is_one_of_this_machine(
    address: str, here: bool
) -> None:
    assert connection.is_here(address) == here


def test_an_engine_elsewhere_may_be_asked_and_not_measured_on(
    asked: SocketEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = DockerEngine()
    engine.must_be_here()
    engine.address = "tcp://192.0.2.7:2376"
    with pytest.raises(EngineElsewhere, match=r"at tcp://192\.0\.2\.7:2376 is on another machine"):
        engine.must_be_here()


def test_an_engine_behind_ssh_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "ssh://somebody@engine.invalid")
    with pytest.raises(EngineElsewhere) as raised:
        connect()
    assert raised.value.exit_code == 38
    assert "on that machine" in raised.value.next_step
