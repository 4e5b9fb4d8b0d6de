"""What a machine allows of a class: without making anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from class_machine import FACTS, GB, LIMITS, WANTED

from advices.classroom import Wanted, demand, judge, machine
from advices.cli.classroom import bytes_of
from advices.core import ClassUnfit


def test_a_machine_that_has_everything_allows_what_memory_and_disk_do() -> None:
    verdict = judge(FACTS, WANTED)
    assert verdict.fault is None
    assert verdict.seats_allowed == 32
    assert judge(replace(FACTS, disk_free_bytes=100 * GB), WANTED).seats_allowed == 12
    demand(verdict)


@pytest.mark.parametrize(
    ("change", "says", "fix"),
    [
        ({"is_root": False}, "only root", "as root"),
        ({"system": "Darwin"}, "Darwin is no Linux", "Linux"),
        ({"kernel": (5, 10)}, "Linux 5.10 is older than 5.12", "Debian 12"),
        ({"kernel": (5, 15)}, "Linux 5.15 cannot share images", "Ubuntu 24.04"),
        ({"user_namespaces": "user.max_user_namespaces is 0"}, "namespaces is 0", "allow them"),
        ({"controllers_missing": ("pids", "cpu")}, "limits no pids and no cpu", "control groups"),
        ({"has_tun": False}, "no /dev/net/tun", "modprobe tun"),
        ({"has_loop": False}, "no /dev/loop-control", "modprobe loop"),
        ({"sub_ids_missing": "there is no /etc/subuid"}, "no /etc/subuid", "touch /etc/subuid"),
        ({"programs_missing": ("slirp4netns",)}, "missing: slirp4netns", "packages"),
        ({"memory_bytes": 3 * GB}, "enough for 3 seats, not 10", "prepare 3 seats"),
        (
            {"disk_free_bytes": 50 * GB},
            "50.0 GB are free, and 10 seats may take 84.0 GB",
            "`--disk 4.6G`, `--seats 5`, or a larger disk",
        ),
        ({"disk_free_bytes": 1 * GB}, "1.0 GB are free", "larger disk"),
    ],
)
def test_each_fault_is_one_message(change: dict[str, object], says: str, fix: str) -> None:
    verdict = judge(replace(FACTS, **change), WANTED)  # type: ignore[arg-type]
    assert sum(row.mark == "bad" for row in verdict.rows) == 1
    with pytest.raises(ClassUnfit) as told:
        demand(verdict)
    assert says in told.value.what
    assert fix in told.value.next_step


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"memory_bytes": 100_000_000}, "100 MB is too little"),
        ({"disk_bytes": 100_000_000}, "100 MB is too little"),
        ({"processes": 10}, "10 are too few"),
        ({"cpus": 9.0}, "9 of 8"),
        ({"cpus": 0.0}, "0 of 8"),
    ],
)
def test_a_seat_that_is_too_small_or_too_large_is_refused(
    change: dict[str, object], says: str
) -> None:
    fault = judge(FACTS, replace(WANTED, limits=LIMITS.model_copy(update=change))).fault
    assert fault is not None
    assert says in fault.says


@pytest.mark.parametrize("seats", [0, -1, 201])
def test_no_seat_and_too_many_are_refused(seats: int) -> None:
    fault = judge(FACTS, replace(WANTED, seats=seats)).fault
    assert fault is not None
    assert fault.subject == "seats"


def test_without_the_proxy_a_class_is_prepared_and_the_table_says_how_it_comes() -> None:
    verdict = judge(replace(FACTS, proxy=""), WANTED)
    assert verdict.fault is None
    (note,) = [row for row in verdict.rows if row.mark == "note"]
    assert "npm install" in note.fix


def test_what_is_stored_already_is_not_counted_twice() -> None:
    tight = replace(FACTS, disk_free_bytes=40 * GB)
    assert judge(tight, WANTED).seats_allowed == 4
    assert (
        judge(tight, replace(WANTED, stored_bytes=20 * GB, store_bytes=2 * GB)).seats_allowed == 6
    )


@pytest.mark.parametrize(
    ("release", "version"),
    [("6.1.0-18-amd64", (6, 1)), ("5.15.0", (5, 15)), ("6.18.44-fc", (6, 18)), ("x", (0, 0))],
)
def test_kernels_say_their_version(release: str, version: tuple[int, int]) -> None:
    assert machine.kernel(release) == version


def test_control_groups_that_a_machine_lacks_are_named(tmp_path: Path) -> None:
    assert machine.controllers_missing(tmp_path) == ("pids", "memory", "cpu")
    for one in ("pids", "memory"):
        (tmp_path / one).mkdir()
        (tmp_path / one / "cgroup.procs").touch()
    assert machine.controllers_missing(tmp_path) == ("cpu",)
    (tmp_path / "cgroup.controllers").write_text("cpuset cpu io memory hugetlb")
    assert machine.controllers_missing(tmp_path) == ("pids",)


def test_why_accounts_get_no_sub_ids(tmp_path: Path) -> None:
    assert machine.sub_ids_missing(tmp_path) == f"there is no {tmp_path / 'subuid'}"
    for name in ("subuid", "subgid"):
        (tmp_path / name).touch()
    assert machine.sub_ids_missing(tmp_path) == ""
    (tmp_path / "login.defs").write_text("UID_MIN 1000\nSUB_UID_COUNT\t\t    0\n")
    assert "SUB_UID_COUNT" in machine.sub_ids_missing(tmp_path)


def test_a_disk_on_which_no_lab_runs_is_told_before_the_class() -> None:
    small = LIMITS.model_copy(update={"disk_bytes": 2 * GB})
    (row,) = (
        row
        for row in judge(FACTS, Wanted(seats=3, limits=small, lab_bytes=4 * GB)).rows
        if row.subject == "disk of a seat"
    )
    assert row.mark == "note", "a class without labs is one too"
    assert row.says.startswith("2.0 GB, and labs want 4.0 GB free")
    assert row.fix == "`--disk` with 5.0 GB or more"
    large = LIMITS.model_copy(update={"disk_bytes": 5 * GB})
    found = judge(FACTS, Wanted(seats=3, limits=large, lab_bytes=4 * GB)).rows
    assert "disk of a seat" not in {row.subject for row in found}


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("512M", 512_000_000), ("2G", 2_000_000_000), ("1.5 GB", 1_500_000_000), ("2GiB", 2 << 30)],
)
def test_a_size_is_decimal_as_it_is_shown(text: str, bytes_: int) -> None:
    assert bytes_of(text) == bytes_


@pytest.mark.parametrize("text", ["", "2", "two G", "-2G", "2X"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="is no size"):
        bytes_of(text)


def test_the_size_of_a_disk_that_is_proposed_fits() -> None:
    for free in (15, 25, 50, 83):
        facts = replace(FACTS, disk_free_bytes=free * GB)
        fault = judge(facts, WANTED).fault
        assert fault is not None
        found = re.search(r"`--disk ([\d.]+)G`", fault.fix)
        assert found, fault.fix
        smaller = LIMITS.model_copy(update={"disk_bytes": int(float(found[1]) * GB)})
        assert judge(facts, replace(WANTED, limits=smaller)).fault is None
