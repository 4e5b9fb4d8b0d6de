"""pip in builds: when a caching index is wanted, and how a build finds it."""

from __future__ import annotations

import configparser
import http.server
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from advices.core.errors import BaseUnavailable, CommandFailed, PortTaken
from advices.core.process import Finished
from advices.packages import proxy

VARIABLES = (*proxy._CA_VARIABLES, *proxy._INDEX_VARIABLES)


@pytest.fixture(autouse=True)
def _plain_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this host one without settings of its own."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    prints(monkeypatch, "")
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


def test_a_host_without_pip_has_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise CommandFailed("no pip")

    monkeypatch.setattr(proxy, "run", fail)
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ca.pem")
    assert proxy.host_settings() == ("SSL_CERT_FILE",)


def test_pip_conf_sends_pip_to_the_index_and_nowhere_else() -> None:
    conf = configparser.ConfigParser()
    conf.read_string(proxy.pip_conf("172.17.0.1"))
    assert {section: dict(conf[section]) for section in conf.sections()} == {
        "global": {
            "index-url": "http://172.17.0.1:5081/index/",
            "trusted-host": "172.17.0.1",
        }
    }


class FakeEngine:
    def __init__(self, bridge: str | None) -> None:
        self._bridge = bridge

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


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Return a function that starts an HTTP server which answers with one status."""
    started = []

    def start(status: int) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        monkeypatch.setattr(proxy, "PORT", server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        started.append((server, thread))

    yield start
    for server, thread in started:
        server.shutdown()
        thread.join()
        server.server_close()


def test_an_index_that_runs_is_used(
    answering: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(200)
    monkeypatch.setattr(proxy, "_start", lambda *_: pytest.fail("started a second one"))
    with proxy.caching_index("127.0.0.1"):
        assert proxy._is_ours("127.0.0.1")


def test_no_proxy_stands_between(
    answering: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(200)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setattr(proxy, "_start", lambda *_: pytest.fail("started a second one"))
    with proxy.caching_index("127.0.0.1"):
        pass


def test_a_port_of_somebody_else(answering: Callable[[int], None]) -> None:
    answering(404)
    taken = pytest.raises(PortTaken, match=r"in use by something else \(HTTP 404\)")
    with taken, proxy.caching_index("127.0.0.1"):
        pytest.fail("entered")


def test_builds_of_a_plain_host_go_straight_out() -> None:
    with proxy.for_builds(None):
        pass


def test_builds_of_another_host_find_an_index(
    answering: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(200)
    monkeypatch.setenv("PIP_CERT", "/etc/ca.pem")
    monkeypatch.setattr(proxy, "_start", lambda *_: pytest.fail("started a second one"))
    with proxy.for_builds(FakeEngine("127.0.0.1")):
        assert (proxy.state_folder() / "index.lock").exists()


def test_the_last_one_stops_the_index(
    answering: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(200)
    stopped: list[str] = []
    monkeypatch.setattr(proxy, "stop", lambda: stopped.append("stopped"))
    with proxy.caching_index("127.0.0.1"):
        with proxy.caching_index("127.0.0.1"):
            pass
        assert stopped == []
    assert stopped == ["stopped"]


def test_a_process_that_only_has_the_number_is_not_stopped() -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        proxy.state_folder().mkdir(parents=True)
        proxy._pid_file().write_text(str(other.pid))
        proxy.stop()
        assert other.poll() is None
        assert not proxy._pid_file().exists()
    finally:
        other.kill()
        other.communicate()


@pytest.mark.parametrize("text", [None, "", "x"])
def test_nothing_to_stop(text: str | None) -> None:
    if text is not None:
        proxy.state_folder().mkdir(parents=True)
        proxy._pid_file().write_text(text)
    proxy.stop()


def prefetched() -> None:
    """Put something on the shelf."""
    proxy.shelf.write(proxy.shelf.Shelf(server="python:3.13-slim", labs={}, files=()))


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
    assert proxy.way() == found
    monkeypatch.setattr(proxy, "answers", lambda: pytest.fail("asked twice"))
    assert proxy.way() == found


def test_without_a_shelf_no_network_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "answers", lambda: pytest.fail("asked"))
    assert proxy.way() == "direct"


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
    text = proxy.conf_for_builds(FakeEngine(None))
    assert text is not None
    conf.read_string(text)
    assert dict(conf["global"]) == {
        "index-url": "http://172.17.0.9:8000/index/",
        "trusted-host": "172.17.0.9",
    }
