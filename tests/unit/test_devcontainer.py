"""The development container: what its file names is there, and its script makes way."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from advices.learn.server import PORT

FOLDER = Path(__file__).parents[2] / ".devcontainer"
SETTINGS = json.loads((FOLDER / "devcontainer.json").read_text("utf-8"))
# Of https://containers.dev/implementors/json_reference: what is misspelt would be passed over.
KNOWN = {
    *("name", "build", "privileged", "init", "mounts", "forwardPorts", "portsAttributes"),
    *("postStartCommand", "containerEnv", "remoteUser"),
}


def test_every_setting_is_known_and_what_it_names_is_there() -> None:
    assert set(SETTINGS) <= KNOWN
    assert (FOLDER / SETTINGS["build"]["dockerfile"]).is_file()
    shell, script = SETTINGS["postStartCommand"].split()
    assert (shell, (FOLDER.parent / script).is_file()) == ("sh", True)


def test_the_port_of_the_pages_is_forwarded() -> None:
    assert SETTINGS["forwardPorts"] == [PORT]
    assert list(SETTINGS["portsAttributes"]) == [str(PORT)]


def test_the_engines_data_is_on_no_layer_of_the_container() -> None:
    """overlay2 does not stand on overlay2."""
    (mount,) = SETTINGS["mounts"]
    assert "target=/var/lib/docker" in mount and "type=volume" in mount
    assert SETTINGS["privileged"], "without it no engine starts in a container"


@pytest.mark.parametrize("controllers", ["cpu memory pids", None])
def test_processes_leave_the_group_that_hands_limits_on(
    controllers: str | None, tmp_path: Path
) -> None:
    """With cgroup v2 the script makes way for the engine; with v1 it starts the engine only."""
    groups = tmp_path / "cgroup"
    groups.mkdir()
    if controllers:
        (groups / "cgroup.controllers").write_text(f"{controllers}\n")
        (groups / "cgroup.procs").write_text("1\n77\n")
        (groups / "cgroup.subtree_control").write_text("")
    (tmp_path / ".devcontainer").mkdir()
    text = (FOLDER / "engine.sh").read_text("utf-8")
    assert text.count("groups=/sys/fs/cgroup\n") == 1
    script = tmp_path / ".devcontainer" / "engine.sh"
    script.write_text(text.replace("groups=/sys/fs/cgroup\n", f"groups={groups}\n"))
    (tmp_path / "run").write_text('#!/bin/sh\necho "started by $*"\n')
    (tmp_path / "run").chmod(0o755)
    done = subprocess.run(["sh", script], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("started by advices -- engine start\n", "")
    assert (groups / "editor" / "cgroup.procs").exists() == bool(controllers)
    if controllers:
        assert (groups / "editor" / "cgroup.procs").read_text() == "77\n", "each alone, the last"
        assert (groups / "cgroup.subtree_control").read_text() == "+pids\n"
