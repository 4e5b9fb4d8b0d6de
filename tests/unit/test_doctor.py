"""What the doctor finds of a machine and its engine: one line each, and a fix for each fault."""
# ruff: noqa: F401  # the fixture `_well` is imported

from __future__ import annotations

import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from well_machine import FakeEngine, _well, examine

from advices.cli import doctor
from advices.cli.doctor import Finding
from advices.core import CLASS_VARIABLE, EngineMissing, EngineUnsuitable
from advices.core.paths import Layout
from advices.core.process import Finished
from advices.engine import apt, client, client_settings, connection, own_engine
from advices.packages import Shelf, proxy, shelf
from advices.workshop import Workshop, workshop


def test_a_machine_that_is_well() -> None:
    found = examine()
    assert {finding.mark for name, finding in found.items() if name != "b:1"} == {"ok"}
    assert found["engine"].says == "26.1.5 at unix:///x.sock (not ours: we never stop it)"
    assert found["disk space"].says == "50.0 GB free in /"
    assert (found["a:1"].says, found["b:1"].mark) == ("present, stand-in", "note")
    assert found["scanner Wapiti"].says == "present, wapiti:1"
    assert found["scanner ZAP"].says == "present, zap:1"


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def missing() -> None:
        raise EngineMissing("no Docker engine answers at x")

    monkeypatch.setattr(workshop, "connect", missing)
    monkeypatch.setattr(doctor, "buildx_version", lambda: None)
    yield


@pytest.mark.usefixtures("no_engine")
@pytest.mark.parametrize(
    ("default", "system", "fix"),
    [
        (True, "debian", "`advices engine start`"),
        (True, "fedora", "install Docker Engine with buildx"),
        (False, "debian", "unset DOCKER_HOST"),
    ],
)
def test_no_engine_is_a_red_line_with_its_fix(
    default: bool, system: str, fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "is_default_socket", lambda: default)
    monkeypatch.setattr(apt, "system", lambda: apt.System(system, "x", ""))
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    found = examine()
    assert list(found) == ["engine", "buildx", "pip in builds"]
    assert (found["engine"].mark, found["engine"].says) == (
        *("bad", "no Docker engine answers at x"),
    )
    assert fix in found["engine"].fix
    assert found["buildx"].mark == "bad"


def test_an_engine_on_another_machine_is_a_red_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "address", "tcp://elsewhere.invalid:2376")
    found = examine()["engine"]
    assert found.mark == "bad"
    assert "on that machine" in found.fix


@pytest.mark.parametrize(
    ("version", "mark"),
    [
        (None, "bad"),
        ("v0.12.1", "bad"),
        ("0.9.1+ds1", "bad"),
        ("(unknown)", "bad"),
        ("v0.13.0", "ok"),
        ("v0.13.0-rc2", "ok"),
        ("0.13.1+ds1-3", "ok"),
        ("v0.30.1-desktop.1", "ok"),
        ("v1.0.0", "ok"),
    ],
)
def test_buildx(version: str | None, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "buildx_version", lambda: version)
    found = examine()["buildx"]
    assert (found.mark, found.says) == (mark, version or "not installed")


