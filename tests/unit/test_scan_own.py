"""`advices scan` on a container of somebody: which scanners run, and what it is joined to."""

from __future__ import annotations

from typing import Any

import pytest
from memory_engine import MemoryEngine
from played_scanners import Scanners

from advices.core import ScanFailed, ScannerMissing, TargetRefused
from advices.engine.records import Container
from advices.lab.scans import Scan
from advices.packages.proxy import WAY_VARIABLE
from advices.scanners.own import Wanted, scan_own

SHOP = Container("0" * 64, "shop", "running", published=((8000, 32768),))


class Here:
    """An engine in memory with one container of somebody, where both scanners are played."""

    def __init__(self) -> None:
        self.played = Scanners()
        self.engine = MemoryEngine(self.played.runs)
        self.engine.theirs = [SHOP]

    def scan(self, address: str = "http://shop:8000/", **wanted: Any) -> tuple[Scan, ...]:
        return scan_own(self.engine, Wanted(address, **wanted), self.played.find, print)

    def joins(self) -> list[str]:
        """Return how the container was joined and left."""
        return [did for did in self.engine.did if did.startswith(("join", "leave"))]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Here:
    monkeypatch.setenv(WAY_VARIABLE, "direct")
    return Here()


def test_every_scanner_that_is_there_scans_and_leaves(here: Here) -> None:
    assert [found.scanner for found in here.scan()] == ["wapiti", "zap"]
    for join, leave in (here.joins()[:2], here.joins()[2:]):
        assert join.startswith("join shop to internal of ")
        assert join.endswith(" as shop")
        assert leave == "leave shop"
    networks = {one.how.network for one in here.engine.started}
    assert all(str(name).startswith("internal of ") for name in networks)


def test_every_wait_says_what_is_done(here: Here, capsys: pytest.CaptureFixture[str]) -> None:
    here.scan(scanner="zap")
    first, second, *then, last = capsys.readouterr().out.splitlines()
    assert first == "requesting the start page http://shop:8000/, for at most 15 s"
    assert second == "zap: scanning http://shop:8000/"
    assert "zap: 4 s of at most 480 s: Job spider started" in then
    assert last == "checking that http://shop:8000/ still answers"


@pytest.mark.parametrize(("active", "attacks"), [(False, "none"), (True, "all")])
def test_it_attacks_only_when_asked_to(here: Here, active: bool, attacks: str) -> None:
    (found,) = here.scan(scanner="zap", active=active)
    assert found.attacks == attacks


def test_a_published_port_is_reached_through_a_relay(here: Here) -> None:
    here.scan("http://127.0.0.1:32768/page", scanner="wapiti")
    assert set(here.played.asked) == {"http://127.0.0.1:32768/page"}
    for one in here.engine.started:
        assert list(one.how.command)[2:5] == ["32768", "shop", "8000"]


def test_the_container_gets_the_name_that_was_asked_for(here: Here) -> None:
    here.scan(scanner="wapiti", known_as="www.example.org")
    assert here.joins()[0].endswith(" as www.example.org")
    assert set(here.played.asked) == {"http://www.example.org:8000/"}


def test_a_scanner_that_is_missing_is_told_and_the_other_runs(here: Here) -> None:
    here.played.missing = ("zap",)
    wapiti, zap = here.scan()
    assert wapiti.ran
    assert (zap.ran, zap.why_not) == (False, "no zap here")


def test_a_scanner_that_was_asked_for_by_name_must_be_there(here: Here) -> None:
    here.played.missing = ("zap",)
    with pytest.raises(ScannerMissing, match="no zap here"):
        here.scan(scanner="zap")
    assert here.engine.did == []


def test_the_container_is_left_when_a_scan_fails(here: Here) -> None:
    here.played.exit_code = 2
    with pytest.raises(ScanFailed):
        here.scan()
    assert here.joins()[-1] == "leave shop"


def test_what_is_no_container_is_not_joined(here: Here) -> None:
    with pytest.raises(TargetRefused):
        here.scan("http://example.com/")
    assert here.engine.did == []
