"""pip in builds: when a caching index is wanted, and how a build finds it."""

from __future__ import annotations

import configparser
import contextlib
import hmac
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import tomllib
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from container_programs import Program
from local_sites import site
from memory_engine import FACTS, MemoryEngine

from advices.core import BaseUnavailable, CommandFailed, PackageMissing, PortTaken, poll
from advices.core.process import Finished
from advices.engine import EngineFacts
from advices.packages import index_service, proxy, settings

VARIABLES = (*proxy._CA_VARIABLES, *proxy._INDEX_VARIABLES)


@pytest.fixture(autouse=True)
def _plain_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this host one without settings of its own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    prints(monkeypatch, "")
    # What it says is asked, wherever these tests run.
    monkeypatch.setenv("PIP_CONFIG_FILE", "/etc/pip-of-the-test.conf")
    proxy._read.cache_clear()
    yield
    proxy._read.cache_clear()


def prints(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let every program print this."""
    monkeypatch.setattr(proxy, "run", lambda *_, **__: Finished(0, text, ""))


def test_a_plain_host_has_no_settings() -> None:
    assert proxy.host_settings() == ()


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_counts(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert proxy.host_settings() == (name,)
    monkeypatch.setenv(name, "")
    assert proxy.host_settings() == ()


@pytest.mark.parametrize(
    ("listed", "found"),
    [
        ("global.index-url='https://x.example/simple'\n", ("pip's global.index-url",)),
        ("install.cert='/etc/ca.pem'\n", ("pip's install.cert",)),
        ("global.proxy='http://p'\nglobal.timeout='9'\n", ("pip's global.proxy",)),
        ("global.timeout='9'\nglobal.no-color='cert'\n", ()),
        # pip repeats the environment, which was asked before.
        (":env:.cert='/etc/ca.pem'\n:env:.index-url='x'\n", ()),
        ("\n", ()),
    ],
)
def test_pip_settings_count(
    listed: str, found: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    prints(monkeypatch, listed)
    assert proxy.host_settings() == found


def test_pip_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    prints(monkeypatch, "global.proxy='http://p'\n")
    assert proxy.host_settings() == ("pip's global.proxy",)
    prints(monkeypatch, "")
    assert proxy.host_settings() == ("pip's global.proxy",)


def test_pip_is_asked_only_where_it_may_have_settings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def found() -> tuple[str, ...]:
        proxy._read.cache_clear()
        return proxy.host_settings()

    prints(monkeypatch, "global.proxy='http://p'\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    assert found() == ()
    monkeypatch.delenv("PIP_CONFIG_FILE")
    conf = tmp_path / "pip.conf"
    monkeypatch.setattr(proxy, "settings_files", lambda: (tmp_path / "none" / "pip.conf", conf))
    assert found() == ()
    conf.touch()
    assert found() == ("pip's global.proxy",)
    conf.unlink()
    monkeypatch.setattr(proxy, "_has_pip", lambda: False)
    assert found() == ("pip's global.proxy",), "that of the PATH has a prefix of its own"


def test_the_pip_of_this_environment_has_no_other_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PIP_CONFIG_FILE")
    monkeypatch.setenv("XDG_CONFIG_DIRS", "/one:/two")
    code = "from pip._internal.configuration import get_configuration_files as files;"
    code += "print(*(f for fs in files().values() for f in fs), sep='\\n')"
    listed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {*listed.stdout.split()} == {*map(str, proxy.settings_files())}


def test_a_host_without_pip_has_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise CommandFailed("no pip")

    monkeypatch.setattr(proxy, "run", fail)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ca.pem")
    assert proxy.host_settings() == ("SSL_CERT_FILE",)


def test_pip_conf_sends_pip_to_the_index_and_nowhere_else() -> None:
    conf = configparser.ConfigParser()
    told = settings.files("http://172.17.0.1:5081/index/")
    conf.read_string(told["/etc/pip.conf"])
    # uv reads none of pip's settings, and what is not a default adds to PyPI.
    assert tomllib.loads(told["/etc/uv/uv.toml"]) == {
        "index": [{"url": "http://172.17.0.1:5081/index/", "default": True}]
    }
    assert {section: dict(conf[section]) for section in conf.sections()} == {
        "global": {
            "index-url": "http://172.17.0.1:5081/index/",
            "trusted-host": "172.17.0.1",
        }
    }


RUN = "a-run"


class FakeEngine:
    def __init__(self, bridge: str | None, *, rootless: bool = False) -> None:
        self._bridge = bridge
        self._rootless = rootless
        self.images: tuple[str, ...] = ()

    def facts(self) -> EngineFacts:
        return replace(FACTS, rootless=self._rootless)

    def image(self, name: str) -> str | None:
        return name if name in self.images else None

    def bridge_address(self) -> str | None:
        return self._bridge


def test_a_bridge_of_this_machine_is_reachable() -> None:
    assert proxy.reachable_address(FakeEngine("127.0.0.1")) == "127.0.0.1"


# No bridge; an address of the documentation's own network.
@pytest.mark.parametrize("bridge", [None, "203.0.113.1"])
def test_an_engine_elsewhere_cannot_use_an_index_here(
    bridge: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    with pytest.raises(BaseUnavailable) as raised:
        proxy.reachable_address(FakeEngine(bridge))
    assert "PIP_CERT" in raised.value.why


Answer = Callable[[str], tuple[int, bytes]]


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answer], None]]:
    """Return a function that lets somebody else answer at the index's port."""
    with contextlib.ExitStack() as ends:

        def start(answer: Answer) -> None:
            monkeypatch.setattr(index_service, "PORT", ends.enter_context(site(answer)))

        yield start


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a free port, which is the index's now."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        found = int(probe.getsockname()[1])
    monkeypatch.setattr(index_service, "PORT", found)
    return found


HERE = "127.0.0.1"


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


def test_the_checks_of_a_session_have_one_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    prefetched()
    engine = MemoryEngine()
    engine.add("python:3.14-slim")
    with proxy.kept_for_builds(engine, RUN):
        for _ in range(2):
            with proxy.for_builds(engine):
                assert proxy.index_for_builds(engine) == "http://127.0.0.1:8000/index/"
        assert [one.run_id for one in engine.started] == [RUN]
        # A learner removed it: the next check has its own, for as long as it takes.
        engine.programs["container-1"] = Program(answers=lambda _: None)
        with proxy.for_builds(engine):
            assert len(engine.started) == 2
        assert engine.started[1].run_id != RUN
    with proxy.for_builds(engine):
        assert len(engine.started) == 3
    assert "not-served" in str(proxy.index_for_builds(engine))


def test_without_a_shelf_a_session_keeps_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check that needs one says so; opening a page does not."""
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    engine = MemoryEngine()
    with proxy.kept_for_builds(engine, RUN):
        assert engine.started == []
        with pytest.raises(PackageMissing), proxy.for_builds(engine):
            pytest.fail("entered")


def test_nothing_is_kept_where_builds_go_straight_out() -> None:
    with proxy.kept_for_builds(FakeEngine(HERE), RUN):
        assert index_service._pid(HERE) is None


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


def test_builds_of_a_plain_host_go_straight_out() -> None:
    with proxy.for_builds(None):
        pass


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


def prefetched() -> None:
    """Put something on the shelf."""
    proxy.shelf.write(proxy.shelf.Shelf(server="python:3.14-slim", labs={}, files=()))


@pytest.mark.parametrize(
    ("network", "settings", "found"),
    [(True, (), "direct"), (True, ("PIP_CERT",), "host"), (False, ("PIP_CERT",), "shelf")],
)
def test_the_shelf_is_taken_only_without_a_network(
    network: bool, settings: tuple[str, ...], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "answers", lambda: network)
    monkeypatch.setattr(proxy, "host_settings", lambda: settings)
    prefetched()
    monkeypatch.setenv(proxy.WAY_VARIABLE, "")
    assert proxy.way(None) == found
    monkeypatch.setattr(proxy, "answers", lambda: pytest.fail("asked twice"))
    assert proxy.way(None) == found


def test_without_a_shelf_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "answers", lambda: pytest.fail("asked"))
    assert proxy.way(None) == "direct"


@pytest.mark.parametrize(
    ("rootless", "settings", "found"),
    [
        (True, ("PIP_CERT",), "shelf"),
        (True, (), "direct"),
        (False, ("PIP_CERT",), "host"),
    ],
)
def test_builds_of_a_rootless_engine_take_the_shelf_where_others_need_this_host(
    rootless: bool, settings: tuple[str, ...], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "host_settings", lambda: settings)
    # Its bridge may well have the address of another engine's on this host.
    assert proxy.way(FakeEngine(HERE, rootless=rootless)) == found


def test_a_rootless_engine_without_anything_prefetched_is_told_what_to_do(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    engine = FakeEngine(HERE, rootless=True)
    for brings in (lambda: None, prefetched):
        brings()
        refused = pytest.raises(PackageMissing, match="rootless")
        with refused as raised, proxy.for_builds(engine):
            pytest.fail("entered")
        assert "PIP_CERT" in raised.value.why
        assert "advices prefetch" in raised.value.next_step
        with proxy.for_builds(engine, filling=True), proxy.to_fetch_from(engine) as url:
            assert "127.0.0.1" in url, "the host itself fetches, whatever address the bridge has"


def test_whether_an_index_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert proxy.answers()

    def fail(*_: Any, **__: Any) -> None:
        raise CommandFailed("no network")

    monkeypatch.setattr(proxy, "run", fail)
    assert not proxy.answers()


def test_builds_are_sent_to_the_shelf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(proxy.WAY_VARIABLE, "shelf")
    monkeypatch.setenv("ADVICES_INDEX_URL", "http://172.17.0.9:8000/")
    conf = configparser.ConfigParser()
    told = proxy.files_for_builds(FakeEngine(None))
    conf.read_string(told["/etc/pip.conf"])
    assert 'url = "http://172.17.0.9:8000/index/"' in told["/etc/uv/uv.toml"]
    assert dict(conf["global"]) == {
        "index-url": "http://172.17.0.9:8000/index/",
        "trusted-host": "172.17.0.9",
    }
