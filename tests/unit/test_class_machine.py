"""What a machine allows of a class, and what a class is planned to be: without making anything."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from advices.classroom import (
    Asked,
    Classroom,
    Facts,
    Limits,
    Wanted,
    accounts,
    demand,
    images,
    judge,
    machine,
    network,
    places,
    preparing,
    seat_of,
    stored,
)
from advices.cli.classroom import bytes_of
from advices.core import (
    BundleRefused,
    ClassMissing,
    ClassUnfit,
    CommandFailed,
    FileRefused,
    SeatUnknown,
)

GB = 1_000_000_000
FACTS = Facts(
    is_root=True,
    system="Linux",
    kernel=(6, 1),
    user_namespaces="",
    cgroup_version=2,
    controllers_missing=(),
    has_tun=True,
    has_loop=True,
    disk_free_bytes=300 * GB,
    memory_bytes=16 * GB,
    cpus=8,
    programs_missing=(),
    sub_ids_missing="",
    proxy="/usr/local/bin/configurable-http-proxy",
)
LIMITS = Limits(memory_bytes=2 * GB, disk_bytes=8 * GB, processes=1500, cpus=1.0)
WANTED = Wanted(seats=10, limits=LIMITS)


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


def asked(seats: int, **more: object) -> Asked:
    return Asked(seats=seats, limits=LIMITS, project=Path("/srv/project"), **more)  # type: ignore[arg-type]


def planned(old: Classroom | None, seats: int) -> Classroom:
    return preparing.planned(old, asked(seats), used={47_000, 47_002}, routes=["10.197.0.0/16"])


def test_seats_get_numbers_and_addresses_that_nobody_has() -> None:
    room = planned(None, 3)
    assert [seat.uid for seat in room.seats] == [47_001, 47_003, 47_004]
    assert [seat.name for seat in room.seats] == ["adv-seat-01", "adv-seat-02", "adv-seat-03"]
    assert room.subnet == "10.198.0.0/20"
    taken = [one for seat in room.seats for one in (seat.address, seat.gateway)]
    assert len(set(taken)) == 6
    assert (room.seats[0].gateway, room.seats[0].address) == ("10.198.0.5", "10.198.0.6")


def test_a_larger_class_keeps_the_seats_that_are_there_and_a_smaller_one_the_first() -> None:
    three = planned(None, 3)
    five = planned(three, 5)
    assert five.seats[:3] == three.seats
    assert five.id == three.id
    assert len({seat.uid for seat in five.seats}) == 5
    assert planned(five, 2).seats == three.seats[:2]


def test_the_largest_class_has_an_address_and_a_short_name_for_each_link() -> None:
    room = planned(None, 200)
    assert len({seat.address for seat in room.seats}) == 200
    assert all(len(places.link(seat)) <= 15 for seat in room.seats)


def test_without_room_for_accounts_or_networks_it_says_so() -> None:
    with pytest.raises(CommandFailed, match="only 0 of the numbers"):
        accounts.free_ids(1, range(47_000, 60_000))
    with pytest.raises(CommandFailed, match="no network is left"):
        network.free_subnet(["10.0.0.0/8"])


def test_what_a_seat_may_reach() -> None:
    room = planned(None, 1)
    rules = [" ".join(words) for words in network.rule_words(room)]
    inward = [one for one in rules if "-A ADVICES-CLASS-IN" in one]
    assert inward[1].endswith("-p tcp -d 10.198.0.0/20 --dport 8081 -j ACCEPT")
    assert inward[-1].endswith("-j REJECT")
    through = [one for one in rules if "-A ADVICES-CLASS-FWD" in one]
    assert through[-1].endswith("-j REJECT")
    assert not any("MASQUERADE" in one for one in rules)
    outward = [one for one in rules if "-A ADVICES-CLASS-OUT" in one]
    assert "--uid-owner 0 -j ACCEPT" in outward[-2]
    assert outward[-1].endswith("OUT -j REJECT")
    # The built-in chains lead to ours last: no half of the rules is ever in force.
    first = min(number for number, one in enumerate(rules) if " -I " in one)
    assert all(" -I " in one for one in rules[first:])


def test_with_a_network_a_seat_reaches_no_other_seat_and_no_secrets_of_a_cloud() -> None:
    room = planned(None, 1).model_copy(update={"has_network": True})
    rules = [" ".join(words) for words in network.rule_words(room)]
    through = [one for one in rules if "-A ADVICES-CLASS-FWD" in one]
    accepts = through.index(next(one for one in through if one.endswith("FWD -j ACCEPT")))
    others = ("-o adv-seat+", "-d 169.254.0.0/16")
    for refused in (f"{one} -j REJECT" for one in others):
        assert any(one.endswith(refused) for one in through[:accepts])
    bridged = [one for one in rules if "-t mangle -A ADVICES-CLASS-BRIDGE" in one]
    assert {one.partition("BRIDGE ")[2] for one in bridged} == {
        f"{way} {bridge} -j DROP" for way in ("-i", "-o") for bridge in ("docker+", "br-+")
    }
    assert any("MASQUERADE" in one for one in rules)


def test_the_file_of_a_class_is_roots_alone_and_comes_back_whole(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    assert stored.read(folder) is None
    room = planned(None, 2)
    stored.write(room, folder)
    assert stored.read(folder) == room
    assert places.class_file(folder).stat().st_mode & 0o777 == 0o600
    places.class_file(folder).write_text("{")
    with pytest.raises(FileRefused, match="is not as this toolkit writes it"):
        stored.read(folder)


def test_a_seat_is_found_by_name_and_by_number() -> None:
    room = planned(None, 2)
    for word in ("adv-seat-02", "2", "02"):
        assert seat_of(room, word) is room.seats[1]
    with pytest.raises(SeatUnknown, match="no seat `3`"):
        seat_of(room, "3")
    with pytest.raises(ClassMissing, match="no class is prepared"):
        seat_of(None, "1")


def test_what_a_command_in_a_seat_said_is_the_error_of_the_class() -> None:
    printed = "bundle: verifying\nerror: x.bundle is incomplete\nwhy: it stopped\nnext: copy it\n"
    found = images.fault(34, printed)
    assert isinstance(found, BundleRefused)
    assert (found.what, found.why, found.next_step) == (
        "x.bundle is incomplete",
        "it stopped",
        "copy it",
    )
    other = images.fault(137, "Killed\n")
    assert isinstance(other, CommandFailed)
    assert "Killed" in other.what


def test_a_bundle_is_told_by_its_content_and_one_that_is_not_there_refused(tmp_path: Path) -> None:
    for name, content in {"a": b"1", "b": b"1", "c": b"2"}.items():
        (tmp_path / name).write_bytes(content)
    key = images.key_of(tmp_path / "a")
    assert key == images.key_of(tmp_path / "b")
    assert key != images.key_of(tmp_path / "c")
    with pytest.raises(BundleRefused, match="cannot be read"):
        images.key_of(tmp_path / "none")


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
