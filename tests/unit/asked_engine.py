"""An engine over a socket that notes what it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from socket_engine import CONTAINER, SocketEngine, running

from advices.engine.client import DockerEngine
from advices.engine.records import Container

MADE = Container(CONTAINER["Id"], "made", "exited")
ONE = f"/containers/{MADE.id}"
IMAGE: dict[str, Any] = {"Id": "sha256:1", "RootFS": {"Layers": ["sha256:2"]}, "Config": {}}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SocketEngine]:
    with running(tmp_path) as (made, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        yield made


@pytest.fixture
def engine(asked: SocketEngine) -> Iterator[DockerEngine]:
    made = DockerEngine()
    yield made
    made.close()


def changes(asked: SocketEngine) -> list[str]:
    """Return what was changed, in order."""
    return [one.what.replace(MADE.id, "made") for one in asked.asked if one.what[:4] != "GET "]