@pytest.mark.parametrize(
    ("printed", "version"),
    [
        ("github.com/docker/buildx v0.13.1 788433953af1\n", "v0.13.1"),
        ("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3\n", "0.13.1+ds1"),
        ("", None),
        ("docker\n", None),
    ],
)
def test_the_version_of_buildx_is_read(
    printed: str, version: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(client, "run", lambda _: Finished(0, printed, ""))
    assert client.buildx_version() == version


def test_a_kernel_takes_the_version_of_buildx_from_its_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(client, "run", lambda _: Finished(0, "buildx v0.1 x", ""))
    monkeypatch.setenv(client.BUILDX_VARIABLE, "v0.13.1")
    assert client.buildx_version() == "v0.13.1"
    # A command that has none says nothing, and its kernel asks.
    monkeypatch.setenv(client.BUILDX_VARIABLE, "")
    assert client.buildx_version() == "v0.1"


@pytest.mark.parametrize(
    ("driver", "mark", "says"),
    [
        ("docker", "ok", "the engine's own"),
        ("docker-container", "bad", "has the driver docker-container"),
        (None, "bad", "there is no builder"),
    ],
)
def test_the_builder_is_the_engines_own(
    driver: str | None, mark: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_settings, "builder_driver", lambda: driver)
    found = examine()["builder"]
    assert found.mark == mark
    assert says in found.says


def test_what_is_left_out_of_dockers_settings_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    settings = {"credsStore": "nowhere", "proxies": {"default": {"httpsProxy": "http://x:1"}}}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    (tmp_path / "docker").write_text("#!/bin/sh\necho 'Name:   chosen'; echo 'Driver: docker'\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("DOCKER_DEFAULT_PLATFORM", "linux/s390x")
    monkeypatch.setenv("DOCKER_HOST", "unix:///x.sock")
    left = {name: says for name, says, _ in client_settings.left_out("unix:///x.sock")}
    assert list(left) == ["your builder", "your platform", "your proxies", "your login"]
    assert left["your builder"] == "`chosen` is chosen"
    assert "linux/s390x" in left["your platform"]
    assert "`docker-credential-nowhere`" in left["your login"]
    assert client_settings.builder_driver() == "docker"
    monkeypatch.setenv("BUILDX_BUILDER", "default")
    monkeypatch.delenv("DOCKER_DEFAULT_PLATFORM")
    (tmp_path / "config.json").write_text("{}")
    assert list(client_settings.left_out("unix:///x.sock")) == []


def test_an_engine_of_ours_is_told_with_its_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_engine, "running_pid", lambda: 5)
    found = examine()
    assert found["engine"].says.endswith("(started by us)")
    assert found["engine log"].says == str(own_engine.LOG)


@pytest.mark.parametrize("prefetched", [True, False])
def test_a_rootless_engine_and_a_host_with_a_ca(
    prefetched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "rootless", True)
    monkeypatch.setattr(proxy, "host_settings", lambda: ("SSL_CERT_FILE",))
    if prefetched:
        shelf.write(Shelf(server="python:3.14-slim", labs={}, files=()))
    found = examine()
    assert found["engine"].says.endswith("(rootless, not ours: we never stop it)")
    assert found["pip in builds"].mark == ("ok" if prefetched else "bad")
    assert "from prefetched packages" in found["pip in builds"].says
    assert ("prefetch" in found["pip in builds"].fix) is not prefetched


def test_a_rootless_engine_and_a_host_without_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "rootless", True)
    assert "directly" in examine()["pip in builds"].says


def test_podman_is_named_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    def podman() -> None:
        raise EngineUnsuitable("Podman 4.3.1 answers at x, and it has no BuildKit")

    monkeypatch.setattr(workshop, "connect", podman)
    first = next(iter(examine().values()))
    assert (first.subject, first.mark) == ("engine", "bad")
    assert first.says == "Podman 4.3.1 answers at x, and it has no BuildKit"
    assert "use a Docker engine" in first.fix


@pytest.mark.parametrize(
    ("rootless", "mark", "says"),
    [
        (False, "ok", "processes, memory and disk of learners' builds"),
        (True, "note", "disk of learners' builds, neither processes nor memory: a rootless engine"),
    ],
)
def test_no_limit_is_claimed_that_is_not_in_force(
    rootless: bool, mark: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeEngine, "rootless", rootless)
    found = examine()["limits of builds"]
    assert (found.mark, found.says) == (mark, says)


@pytest.mark.parametrize(("driver", "mark"), [("overlayfs", "ok"), ("btrfs", "note")])
def test_another_storage_driver(driver: str, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeEngine, "driver", driver)
    assert examine()["storage driver"].mark == mark


@pytest.mark.parametrize(
    ("folder", "free", "mark"),
    [
        ("/", 30_000_000_000, "ok"),
        ("/", 9_999_999_999, "bad"),
        ("/on/another/machine", 0, "note"),
        # What this user may not look at fails in another way than what is not there.
        ("/" + "x" * 5000, 0, "note"),
    ],
)
def test_room(folder: str, free: int, mark: str, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(FakeEngine, "folder", folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free))
    assert examine()["disk space"].mark == mark


@pytest.mark.parametrize(
    ("free", "mark", "said"),
    [
        (8_000_000_000, "ok", "enough for each lab"),
        (7_900_000_000, "note", "too little for base-image, shared-layers"),
        (900_000_000, "bad", "too little for build-cache, "),
    ],
)
def test_a_seat_of_a_class_needs_room_for_its_labs_and_for_no_more(
    free: int, mark: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(free))
    at = Workshop(Layout(Path(__file__).parents[2]), print)
    monkeypatch.setenv(CLASS_VARIABLE, '{"url": "http://127.0.0.1/", "keep_days": 14}')

    def space() -> Finding:
        return next(one for one in doctor.examine(at) if one.subject == "disk space")

    found = space()
    assert found.mark == mark
    assert said in found.says
    monkeypatch.delenv(CLASS_VARIABLE)
    assert space().mark == "bad"


def test_settings_of_the_host_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "host_settings", lambda: ("PIP_CERT", "pip's global.proxy"))
    assert "(PIP_CERT, pip's global.proxy)" in examine()["pip in builds"].says
