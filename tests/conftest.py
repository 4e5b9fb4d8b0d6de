"""What holds for every test: no engine unless asked for, nothing of the user's is touched."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import docker
import pytest
from todays_share import MARKS, TodaysShare

APART = MARKS
_FORBIDDEN = {"docker", "dockerd", "apt-get", "sudo", "mmdebstrap", "systemctl"}
_MESSAGE = "unit tests must not touch the engine"
_LEFT_BY_THE_USER = ("ADVICES_", "DOCKER_")


def pytest_configure(config: pytest.Config) -> None:
    """Let SIGTERM end the tests as Ctrl-C does: what they started is taken down.

    A shell that starts tests in the background lets them, and what they start, ignore SIGINT.
    Of slow tests, take today's share.
    """
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.default_int_handler)
    config.pluginmanager.register(TodaysShare(config))


def pytest_keyboard_interrupt() -> None:
    """Take down undisturbed: one who sends SIGTERM may have sent another signal before."""
    signal.signal(signal.SIGTERM, lambda *_: None)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs an engine or a browser, unless `-m` names it."""
    asked = config.getoption("markexpr") or ""
    apart = [name for name in APART if name not in asked]
    left_out = [item for item in items if any(map(item.get_closest_marker, apart))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave out what only root may do; the summary names it."""
    if item.get_closest_marker("root") and os.geteuid() != 0:
        pytest.skip('needs root: sudo env "PATH=$PATH" ./run engine')


@pytest.fixture(autouse=True)
def _alone(request: pytest.FixtureRequest) -> None:
    """Guard every test that is not marked; a marked one gets the machine as it is."""
    if not any(map(request.node.get_closest_marker, APART)):
        tmp_path = request.getfixturevalue("tmp_path")
        monkeypatch = request.getfixturevalue("monkeypatch")
        _keep_off_the_user(monkeypatch, tmp_path)
        _forbid_the_engine(monkeypatch, tmp_path)


def _keep_off_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(_LEFT_BY_THE_USER)]:
        monkeypatch.delenv(name)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / "data"))
    monkeypatch.setenv("DOCKER_CONFIG", str(home / "docker"))


def _forbid_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Raise where a program or a socket of the engine is reached for.

    Subprocesses and docker's API client are the narrow places that `command`, `engine.Engine`,
    `docker.from_env` and `docker.DockerClient` all go through. What a test itself laid into
    its tmp_path, a script named docker or a dead socket, is its own to touch.
    """

    class Guarded(subprocess.Popen):
        def __init__(self, args: Any, *rest: Any, **settings: Any) -> None:
            words = [args] if isinstance(args, str | bytes | os.PathLike) else list(args)
            if Path(os.fsdecode(words[0])).name == "env":
                words = [word for word in words[1:] if "=" not in word]
            if Path(os.fsdecode(words[0])).name == "flock":
                words = words[2:]
            program = os.fsdecode(words[0]) if words else ""
            # A program that is not installed is looked for on PATH: that must be the test's own.
            found = shutil.which(program) or os.environ.get("PATH", "")
            if Path(program).name in _FORBIDDEN and not Path(found).is_relative_to(tmp_path):
                raise AssertionError(f"{_MESSAGE}: {words}")
            super().__init__(args, *rest, **settings)

    connect = docker.APIClient.__init__

    def guarded(self: docker.APIClient, *rest: Any, **settings: Any) -> None:
        place = settings.get("base_url") or os.environ.get("DOCKER_HOST") or "the default socket"
        if not str(place).startswith(f"unix://{tmp_path}/"):
            raise AssertionError(f"{_MESSAGE}: {place}")
        connect(self, *rest, **settings)

    monkeypatch.setattr(subprocess, "Popen", Guarded)
    monkeypatch.setattr(docker.APIClient, "__init__", guarded)
