"""A machine that is well, which the doctor examines; a test breaks one thing."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from advices.cli import doctor
from advices.cli.doctor import Finding
from advices.core import EngineElsewhere, PullFailed
from advices.core.paths import Layout
from advices.engine import cgroup, client_settings, own_engine
from advices.engine.client import EngineFacts
from advices.packages import proxy
from advices.scanners.images import ScannerImage
from advices.workshop import Workshop, workshop

_NO_GROUP = "a rootless engine"
LAYOUT = Layout(Path("/no/project"))


class FakeEngine:
    """An engine with overlay2 and room enough."""

    address = "unix:///x.sock"
    driver = "overlay2"
    folder = "/"
    rootless = False
    registry: type[PullFailed] | None = None

    def facts(self) -> EngineFacts:
        return EngineFacts("26.1.5", self.driver, "linux/amd64", 2, self.folder, self.rootless)

    def must_be_here(self) -> None:
        if "elsewhere" in self.address:
            raise EngineElsewhere(f"{self.address} is elsewhere")

    def ask_registry(self, name: str) -> None:
        if self.registry is not None:
            raise self.registry(f"`{name}` was not pulled: so")


class FakeBases:
    """Two bases, of which one is there."""

    def __init__(self, *_: Any) -> None: ...

    def names(self) -> tuple[str, ...]:
        return ("a:1", "b:1")

    def known(self, name: str) -> Any:
        return SimpleNamespace(kind="stand-in") if name == "a:1" else None


class FakeScanners:
    """The images of both scanners; a test takes one away or breaks it."""

    there: dict[str, ScannerImage | Exception]

    def __init__(self, *_: Any) -> None: ...

    def present(self, name: str) -> ScannerImage | None:
        found = self.there.get(name)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture(autouse=True)
def _well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make all of this machine well; a test breaks one thing."""
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(workshop, "connect", FakeEngine)
    monkeypatch.setattr(doctor, "buildx_version", lambda: "v0.13.1")
    monkeypatch.setattr(client_settings, "builder_driver", lambda: "docker")
    monkeypatch.setattr(client_settings, "left_out", lambda _: iter(()))
    monkeypatch.setattr(cgroup, "why_not", lambda _address, *, rootless: _NO_GROUP * rootless)
    monkeypatch.setattr(own_engine, "running_pid", lambda: None)
    monkeypatch.setattr(proxy, "host_settings", lambda: ())
    monkeypatch.setattr(workshop, "Bases", FakeBases)
    monkeypatch.setattr(workshop, "ScannerImages", FakeScanners)
    there = {name: ScannerImage(name, f"{name}:1", "sha256:1") for name in ("wapiti", "zap")}
    monkeypatch.setattr(FakeScanners, "there", there, raising=False)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(50_000_000_000))


def examine() -> dict[str, Finding]:
    found = list(doctor.examine(Workshop(LAYOUT, print)))
    subjects = [finding.subject for finding in found]
    assert len(set(subjects)) == len(subjects)
    for finding in found:
        assert finding.says
        assert bool(finding.fix) == (finding.mark != "ok"), f"{finding}: a fix for what is not well"
    return dict(zip(subjects, found, strict=True))
