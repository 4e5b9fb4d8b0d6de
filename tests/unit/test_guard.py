"""The guard of conftest.py: what it forbids, what it lets through, what a bare pytest runs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from unittest import mock

import conftest
import docker
import platformdirs
import pytest
from processes import wait

from advices.core import CommandFailed, EngineMissing, paths, process
from advices.engine import client, connection

CONFTEST = Path(__file__).parent.parent / "conftest.py"
PROGRAMS = ("docker", "dockerd", "apt-get", "sudo", "mmdebstrap", "systemctl")
guarded = pytest.raises(AssertionError, match="must not touch the engine")


@pytest.mark.parametrize("program", [*PROGRAMS, "/usr/bin/docker"])
def test_no_program_of_the_engine_is_started(program: str, tmp_path: Path) -> None:
    # Harmless words, should the guard ever fail.
    argv = [program, "--version"]
    with guarded:
        process.run(argv)
    with guarded:
        process.stream_stderr(argv, print, timeout_seconds=60)
    with guarded:
        process.spawn_daemon(argv, tmp_path / "log")


@pytest.mark.parametrize("words", [("env", "A=1"), ("flock", "x"), ("env", "A=1", "flock", "x")])
def test_what_starts_a_program_does_not_hide_it(words: tuple[str, ...]) -> None:
    with guarded:
        process.run([*words, "apt-get", "--version"])


@pytest.mark.parametrize("where", [None, "unix:///var/run/docker.sock", "tcp://127.0.0.1:2375"])
def test_no_engine_is_connected_to(where: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if where:
        monkeypatch.setenv("DOCKER_HOST", where)
    for connect in (client.connect, connection.answers, docker.from_env, docker.DockerClient):
        with guarded:
            connect()


def test_other_programs_run() -> None:
    assert process.run([sys.executable, "-c", "print('ran')"]).stdout == "ran\n"


def test_a_fake_of_the_test_itself_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandFailed, match="`docker` is not installed"):
        process.run(["docker", "version"])
    fake = tmp_path / "docker"
    fake.write_text("#!/bin/sh\necho fake $1\n")
    fake.chmod(0o755)
    assert process.run(["docker", "version"]).stdout == "fake version\n"


def test_a_dead_socket_of_the_test_itself_is_an_engine_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
    assert not connection.answers()
    with pytest.raises(EngineMissing, match="no Docker engine answers") as missing:
        client.connect()
    assert f"unix://{tmp_path}/dead.sock" in missing.value.what


def test_nothing_of_the_user_is_touched(tmp_path: Path) -> None:
    assert paths.state_folder().is_relative_to(tmp_path)
    assert paths.cache_folder().is_relative_to(tmp_path)
    assert Path.home().is_relative_to(tmp_path)
    assert platformdirs.user_config_path("x").is_relative_to(tmp_path)
    left = [name for name in os.environ if name.startswith(("ADVICES_", "DOCKER_"))]
    assert left == ["DOCKER_CONFIG"]


def started(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start pytest in a folder with our conftest.py. Every test has its turn."""
    shutil.copy(CONFTEST, folder / "conftest.py")
    environment = {**os.environ, "PYTHONPATH": str(CONFTEST.parent), "ADVICES_IN_TURN": "all"}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", *words],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize(
    ("words", "collected"),
    [
        ([], ["test_plain"]),
        (["-m", "engine"], ["test_engine"]),
    ],
)
def test_marked_tests_run_when_they_are_named_only(
    words: list[str], collected: list[str], tmp_path: Path
) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  engine\n  browser\n")
    (tmp_path / "test_some.py").write_text(
        "import pytest\n"
        "def test_plain(): pass\n"
        "@pytest.mark.engine\ndef test_engine(): pass\n"
        "@pytest.mark.browser\ndef test_browser(): pass\n"
    )
    process = started(tmp_path, "-p", "no:cacheprovider", "--collect-only", "-q", *words)
    output, _ = process.communicate(timeout=60)
    found = [x.split("::")[1] for x in output.splitlines() if x.startswith("test_some.py::")]
    assert found == collected, output


@pytest.mark.parametrize(("uid", "marked", "left_out"), [(0, 1, 0), (1000, 1, 1), (1000, 0, 0)])
def test_what_needs_root_is_left_out_with_a_word_for_an_ordinary_user(
    uid: int, marked: bool, left_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = mock.Mock(get_closest_marker=lambda name: (name == "root" and marked) or None)
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    if left_out:
        with pytest.raises(pytest.skip.Exception, match="needs root: sudo env"):
            conftest.pytest_runtest_setup(item)
    else:
        conftest.pytest_runtest_setup(item)


HOLDS = """
import pathlib, pytest, time

@pytest.fixture(scope="module")
def held(tmp_path_factory, worker_id):
    file = pathlib.Path(f"held-{worker_id}")
    file.touch()
    yield
    pathlib.Path(f"ending-{worker_id}").touch()
    time.sleep(0.5)
    file.unlink()

@pytest.mark.engine
@pytest.mark.parametrize("number", range(2))
def test_long(held, number):
    time.sleep(600)
"""


@pytest.mark.parametrize("workers", [0, 2])
def test_sigterm_takes_down_what_tests_have_started(workers: int, tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  engine\n  browser\n  root\n")
    (tmp_path / "test_some.py").write_text(HOLDS)
    process = started(tmp_path, "-m", "engine", "-n", str(workers))
    try:
        wait(lambda: len(list(tmp_path.glob("held-*"))) == (workers or 1))
        os.killpg(process.pid, signal.SIGTERM)
        wait(lambda: len(list(tmp_path.glob("ending-*"))) == (workers or 1))
        # Whoever waits may lose patience.
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
        assert list(tmp_path.glob("held-*")) == []
    finally:
        process.kill()
