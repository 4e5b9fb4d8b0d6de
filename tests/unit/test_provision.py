"""Installing and starting an engine: only where it may, and only our own is stopped."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import docker
import pytest
import socket_engine

from advices.core import EngineForbidden, EngineMissing, EngineUnsuitable, InstallRefused, process
from advices.engine import apt, client, connection, own_engine, provision

DEBIAN = """\
PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
UBUNTU = 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\nHOME_URL="https://a.b/?c=d"\n'
FEDORA = "ID=fedora\nVERSION_ID=42\n# ID=debian\n"
ROCKY = 'ID="rocky"\nID_LIKE="rhel centos fedora"\n'
MINT = 'ID=linuxmint\nID_LIKE="ubuntu debian"\nVERSION_CODENAME=wilma\n'


@pytest.mark.parametrize(
    ("text", "wanted", "has_apt"),
    [
        (DEBIAN, apt.System("debian", "bookworm", ""), True),
        (UBUNTU, apt.System("ubuntu", "noble", "debian"), True),
        (MINT, apt.System("linuxmint", "wilma", "ubuntu debian"), True),
        (FEDORA, apt.System("fedora", "", ""), False),
        (ROCKY, apt.System("rocky", "", "rhel centos fedora"), False),
        ("", apt.System("", "", ""), False),
        ("ID='debian'\n", apt.System("debian", "", ""), True),
    ],
)
def test_which_system_this_is(
    text: str,
    wanted: provision.System,
    has_apt: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "os-release").write_text(text)
    found = apt.system(tmp_path / "os-release")
    assert found == wanted
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert found.has_apt == has_apt
    monkeypatch.setattr(apt.shutil, "which", lambda _: None)
    assert not found.has_apt


def test_a_system_that_does_not_say() -> None:
    assert apt.system(Path("/no/such/file")) == apt.System("", "", "")


def test_only_the_engine_may_come_from_the_next_debian() -> None:
    mirror = "http://mirror.example/debian"
    files = apt.pin_trixie(mirror)
    sources, preferences = (files[name] for name in sorted(files, reverse=True))
    assert all(name.startswith("/etc/apt/") for name in files)
    urls = re.findall(r"\w+://\S+", "".join(files.values()))
    assert urls == [mirror], "a host that this machine's own apt does not use"
    assert f"URIs: {mirror}\nSuites: trixie\n" in sources
    everything, chosen = preferences.strip().split("\n\n")
    assert everything == "Package: *\nPin: release n=trixie\nPin-Priority: -1"
    assert chosen.startswith("Package: docker.io docker-cli docker-buildx containerd\n")


def test_the_mirror_is_the_one_that_apt_uses(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "http://security.example/x bookworm-security\nhttp://m.example/debian bookworm\n"
    monkeypatch.setattr(apt, "run", lambda *_: process.Finished(0, listed, ""))
    assert apt.mirror("bookworm") == "http://m.example/debian"
    with pytest.raises(EngineMissing, match="apt has no source for sid"):
        apt.mirror("sid")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("uid", "stdin", "allowed"),
    [
        (0, io.StringIO(""), True),
        (1000, io.StringIO("yes\n"), False),  # a pipe that happens to say yes
        (1000, Terminal("y\n"), True),
        (1000, Terminal(" YES \n"), True),
        (1000, Terminal("\n"), False),
        (1000, Terminal("n\n"), False),
        (1000, Terminal("yesterday\n"), False),
    ],
)
def test_nothing_is_changed_without_root_or_a_yes(
    uid: int, stdin: io.StringIO, allowed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr("sys.stdin", stdin)
    if allowed:
        apt.allowed("Install it?")
    else:
        with pytest.raises(InstallRefused, match=r"Install it\? This needs root") as refused:
            apt.allowed("Install it?", ("mmdebstrap", "uidmap"))
        assert refused.value.next_step.endswith("install mmdebstrap and uidmap")


def test_elsewhere_nothing_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apt, "system", lambda: apt.System("fedora", "", ""))
    with pytest.raises(InstallRefused, match="x must be installed: y"):
        apt.install_packages(("x",), because="y")
    with pytest.raises(EngineMissing, match="packages are not Debian's"):
        apt.install_engine(print)


