"""`advices scan` on a container of somebody: which scanners run, and what it is joined to."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factory
import pytest

from advices.core.errors import ScanFailed, ScannerMissing, TargetRefused
from advices.core.paths import Layout
from advices.lab.scans import Scan
from advices.packages import proxy
from advices.scanners import own
from advices.scanners.own import Wanted, scan_own
from advices.scanners.run import FirstPage, Target

LAYOUT = Layout(Path("/no/project"))
SHOP = SimpleNamespace(
    name="shop",
    id="0" * 64,
    labels={},
    ports={"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": "32768"}]},
    attrs={"HostConfig": {"NetworkMode": "bridge"}},
)


class Here:
    """An engine with one container of somebody, and scanners that find nothing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[str] = []
        self.targets: list[Target] = []
        self.missing: tuple[str, ...] = ()
        self.fault: Exception | None = None
        engine = SimpleNamespace(others=lambda: [SHOP], network=self._network, joined=self._joined)
        self.engine: Any = engine
        monkeypatch.setattr(own, "own_run", self._run)
        monkeypatch.setattr(proxy, "for_builds", lambda _: contextlib.nullcontext())
        monkeypatch.setattr(own, "first_page", self._first_page)
        monkeypatch.setattr(own, "scanned", self._scanned)
        monkeypatch.setattr(own, "survived", lambda *_: None)

    @contextlib.contextmanager
    def _run(self, _: Any) -> Iterator[Any]:
        yield SimpleNamespace(id="run-1")

    @contextlib.contextmanager
    def _network(self, run_id: str, *, internal: bool) -> Iterator[str]:
        assert (run_id, internal) == ("run-1", True)
        yield "net-1"

    @contextlib.contextmanager
    def _joined(self, container: Any, network: str, alias: str) -> Iterator[None]:
        assert container is SHOP
        self.did.append(f"join {network} as {alias}")
        try:
            yield
        finally:
            self.did.append("leave")

    def _find(self, name: str) -> str:
        if name in self.missing:
            raise ScannerMissing(f"no {name} here")
        return name

    def _first_page(self, _engine: Any, _run: str, _image: str, target: Target) -> FirstPage:
        self.targets.append(target)
        return FirstPage("")

    def _scanned(self, _engine: Any, _run: str, image: str, target: Target, **how: Any) -> Scan:
        assert target == self.targets[-1], "what was asked is what is scanned"
        self.did.append(f"{image}, attacks {how['attacks']}")
        if self.fault:
            raise self.fault
        return factory.scan(scanner=image)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    return Here(monkeypatch)


def scan(here: Here, address: str = "http://shop:8000/", **wanted: Any) -> tuple[Scan, ...]:
    return scan_own(here.engine, Wanted(address, **wanted), here._find, print)


def test_every_scanner_that_is_there_scans_and_leaves(here: Here) -> None:
    assert [found.scanner for found in scan(here)] == ["wapiti", "zap"]
    assert here.did == [
        *("join net-1 as shop", "wapiti, attacks none", "leave"),
        *("join net-1 as shop", "zap, attacks none", "leave"),
    ]


@pytest.mark.parametrize(("active", "attacks"), [(False, "none"), (True, "all")])
def test_it_attacks_only_when_asked_to(here: Here, active: bool, attacks: str) -> None:
    scan(here, scanner="zap", active=active)
    assert here.did[1:-1] == [f"zap, attacks {attacks}"]


def test_a_published_port_is_reached_through_a_relay(here: Here) -> None:
    scan(here, "http://127.0.0.1:32768/page", scanner="wapiti")
    (target,) = here.targets
    assert (target.url, target.network) == ("http://127.0.0.1:32768/page", "net-1")
    assert target.relay is not None
    assert (target.relay.port, target.relay.target_port) == (32768, 8000)


def test_the_container_gets_the_name_that_was_asked_for(here: Here) -> None:
    scan(here, scanner="wapiti", known_as="www.example.org")
    assert here.did[0] == "join net-1 as www.example.org"
    assert here.targets[0].url == "http://www.example.org:8000/"


def test_a_scanner_that_is_missing_is_told_and_the_other_runs(here: Here) -> None:
    here.missing = ("zap",)
    wapiti, zap = scan(here)
    assert wapiti.ran
    assert (zap.ran, zap.why_not) == (False, "no zap here")


def test_a_scanner_that_was_asked_for_by_name_must_be_there(here: Here) -> None:
    here.missing = ("zap",)
    with pytest.raises(ScannerMissing, match="no zap here"):
        scan(here, scanner="zap")
    assert here.did == []


def test_the_container_is_left_when_a_scan_fails(here: Here) -> None:
    here.fault = ScanFailed("it broke")
    with pytest.raises(ScanFailed):
        scan(here)
    assert here.did[-1] == "leave"


def test_what_is_no_container_is_not_joined(here: Here) -> None:
    with pytest.raises(TargetRefused):
        scan(here, "http://example.com/")
    assert here.did == []
