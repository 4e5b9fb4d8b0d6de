"""A seat: the words that lead into it, what it may take, what ends in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from seat_on_paper import LIMITS, SEAT

from advices.classroom import Classroom, groups, inside
from advices.core import CommandFailed
from advices.engine import provision

CLASS = Classroom(id="aaaa", seats=(SEAT,), limits=LIMITS, project=Path("/srv/project"))


@pytest.fixture(autouse=True)
def _no_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine be one without systemd; test_class_systemd.py has the others."""
    monkeypatch.setattr(provision, "SYSTEMD", tmp_path / "not-booted")


def test_a_program_joins_the_limits_before_it_becomes_the_account() -> None:
    words = inside(CLASS, SEAT, ["jupyterhub-singleuser", "--port=1"])
    assert words[-2:] == ["jupyterhub-singleuser", "--port=1"]
    group = max(number for number, word in enumerate(words) if word.endswith("/cgroup.procs"))
    assert group < words.index("nsenter") < words.index("setpriv") < words.index("env")
    assert "--reuid=47001" in words and "--regid=47001" in words and "--clear-groups" in words
    assert "--net=/run/netns/adv-seat-01" in words
    for kind in ("mount=/run/docker-advices/class/adv-seat-01/mnt", "pid=", "ipc=", "uts="):
        assert any(word.startswith(f"--{kind}") for word in words), kind
    assert "DOCKER_HOST=unix:///run/user/47001/docker.sock" in words


def test_the_hubs_programs_keep_the_environment_and_ours_get_none_of_roots() -> None:
    assert "-i" not in inside(CLASS, SEAT, ["id"])
    assert not any(word.startswith("PATH=") for word in inside(CLASS, SEAT, ["id"]))
    words = inside(CLASS, SEAT, ["id"], clean=True)
    assert words[words.index("env") + 1] == "-i"
    assert any(word.startswith("PATH=") for word in words)


def test_nothing_runs_where_a_group_is_not_there(tmp_path: Path) -> None:
    words = inside(CLASS, SEAT, ["true"])
    first, second = [n for n, word in enumerate(words) if word in ("seat", "--")][:2]
    doors = [str(tmp_path / "a"), str(tmp_path / "none" / "b")]
    alone = [*words[: first + 1], *doors, *words[second:]]
    done = subprocess.run(
        [*alone[: alone.index("nsenter")], "touch", str(tmp_path / "ran")],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 125
    assert not (tmp_path / "ran").exists()
    assert (tmp_path / "a").read_text().strip().isdigit()


def version_1(mount: Path) -> None:
    for controller in groups.CONTROLLERS:
        (mount / controller).mkdir(parents=True)


def test_limits_where_each_controller_has_a_tree(tmp_path: Path) -> None:
    version_1(tmp_path)
    groups.make(SEAT.name, LIMITS, tmp_path)
    of = {one: tmp_path / one / "docker-advices-class" / SEAT.name for one in groups.CONTROLLERS}
    assert (of["pids"] / "pids.max").read_text() == "1500"
    assert (of["memory"] / "memory.limit_in_bytes").read_text() == str(2 << 30)
    assert (of["memory"] / "memory.memsw.limit_in_bytes").read_text() == str(2 << 30)
    assert (of["cpu"] / "cpu.cfs_quota_us").read_text() == "150000"
    assert [door.parent for door in groups.doors(SEAT.name, tmp_path)] == [*of.values()]


def test_limits_where_there_is_one_tree(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    groups.make(SEAT.name, LIMITS, tmp_path)
    group = tmp_path / "docker-advices-class" / SEAT.name
    assert (group / "pids.max").read_text() == "1500"
    assert (group / "memory.max").read_text() == str(2 << 30)
    assert (group / "memory.swap.max").read_text() == "0"
    assert (group / "cpu.max").read_text() == "150000 100000"
    for above in (tmp_path, group.parent):
        assert (above / "cgroup.subtree_control").read_text() == "+pids +memory +cpu"


def test_a_machine_without_control_groups_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="control group of adv-seat-01 could not be made"):
        groups.make(SEAT.name, LIMITS, tmp_path / "none")


def test_all_of_a_seat_is_killed(tmp_path: Path) -> None:
    version_1(tmp_path)
    groups.make(SEAT.name, LIMITS, tmp_path)
    with subprocess.Popen(["sleep", "100"]) as sleeper:
        door = groups.doors(SEAT.name, tmp_path)[0]
        door.write_text(f"{sleeper.pid}\n0\n")
        assert groups.processes(SEAT.name, tmp_path) == {sleeper.pid}
        with pytest.raises(CommandFailed, match="adv-seat-01 still has 1 process that should"):
            groups.kill(SEAT.name, tmp_path, timeout_seconds=0.2)
        assert sleeper.wait() == -9
