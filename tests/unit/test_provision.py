"""Starting an engine: only where it may, and nothing is installed over one that is there."""
# ruff: noqa: F401, F811  # the fixture `state` is imported

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docker
import pytest
import socket_engine
from provisioning import Terminal, state

from advices.core import EngineForbidden, EngineMissing, EngineUnsuitable, InstallRefused, process
from advices.engine import client, connection, own_engine, provision


def test_an_engine_that_answers_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "buildx_version", lambda: "v0.13.1")
    with socket_engine.running(tmp_path) as (_, address):
        monkeypatch.setenv("DOCKER_HOST", address)
        provision.ensure_engine(pytest.fail)


@pytest.mark.parametrize("buildx", ["v0.13.1", None])
def test_podman_is_named_and_nothing_is_installed_over_it(
    buildx: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "buildx_version", lambda: buildx)
    monkeypatch.setattr(provision, "install_engine", lambda _: pytest.fail("installed"))
    with socket_engine.running(tmp_path) as (asked, address):
        asked.answer("GET /version", socket_engine.PODMAN)
        monkeypatch.setenv("DOCKER_HOST", address)
        with pytest.raises(EngineUnsuitable, match=r"and it has no BuildKit"):
            provision.ensure_engine(pytest.fail)


@pytest.mark.parametrize(
    ("answers", "says"),
    [(False, "no Docker engine answers at unix:///"), (True, "buildx is not installed")],
)
def test_an_engine_of_somebody_else_is_neither_installed_nor_started(
    answers: bool, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/x.sock")
    monkeypatch.setattr(client, "buildx_version", lambda: None)
    monkeypatch.setattr(provision, "install_engine", lambda _: pytest.fail("installed"))
    monkeypatch.setattr(provision, "_start", lambda _: pytest.fail("started"))
    with contextlib.ExitStack() as ends:
        if answers:
            _, address = ends.enter_context(socket_engine.running(tmp_path))
            monkeypatch.setenv("DOCKER_HOST", address)
        ends.enter_context(pytest.raises(EngineMissing, match=re.escape(says)))
        provision.ensure_engine(print)


def test_an_engine_of_root_is_not_installed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(docker, "from_env", refused)
    with pytest.raises(EngineForbidden, match="this user may not use the Docker engine") as raised:
        provision.ensure_engine(print)
    assert "usermod -aG docker" in raised.value.next_step


class Machine:
    """A machine whose programs do nothing but note that they were called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pid_file = folder / "docker.pid"
        self.systemd = folder / "systemd"
        self.notes = folder / "notes"
        self._bin = folder / "bin"
        self._bin.mkdir()
        for name in ("dockerd", "systemctl"):
            self.has(name, f'echo "{name} $*" >>{self.notes}')
        monkeypatch.setenv("PATH", f"{self._bin}:/usr/bin:/bin")
        monkeypatch.setattr(provision, "PID_FILE", self.pid_file)
        monkeypatch.setattr(provision, "SYSTEMD", self.systemd)
        monkeypatch.setattr(own_engine, "LOG", folder / "dockerd.log")
        monkeypatch.setattr(provision, "_SILENT_SECONDS", 0.1)
        monkeypatch.setattr(provision, "_START_SECONDS", 0.5)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        monkeypatch.setattr(client, "buildx_version", lambda: "v0.13.1")
        # The default socket of this machine is one that nobody listens at.
        monkeypatch.setattr(connection, "DEFAULT_SOCKET", f"{folder}/docker.sock")
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")

    def has(self, program: str, script: str) -> None:
        (self._bin / program).write_text(f"#!/bin/sh\n{script}\n")
        (self._bin / program).chmod(0o755)

    def called(self, seconds: float = 5) -> list[str]:
        for _ in process.poll(seconds):
            if self.notes.exists():
                return self.notes.read_text().splitlines()
        return []


@pytest.fixture
def machine(tmp_path: Path, state: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_running_dockerd_that_is_silent_is_left_alone(machine: Machine, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs" / "dockerd"
    theirs.parent.mkdir()
    shutil.copy("/bin/sleep", theirs)
    with subprocess.Popen([theirs, "60"]) as daemon:
        machine.pid_file.write_text(f"{daemon.pid}\n")
        with pytest.raises(EngineMissing, match=f"process {daemon.pid}") as raised:
            provision.ensure_engine(lambda _: None)
        daemon.kill()
    assert "does not answer" in raised.value.what
    assert machine.pid_file.exists()
    assert machine.called(0.2) == []


@pytest.mark.parametrize("left", ["dead", "another", "nonsense", "none"])
def test_what_a_dead_dockerd_left_does_not_keep_one_from_starting(
    machine: Machine, left: str
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        dead = subprocess.Popen(["true"])
        dead.wait()
        pids = {"dead": str(dead.pid), "another": str(other.pid), "nonsense": "x"}
        if left in pids:
            machine.pid_file.write_text(pids[left])
        with pytest.raises(EngineMissing, match="started but did not answer"):
            provision.ensure_engine(lambda _: None)
        other.kill()
    assert not machine.pid_file.exists()
    assert machine.called() == ["dockerd "]


@pytest.mark.parametrize("root", [True, False])
def test_the_service_manager_starts_it_where_there_is_one(
    machine: Machine, root: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.systemd.mkdir()
    if not root:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        monkeypatch.setattr("sys.stdin", Terminal("y\n"))
        monkeypatch.setattr(provision, "as_root", list)
    with pytest.raises(EngineMissing, match="service") as raised:
        provision.ensure_engine(lambda _: None)
    assert "journalctl" in raised.value.next_step
    assert machine.called() == ["systemctl start docker"]


def test_an_engine_that_no_service_knows_is_started_by_root(machine: Machine) -> None:
    machine.systemd.mkdir()
    machine.has("systemctl", "exit 5")
    with pytest.raises(EngineMissing, match="dockerd started"):
        provision.ensure_engine(lambda _: None)
    assert machine.called() == ["dockerd "]


def test_without_a_service_manager_only_root_starts_it(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    with pytest.raises(InstallRefused, match="root"):
        provision.ensure_engine(lambda _: None)
    assert machine.called(0.2) == []
