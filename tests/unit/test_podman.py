"""Every command that needs an engine names Podman at once. The doctor has tests of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import socket_engine

from advices import cli
from advices.core import EngineUnsuitable
from advices.engine.client import DockerEngine

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "engine start",
    "run build-cache --force",
    "check build-cache",
    "check-exercise build-cache",
    "check-exercise build-cache --prove",
    "prefetch build-cache",
    "bases build-cache",
    "bundle save x.bundle build-cache",
    "bundle load pyproject.toml",
    "scan http://127.0.0.1:8000/",
    "clean",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_a_command_names_podman_and_ends(
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["advices", *words.split()])
    with socket_engine.running(tmp_path) as (podman, address):
        podman.answer("GET /version", socket_engine.PODMAN)
        monkeypatch.setenv("DOCKER_HOST", address)
        with pytest.raises(SystemExit) as end:
            cli.main()
    printed = capsys.readouterr()
    assert "and it has no BuildKit" in printed.err
    assert end.value.code == EngineUnsuitable.exit_code
    assert {one.what for one in podman.asked} <= {"GET /_ping", "GET /version"}


def test_docker_is_not_taken_for_podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"ApiVersion": "1.45", "Components": [{"Name": "Engine", "Version": "26.1.5"}]}
    with socket_engine.running(tmp_path) as (engine, address):
        engine.answer("GET /version", said)
        monkeypatch.setenv("DOCKER_HOST", address)
        DockerEngine().close()