@pytest.mark.parametrize(("codename", "pinned"), [("bookworm", True), ("trixie", False)])
def test_what_is_installed(codename: str, pinned: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def run(argv: list[str], **_: object) -> process.Finished:
        done.append(" ".join(word for word in argv if not word.startswith("/tmp")))
        return process.Finished(0, f"http://m.example {codename}\n", "")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(apt, "run", run)
    monkeypatch.setattr(apt.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(apt, "system", lambda: apt.System("debian", codename, ""))
    apt.install_engine(lambda _: None)
    assert done[-1].endswith(
        "install --yes --no-install-recommends docker.io docker-cli docker-buildx"
    )
    assert [line for line in done if "docker-advices-trixie" in line] == (
        [line for line in done if line.startswith("install -D")] if pinned else []
    )
    assert len([line for line in done if line.endswith(" update")]) == (2 if pinned else 1)
    asked = [line for line in done if "apt-get" in line and "indextargets" not in line]
    assert all(" flock /run/docker-advices-apt.lock apt-get " in line for line in asked)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "engine.json"
    monkeypatch.setattr(own_engine, "STATE", file)
    return file


def test_the_engine_that_we_started_is_known(state: Path) -> None:
    me = os.getpid()
    ticks = own_engine._started_ticks(me)
    assert ticks is not None
    assert ticks.isdigit()
    state.write_text(json.dumps({"pid": me, "started_ticks": ticks}))
    assert own_engine.running_pid() == me


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "{}",
        "5",
        json.dumps({"pid": os.getpid(), "started_ticks": "1"}),  # the number's next owner
        json.dumps({"pid": os.getpid(), "started_ticks": None}),
        json.dumps({"pid": os.getpid()}),
        json.dumps({"pid": "x", "started_ticks": "1"}),
        json.dumps({"pid": 2**22 + 1, "started_ticks": "1"}),  # no process has it
        json.dumps({"pid": 2**22 + 1, "started_ticks": None}),
    ],
    # No process id in the names: workers of one session must know the tests by the same.
    ids=range(12),
)
def test_no_other_process_is_taken_for_it(state: Path, text: str | None) -> None:
    if text is not None:
        state.write_text(text)
    assert own_engine.running_pid() is None


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("level=info msg=up\nlevel=error msg=full\n\n", "level=error msg=full"),
        ("level=info msg=up\nfatal error: concurrent map writes\n\ngoroutine 1\n", "fatal error: "),
        ("panic: nil\nlevel=info\nSIGBUS: bus error\ngoroutine 9:\n", "SIGBUS: bus error"),
        ("", "its log is empty"),
        (None, "cannot be read"),
    ],
)
def test_that_our_engine_has_ended_is_said_with_the_reason_in_its_log(
    log: str | None, says: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_engine, "LOG", tmp_path / "dockerd.log")
    monkeypatch.setattr(connection, "DEFAULT_SOCKET", f"{tmp_path}/docker.sock")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    if log is not None:
        own_engine.LOG.write_text(log)
    with pytest.raises(EngineMissing) as raised:
        client.connect()
    assert raised.value.why == EngineMissing.why
    daemon = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    own_engine.note_start(daemon.pid)
    assert own_engine.how_it_ended() == ""
    daemon.kill()
    daemon.wait()
    with pytest.raises(EngineMissing) as raised:
        client.connect()
    assert f"we started (process {daemon.pid}) has ended: " in raised.value.why
    assert says in raised.value.why
    # An engine at another address is somebody else's.
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/other.sock")
    with pytest.raises(EngineMissing) as raised:
        client.connect()
    assert raised.value.why == EngineMissing.why


def test_what_we_did_not_start_is_not_stopped(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "run", lambda *_: pytest.fail("something was stopped"))
    state.write_text(json.dumps({"pid": os.getpid(), "started_ticks": "1"}))
    assert provision.stop_engine(pytest.fail) is False
    assert not state.exists()


def test_our_own_engine_is_stopped(state: Path) -> None:
    heard: list[str] = []
    daemon = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ticks = own_engine._started_ticks(daemon.pid)
    state.write_text(json.dumps({"pid": daemon.pid, "started_ticks": ticks}))
    assert provision.stop_engine(heard.append) is True
    assert heard == ["stopped the engine"]
    assert daemon.wait(30) != 0
    assert not state.exists()


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
    ("chosen", "ours"),
    [
        ({}, True),
        ({"DOCKER_HOST": "unix:///var/run/docker.sock"}, False),
        ({"DOCKER_HOST": "tcp://127.0.0.1:2375"}, False),
        ({"DOCKER_CONTEXT": "theirs"}, False),
    ],
)
def test_ours_is_only_what_we_started_at_its_own_socket(
    chosen: dict[str, str], ours: bool, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = os.getpid()
    state.write_text(json.dumps({"pid": me, "started_ticks": own_engine._started_ticks(me)}))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    assert own_engine.is_in_use() is ours
    state.unlink()
    assert own_engine.is_in_use() is False


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
