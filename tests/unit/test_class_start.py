"""What a class needs before it starts, each fault with one message."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys
import types
from contextlib import nullcontext
from pathlib import Path

import pytest

from advices import classroom
from advices.classroom import Classroom, Limits
from advices.classroom.hub import files, start
from advices.classroom.hub.address import HERE, address
from advices.cli import class_hub
from advices.core import (
    ClassMissing,
    ClassSettingInvalid,
    ExtraMissing,
    HubFailed,
    PortTaken,
    ProxyMissing,
    SiteMissing,
)

PROXY = "configurable-http-proxy"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project whose proxy is installed and whose site is built."""
    program = tmp_path / ".nox" / "class-proxy" / "node_modules" / PROXY / "bin" / PROXY
    for file in (program, tmp_path / "site" / "index.html"):
        file.parent.mkdir(parents=True)
        file.touch()
    return tmp_path


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "bin" / "node"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho /the/real/node\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    for module in ("jupyterhub", "jupyterhub_idle_culler"):
        there = types.ModuleType(module)
        there.__spec__ = types.SimpleNamespace(name=module)  # type: ignore[assignment]
        monkeypatch.setitem(sys.modules, module, there)
    return program


def a_class(folder: Path, project: Path) -> None:
    limits = Limits(memory_bytes=1, disk_bytes=1, processes=1, cpus=1.0)
    room = Classroom(id="x", seats=(), limits=limits, project=project)
    (folder / "class.json").write_text(room.model_dump_json())


def test_the_projects_own_proxy_comes_first_and_node_is_the_real_one(
    project: Path, node: Path
) -> None:
    real, program = start.proxy_words(project)
    assert real == "/the/real/node"
    assert program.startswith(str(project))


def test_without_the_proxy_it_says_what_installs_it(tmp_path: Path, node: Path) -> None:
    with pytest.raises(ProxyMissing, match=PROXY) as told:
        start.proxy_words(tmp_path)
    assert "npm install --global configurable-http-proxy" in str(told.value)


def test_without_node_it_says_so(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ProxyMissing, match="no program node"):
        start.proxy_words(project)


def test_without_jupyterhub_it_says_which_list_brings_it(
    project: Path, node: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ExtraMissing, match="no package jupyterhub") as told:
        start.how_opened(address(HERE), project)
    assert "requirements/hub.txt" in str(told.value)


def test_a_file_of_settings_that_another_account_can_write_is_refused(
    project: Path, node: Path, tmp_path: Path
) -> None:
    file = tmp_path / "folder" / "class.py"
    file.parent.mkdir()
    file.touch(0o600)
    assert start.how_opened(address(HERE), project, extra=file).extra == file
    file.chmod(0o666)
    with pytest.raises(ClassSettingInvalid, match="another account can change"):
        start.how_opened(address(HERE), project, extra=file)
    file.chmod(0o600)
    file.parent.chmod(0o777)
    with pytest.raises(ClassSettingInvalid, match="another account can change"):
        start.how_opened(address(HERE), project, extra=file)


def test_a_file_of_settings_that_another_account_can_read_is_refused(
    project: Path, node: Path, tmp_path: Path
) -> None:
    """It may hold the secret of a provider."""
    file = tmp_path / "class.py"
    file.touch()
    for mode in (0o640, 0o604):
        file.chmod(mode)
        with pytest.raises(ClassSettingInvalid, match="another account can read") as told:
            start.how_opened(address(HERE), project, extra=file)
        assert f"chmod 600 {file}" in str(told.value)
    file.chmod(0o400)
    assert start.how_opened(address(HERE), project, extra=file).extra == file


def test_a_file_of_settings_that_is_not_there_is_named(project: Path, node: Path) -> None:
    with pytest.raises(ClassSettingInvalid, match="there is no file"):
        start.how_opened(address(HERE), project, extra=project / "none.py")


def test_nothing_starts_without_a_class_a_site_or_a_port(
    project: Path, node: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "class"
    folder.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        how = start.how_opened(address(f"http://class.localhost:{port}"), project)
        with pytest.raises(ClassMissing), start.running(folder, how):
            pass
        a_class(folder, tmp_path / "nothing")
        with pytest.raises(SiteMissing), start.running(folder, how):
            pass
        a_class(folder, project)
        refused = pytest.raises(PortTaken, match=f"port {port}, which the class needs")
        with refused, start.running(folder, how):
            pass
    assert not (folder / "hub.json").exists()


def test_the_trainers_page_can_have_another_port(project: Path, node: Path, tmp_path: Path) -> None:
    a_class(tmp_path, project)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        how = start.how_opened(address(HERE), project, inner_ports=(0, port), hub_port=0)
        how = how.model_copy(update={"address": address("http://class.localhost:0")})
        refused = pytest.raises(PortTaken, match="which the trainer's page needs")
        with refused as told, start.running(tmp_path, how):
            pass
    assert "`--trainer-port`" in told.value.next_step


def test_codes_are_made_once_and_are_roots_alone(tmp_path: Path) -> None:
    made = files.codes(tmp_path)
    assert files.codes(tmp_path) == made
    assert stat.S_IMODE((tmp_path / "codes.json").stat().st_mode) == 0o600
    assert len(made.learners) == 9
    assert len(made.trainer) == 32
    (tmp_path / "other").mkdir()
    assert files.codes(tmp_path / "other") != made


def test_a_process_that_is_not_the_hub_is_left_alone(tmp_path: Path) -> None:
    """The number in a file of before a reboot may be another program's by now."""
    process = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "hub.pid").write_text(str(process.pid))
        assert not start.is_running(tmp_path)
        start.end(tmp_path)
        assert process.poll() is None
    finally:
        process.kill()
        process.wait()


class _Ends:
    """A hub that ends as it is asked to: by Ctrl-C, or by itself."""

    def __init__(self, error: BaseException | None) -> None:
        self._error = error

    def wait(self) -> None:
        if self._error is not None:
            raise self._error


@pytest.mark.parametrize("by_hand", [True, False])
def test_ctrl_c_ends_a_class_in_words_that_are_true(
    by_hand: bool,
    project: Path,
    node: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = project / "class"
    folder.mkdir()
    a_class(folder, project)
    hub = _Ends(KeyboardInterrupt() if by_hand else None)
    monkeypatch.setattr(classroom, "FOLDER", folder)
    monkeypatch.setattr(classroom, "running", lambda *_: nullcontext(hub), raising=False)
    if by_hand:
        class_hub.start()
    else:
        with pytest.raises(HubFailed, match="ended by itself"):
            class_hub.start()
    said = capsys.readouterr().out
    assert "learners come here: http://class.localhost:8000" in said
    assert files.codes(folder).learners in said
    assert "progress of learners: Nothing of it leaves the machine of this class." in said
    assert ("the learners' servers go on" in said) == by_hand
