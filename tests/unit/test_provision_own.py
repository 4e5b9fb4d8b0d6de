"""The engine that we started: known again, told how it ended, and the only one that is stopped."""
# ruff: noqa: F401, F811  # the fixture `state` is imported

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from provisioning import state

from advices.core import EngineMissing
from advices.engine import client, connection, own_engine, provision


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
