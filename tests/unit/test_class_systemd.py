"""A class under systemd: what its units say, and what is asked of systemd in which order."""

from __future__ import annotations

import configparser
import subprocess
from pathlib import Path

import pytest
from seat_on_paper import LIMITS, SEAT

from advices.classroom import inside, keeping, unit_texts, units
from advices.classroom.groups import Groups
from advices.classroom.records import Classroom
from advices.classroom.units import Units
from advices.core import CommandFailed
from advices.engine import provision

OTHER = SEAT.model_copy(
    update={"name": "adv-seat-02", "account": "adv-seat-02", "uid": 47002, "number": 2}
)
LOG = Path("/var/log/class/adv-seat-01.log")
SLICE, FIRST, MANAGER = (
    "user-47001.slice.d/50-docker-advices-class.conf",
    "adv-seat-01.service",
    "user@47001.service.d/50-docker-advices-class.conf",
)
START = ["start adv-seat-01.service", "start user@47001.service"]


def texts(words: tuple[str, ...] = ("first",)) -> dict[str, str]:
    return unit_texts.texts(SEAT, LIMITS, words, {"PATH": "/bin"}, LOG)


def read(text: str) -> dict[str, dict[str, str]]:
    """Return sections and keys of a unit; a key that is there twice has its last value."""
    parser = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def test_the_limits_of_a_seat_are_those_of_its_accounts_slice() -> None:
    assert read(texts()[SLICE]) == {
        "Slice": {
            "MemoryMax": str(2 << 30),
            "MemorySwapMax": "0",
            "TasksMax": "1500",
            "CPUQuota": "150%",
        }
    }


def test_the_first_process_is_within_these_limits_and_says_when_the_seat_is_there() -> None:
    service = read(texts()[FIRST])["Service"]
    assert service["Slice"] == "user-47001.slice"
    assert (service["Type"], service["NotifyAccess"]) == ("notify", "all")
    assert service["StandardOutput"] == f"append:{LOG}"
    # Neither a killed step nor the class's own end starts it again.
    assert "Restart" not in service


def test_systemd_reads_each_word_as_it_is() -> None:
    words = ("python", '{"a": "100%", "b": "$HOME\\n"}', "two words", "a\nb")
    line = next(one for one in texts(words)[FIRST].splitlines() if one.startswith("ExecStart="))
    assert line == (
        'ExecStart="python" "{\\"a\\": \\"100%%\\", \\"b\\": \\"$$HOME\\\\n\\"}" '
        '"two words" "a\\nb"'
    )


def test_the_accounts_manager_runs_in_the_seat_as_the_account_and_reads_no_unit_of_its() -> None:
    made = read(texts()[MANAGER])
    assert made["Unit"] == {"BindsTo": FIRST, "After": FIRST}
    start = made["Service"]["ExecStart"]
    assert start.startswith('+"nsenter" ')
    order = [
        "--net=/run/netns/adv-seat-01",
        "--pid=",
        "--reuid=47001",
        '"env" "-i"',
        "SYSTEMD_UNIT_PATH",
    ]
    assert [start.index(one) for one in order] == sorted(start.index(one) for one in order)
    (path,) = (one for one in start.split('"') if one.startswith("SYSTEMD_UNIT_PATH="))
    folders = path.partition("=")[2].split(":")
    # Folders that only root writes to, and no empty one, which would add all others.
    assert folders == ["/run/systemd/user", "/usr/lib/systemd/user"]
    # The one of the machine, in front, is taken away, not added to.
    assert texts()[MANAGER].index("ExecStart=\n") < texts()[MANAGER].index("ExecStart=+")
    assert made["Service"]["StandardOutput"] == "null", "a learner would fill the journal"


def test_the_engine_is_a_unit_of_the_accounts_manager_that_starts_with_it() -> None:
    files = unit_texts.in_seat(SEAT, ["/usr/bin/dockerd-rootless.sh", "--host", "unix:///x"])
    folder = "/run/systemd/user/"
    assert files[str(provision.SYSTEMD)] is None
    default = read(files[f"{folder}default.target"] or "")
    assert default["Unit"]["Wants"] == "docker-advices-engine.service"
    service = read(files[f"{folder}docker-advices-engine.service"] or "")["Service"]
    assert service["Type"] == "notify"
    assert service["Delegate"] == "yes"
    assert service["Restart"] == "on-failure"
    assert service["OOMPolicy"] == "continue"
    assert service["ExecStart"].startswith('"/usr/bin/dockerd-rootless.sh" "--host" "unix:///x"')
    # On the seat's disk, not in this machine's journal.
    log = "append:/var/lib/docker-advices/class/seats/01/docker/engine.log"
    assert service["StandardOutput"] == service["StandardError"] == log


