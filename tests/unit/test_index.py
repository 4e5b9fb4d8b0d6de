"""The caching index on this host: how long it lives, what is not ours, how builds use it."""
# ruff: noqa: F401, F811  # the fixtures `_plain_host` and `port` are imported

from __future__ import annotations

import contextlib
import hmac
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_sites import site
from plain_host import HERE, RUN, FakeEngine, _plain_host, port, prints

from advices.core import PortTaken, poll
from advices.packages import index_service, proxy

Answer = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    """Return a function that lets somebody else answer at the index's port."""
    with contextlib.ExitStack() as ends:

        def start(answer: Answer) -> None:
            monkeypatch.setattr(index_service, "PORT", ends.enter_context(site(answer)))

        yield start


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_index_lives_as_long_as_somebody_needs_it(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # No proxy may stand between.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with index_service.caching_index(HERE, None):
        pid = index_service._pid(HERE)
        assert pid is not None and alive(pid)
        command = subprocess.check_output(["ps", "-o", "args=", "-p", str(pid)], text=True)
        token = index_service._token_file(HERE)
        assert token.read_text() not in command
        assert stat.S_IMODE(token.stat().st_mode) == 0o600
        # A run with a state of its own shares it.
        monkeypatch.setenv("XDG_STATE_HOME", "elsewhere")
        with index_service.caching_index(HERE, None):
            assert index_service._pid(HERE) == pid
        assert index_service._pid(HERE) == pid
    assert not alive(pid)
    assert index_service._pid(HERE) is None
    assert not token.exists()


HOLDS = """
import sys, threading
from advices.packages import index_service
index_service.PORT = int(sys.argv[1])
with index_service.caching_index("127.0.0.1", None):
    print(index_service._pid("127.0.0.1"), flush=True)
    threading.Event().wait()
"""


@pytest.mark.parametrize("shared", [True, False])
def test_the_index_of_a_run_that_was_killed_ends_when_nobody_else_needs_it(
    port: int, shared: bool
) -> None:
    run = subprocess.Popen([sys.executable, "-c", HOLDS, str(port)], stdout=subprocess.PIPE)
    with run, contextlib.ExitStack() as held:
        assert run.stdout is not None
        pid = int(run.stdout.readline())
        if shared:
            held.enter_context(index_service.caching_index(HERE, None))
        run.kill()
        run.wait()
        if not shared:
            for _ in poll(60):
                if not alive(pid):
                    break
            else:
                pytest.fail("it lives on")
        else:
            assert index_service._pid(HERE) == pid
    assert not alive(pid)


def test_two_builds_of_a_session_have_one_index(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    engine, pids = FakeEngine(HERE), []
    with proxy.kept_for_builds(engine, RUN):
        for _ in range(2):
            with proxy.for_builds(engine):
                pids.append(index_service._pid(HERE))
    assert pids[0] is not None and pids[0] == pids[1]
    assert not alive(pids[0])


def test_an_index_that_is_too_busy_to_answer_is_not_replaced(port: int) -> None:
    with index_service.caching_index(HERE, None):
        pid = index_service._pid(HERE)
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        # Longer than anybody waits for its answer.
        waking = threading.Timer(6, os.kill, (pid, signal.SIGCONT))
        waking.start()
        with index_service.caching_index(HERE, None):
            assert index_service._pid(HERE) == pid
        waking.join()
        assert index_service._pid(HERE) == pid
    assert not alive(pid)


ELSE: dict[str, Answer] = {
    "says yes to all": lambda _: (200, b"yes"),
    "says nothing": lambda _: (200, b""),
    "knows no such page": lambda _: (404, b""),
    "knows an empty token": lambda path: (
        200,
        b"1 " + hmac.digest(b"", f"{path.rpartition('/')[2]} 1".encode(), "sha256").hex().encode(),
    ),
    "names a process": lambda _: (200, f"{os.getpid()} {'0' * 64}".encode()),
    "answers in no text": lambda _: (200, b"\xff" * 300),
}


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("name", ELSE)
def test_what_else_answers_is_not_ours(
    name: str, left: bool, answering: Callable[[Answer], None]
) -> None:
    answering(ELSE[name])
    if left:
        # What a run that was killed left.
        index_service.service_folder().mkdir(parents=True)
        index_service._token_file(HERE).write_text("token")
    taken = pytest.raises(PortTaken, match="something else uses port")
    with taken, index_service.caching_index(HERE, None):
        pytest.fail("entered")
    # Nothing is stopped either: not the process that it names.
    index_service.stop(HERE)


def test_what_speaks_no_http_is_not_ours(port: int) -> None:
    def talk() -> None:
        for _ in range(2):
            with listening.accept()[0] as one:
                one.recv(1000)
                one.sendall(b"SSH-2.0-x\r\n")

    with socket.create_server((HERE, port)) as listening:
        thread = threading.Thread(target=talk)
        thread.start()
        taken = pytest.raises(PortTaken, match="something else")
        with taken, index_service.caching_index(HERE, None):
            pytest.fail("entered")
        thread.join()


def test_builds_of_another_host_find_an_index(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    with proxy.for_builds(FakeEngine(HERE)):
        assert index_service._pid(HERE) is not None


@pytest.mark.parametrize("end", ["", "/"])
def test_an_index_is_found_with_a_slash_at_its_end_and_without(
    end: str, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = b'<a href="made-1.0-py3-none-any.whl">made-1.0-py3-none-any.whl</a>'
    with site(lambda path: (200, page) if path.startswith("/simple/made") else (404, b"")) as at:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://{HERE}:{at}/simple{end}")
        with proxy.to_fetch_from(FakeEngine(HERE)) as url:
            asks = urllib.request.Request(f"{url}/made/", headers={"Accept": "text/html"})
            with urllib.request.urlopen(asks, timeout=30) as answer:
                assert b"made-1.0-py3-none-any.whl" in answer.read()


def test_the_index_goes_out_by_what_pips_file_alone_says(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hub starts servers of accounts without a login: no shell has set a variable for them."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    prints(monkeypatch, "global.cert='/ca.pem'\nglobal.proxy='http://127.0.0.1:9'\n")
    monkeypatch.setenv("CURL_CA_BUNDLE", "/what/was/said.pem")
    with proxy.for_builds(FakeEngine(HERE)):
        pid = index_service._pid(HERE)
        env = Path(f"/proc/{pid}/environ").read_text("utf-8").split("\0")
    assert {
        "REQUESTS_CA_BUNDLE=/ca.pem",
        "CURL_CA_BUNDLE=/what/was/said.pem",
        "HTTPS_PROXY=http://127.0.0.1:9",
    } <= set(env)


def test_nothing_to_stop(port: int) -> None:
    index_service.stop(HERE)
