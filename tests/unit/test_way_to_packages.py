"""Which way builds take to packages: straight out, by an index on this host, or from the shelf."""
# ruff: noqa: F401, F811  # the fixtures `_plain_host` and `port` are imported

from __future__ import annotations

import configparser
import tomllib
from typing import Any

import pytest
from container_programs import Program
from memory_engine import MemoryEngine
from plain_host import HERE, RUN, FakeEngine, _plain_host, port

from advices.core import BaseUnavailable, CommandFailed, PackageMissing
from advices.packages import index_service, proxy, settings


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


def test_builds_of_a_plain_host_go_straight_out() -> None:
    with proxy.for_builds(None):
        pass


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