class Machine:
    """A machine with systemd's programs, which do nothing but note what they were asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.notes, self.bin = folder / "notes", folder / "bin"
        self.units, self.linger, self.mount = (folder / one for one in ("etc", "linger", "cgroup"))
        for one in (self.bin, self.units, self.linger, self.mount):
            one.mkdir()
        (self.mount / "cgroup.controllers").write_text("cpu memory pids")
        self.has("systemctl", f'echo "$*" >>{self.notes}')
        self.has("loginctl", f'echo "$*" >>{self.notes}; touch "{self.linger}/$2"')
        monkeypatch.setenv("PATH", f"{self.bin}:/usr/bin:/bin")
        self.keeps = Units(self.units, self.linger, self.mount)

    def has(self, program: str, script: str) -> None:
        (self.bin / program).write_text(f"#!/bin/sh\n{script}\n")
        (self.bin / program).chmod(0o755)

    def asked(self) -> list[str]:
        """Return what was asked since the last time, without what only clears old failures."""
        noted = self.notes.read_text().splitlines() if self.notes.exists() else []
        self.notes.unlink(missing_ok=True)
        return [one for one in noted if "reset-failed" not in one]

    def left(self) -> list[str]:
        files = (*self.units.rglob("*"), *self.linger.iterdir())
        return sorted(one.name for one in files if one.is_file())


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path, monkeypatch)


def test_a_seat_starts_with_its_limits_known_and_lingers_only_then(machine: Machine) -> None:
    machine.keeps.begin(SEAT, LIMITS, ["first"], LOG)
    first, manager = START
    assert machine.asked() == ["daemon-reload", first, "enable-linger adv-seat-01", manager]
    for name in (SLICE, FIRST, MANAGER):
        assert (machine.units / name).read_text() == texts_of(machine)[name]
        assert (machine.units / name).stat().st_mode & 0o777 == 0o644
    # Again, after a reset: nothing changed, and it lingers.
    machine.keeps.begin(SEAT, LIMITS, ["first"], LOG)
    assert machine.asked() == START
    more = LIMITS.model_copy(update={"processes": 2000})
    machine.keeps.begin(SEAT, more, ["first"], LOG)
    assert machine.asked() == ["daemon-reload", *START]


def texts_of(machine: Machine) -> dict[str, str]:
    return unit_texts.texts(SEAT, LIMITS, ["first"], units._VARIABLES, LOG)


def test_the_manager_of_a_seat_that_did_not_start_is_not_started(machine: Machine) -> None:
    machine.has("systemctl", f'echo "$*" >>{machine.notes}; [ "$1" != start ]')
    machine.keeps.begin(SEAT, LIMITS, ["first"], LOG)
    assert machine.asked() == ["daemon-reload", START[0]]
    assert not [*machine.linger.iterdir()]


def test_an_account_that_may_not_linger_is_one_message(machine: Machine) -> None:
    machine.has("loginctl", "echo 'Failed to connect to bus' >&2; exit 1")
    with pytest.raises(CommandFailed, match="adv-seat-01 linger: Failed to connect") as told:
        machine.keeps.begin(SEAT, LIMITS, ["first"], LOG)
    assert "dbus" in told.value.why
    assert "systemctl status systemd-logind dbus" in told.value.next_step


def below(machine: Machine, *names: str) -> Path:
    folder = machine.mount.joinpath("user.slice", "user-47001.slice", *names)
    folder.mkdir(parents=True)
    return folder / "cgroup.procs"


def test_all_below_the_slice_is_a_seats_and_is_killed_before_its_units_are_stopped(
    machine: Machine,
) -> None:
    machine.keeps.begin(SEAT, LIMITS, ["first"], LOG)
    machine.asked()
    deep = below(machine, "user@47001.service", "app.slice", "docker-advices-engine.service")
    other = machine.mount / "user.slice" / "user-47002.slice"
    other.mkdir()
    with subprocess.Popen(["sleep", "100"]) as sleeper:
        deep.write_text(f"0\n{sleeper.pid}\n")
        (other / "cgroup.procs").write_text("1\n")
        assert machine.keeps.processes(SEAT) == {sleeper.pid}
        gone = f"[ $1 = stop ] && : >{deep}"
        machine.has("systemctl", f'echo "$*" >>{machine.notes}; {gone}; true')
        # What lists it never changes here, so that the time runs out.
        with pytest.raises(CommandFailed, match="adv-seat-01 still has 1 process"):
            units.groups.kill_all(SEAT.name, lambda: machine.keeps.processes(SEAT), 0.2)
        assert sleeper.wait() == -9
    deep.write_text("")
    machine.keeps.kill(SEAT)
    assert machine.asked() == ["stop user@47001.service adv-seat-01.service"]


def test_where_each_controller_has_a_tree_systemds_own_has_the_processes(machine: Machine) -> None:
    (machine.mount / "cgroup.controllers").unlink()
    assert units.group(47001, machine.mount) == (
        machine.mount / "systemd" / "user.slice" / "user-47001.slice"
    )


def test_of_a_class_that_its_file_does_not_name_nothing_is_left(machine: Machine) -> None:
    machine.keeps.stay()
    for seat in (SEAT, OTHER):
        machine.keeps.begin(seat, LIMITS, ["first"], LOG)
    # A run that was killed left this much of a third one, and one lingers that has no account.
    half = unit_texts.texts(
        OTHER.model_copy(update={"name": "adv-seat-03", "uid": 47003}), LIMITS, ["first"], {}, LOG
    )
    name = "user-47003.slice.d/50-docker-advices-class.conf"
    (machine.units / name).parent.mkdir()
    (machine.units / name).write_text(half[name])
    (machine.linger / "adv-seat-04").touch()
    theirs = machine.units / "user-47001.slice.d" / "theirs.conf"
    theirs.touch()
    (machine.units / "adv-seat-theirs.service").write_text("[Service]\n")
    (machine.linger / "ada").touch()
    assert machine.keeps.kill_left() == ["adv-seat-01", "adv-seat-02", "adv-seat-03"]
    assert len(machine.keeps.remove()) == 4
    assert machine.left() == ["ada", "adv-seat-theirs.service", "theirs.conf"]
    assert machine.asked()[-1] == "daemon-reload"
    assert machine.keeps.remove() == []
    assert machine.asked() == []


def test_a_seat_that_is_not_in_the_class_any_more_is_forgotten(machine: Machine) -> None:
    for seat in (SEAT, OTHER):
        machine.keeps.begin(seat, LIMITS, ["first"], LOG)
    # Of a run that was killed, when the same seat had another account.
    machine.keeps.begin(SEAT.model_copy(update={"uid": 47009}), LIMITS, ["first"], LOG)
    machine.keeps.forget(SEAT)
    assert {"disable-linger adv-seat-01", "daemon-reload"} <= set(machine.asked())
    assert machine.left() == [
        "50-docker-advices-class.conf",
        "50-docker-advices-class.conf",
        "adv-seat-02",
        "adv-seat-02.service",
    ]


def test_after_a_reboot_systemd_makes_what_seats_need_before_they_start(machine: Machine) -> None:
    machine.keeps.settle()
    assert machine.asked() == [], "no class is there"
    machine.keeps.stay()
    name = "docker-advices-class.service"
    assert machine.asked() == ["daemon-reload", f"enable --quiet --now {name}"]
    made = read((machine.units / name).read_text())
    assert made["Service"]["Type"] == "oneshot"
    assert "docker.service" in made["Unit"]["After"], "it may write rules for packets anew"
    assert made["Install"]["WantedBy"] == "multi-user.target"
    assert name in read(texts()[FIRST])["Unit"]["After"]
    machine.keeps.settle()
    assert machine.asked() == [f"start {name}"]


def test_systemd_keeps_seats_where_it_is_the_service_manager(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provision, "SYSTEMD", tmp_path / "booted")
    assert isinstance(keeping.keeper(), Groups)
    assert [type(one) for one in keeping.keepers()] == [Groups]
    (tmp_path / "booted").mkdir()
    assert isinstance(keeping.keeper(), Units)
    assert {type(one) for one in keeping.keepers()} == {Groups, Units}
    # What runs a program in a seat asks systemd for a scope first, and does nothing in its tree.
    room = Classroom(id="aaaa", seats=(SEAT,), limits=LIMITS, project=Path("/srv/project"))
    words = inside(room, SEAT, ["id"])
    assert words[0] == "systemd-run"
    assert "--slice=user-47001.slice" in words
    assert words.index("--slice=user-47001.slice") < words.index("nsenter")
    assert not any("cgroup.procs" in word for word in words)
