"""A host without settings of pip's own, an engine on it, and a free port for the index."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from memory_engine import FACTS

from advices.core.process import Finished
from advices.engine import EngineFacts
from advices.packages import index_service, proxy

VARIABLES = (*proxy._CA_VARIABLES, *proxy._INDEX_VARIABLES)
RUN = "a-run"
HERE = "127.0.0.1"


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


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a free port, which is the index's now."""
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        found = int(probe.getsockname()[1])
    monkeypatch.setattr(index_service, "PORT", found)
    return found
