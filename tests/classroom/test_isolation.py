"""What the learner in one seat tries against another one and this machine, with all that is there.

Ada tries; Ben must not notice. Each test uses what an account has: a shell, Python, docker.
"""

from __future__ import annotations

import secrets
import signal
import subprocess
import time
from pathlib import Path

import pytest
from seat_rooms import LIMITS, at, group_of, sh, spawned
from tries import ALL_OVER, CONNECT, FETCH, PYTHON, SERVE, answers_soon, listening, reaches, tasks

from advices.classroom import Classroom, Seat, answers, ensure, processes, reset_seat
from advices.core import poll

pytestmark = [pytest.mark.classroom, pytest.mark.root]
# Seats may read this file.
OF_BEN = secrets.token_hex(16)


@pytest.mark.always
def test_a_seats_engine_is_nobody_elses(room: Classroom, ada: Seat, ben: Seat, image: str) -> None:
    sh(room, ben, f"docker tag {image} of-ben:1; docker volume create of-ben")
    name = sh(room, ben, f"docker run -d --name of-ben {image} sleep 600")
    for address in (
        f"unix://{ben.socket}",
        "unix:///var/run/docker.sock",
        f"tcp://{ben.address}:2375",
    ):
        for words in (("ps",), ("images",), ("stop", name), ("exec", name, "id"), ("volume", "ls")):
            done = at(room, ada, "docker", "-H", address, *words)
            assert done.returncode != 0, (address, words, done.stdout)
    assert "of-ben" not in sh(room, ada, "docker images; docker ps -a; docker volume ls")
    assert sh(room, ben, "docker inspect -f '{{.State.Running}}' of-ben") == "true"
    sh(room, ben, "docker rm -f of-ben; docker volume rm of-ben; docker rmi of-ben:1")


@pytest.mark.always
def test_a_seats_files_are_nobody_elses(room: Classroom, ada: Seat, ben: Seat) -> None:
    # As careless as an account can be: all of it is open to all.
    sh(
        room,
        ben,
        "umask 0; chmod 777 ~; mkdir -p $XDG_RUNTIME_DIR/jupyter; chmod 777 $XDG_RUNTIME_DIR; "
        "for at in ~/mine /tmp/mine /dev/shm/mine $XDG_RUNTIME_DIR/jupyter/kernel-1.json; "
        f"do echo {OF_BEN} >$at; done",
    )
    for place in (
        ben.home / "mine",
        ben.runtime / "jupyter/kernel-1.json",
        Path("/tmp/mine"),
        Path("/dev/shm/mine"),
    ):
        assert at(room, ada, "cat", str(place)).returncode != 0, place
    found = at(room, ada, "grep", "-rls", OF_BEN, "/var/lib/docker-advices", "/run", "/tmp")
    assert found.stdout == ""
    # Neither do others of this machine, with the files of the disks.
    done = subprocess.run(
        [
            "setpriv",
            f"--reuid={ada.uid}",
            f"--regid={ada.uid}",
            "--clear-groups",
            "find",
            "/var/lib/docker-advices/class",
            "-readable",
            "-type",
            "f",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == ""


def test_a_seat_sees_no_process_but_its_own(room: Classroom, ada: Seat, ben: Seat) -> None:
    with spawned(room, ben, "env", f"TOKEN={OF_BEN}", "sleep", "300") as asleep:
        for _ in poll(10):
            if any(Path(f"/proc/{one}/comm").read_text() == "sleep\n" for one in processes(ben)):
                break
        owners = sh(room, ada, "stat -c %u /proc/[0-9]* | sort -u").split()
        assert set(owners) <= {"0", str(ada.uid), *_sub_ids(room, ada)}
        # The pattern does not match itself, which is in a command line too.
        look = f"grep -ls '{OF_BEN[:-1]}[{OF_BEN[-1]}]' /proc/[0-9]*/environ /proc/[0-9]*/cmdline"
        assert at(room, ada, "sh", "-c", look).stdout == ""
        at(room, ada, "sh", "-c", "kill -9 -1")
        assert asleep.poll() is None
    ensure(room, ada)


def _sub_ids(room: Classroom, seat: Seat) -> set[str]:
    first, count = sh(
        room, seat, f"grep {seat.account}: /etc/subuid | cut -d: -f2,3 | tr : ' '"
    ).split()
    return {str(int(first) + number) for number in range(int(count))}


def test_the_environment_of_root_is_not_a_learners(
    room: Classroom, ada: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_ROOT", "yes")
    assert "SECRET_OF_ROOT" not in sh(
        room, ada, "env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'"
    )


@pytest.mark.always
def test_two_seats_have_port_8000_and_neither_reaches_the_others(
    room: Classroom, ada: Seat, ben: Seat, image: str
) -> None:
    for seat, name in ((ada, "ada"), (ben, "ben")):
        sh(room, seat, SERVE.format(name=name, image=image, says=f"this is {name}"))
    for seat, name in ((ada, "ada"), (ben, "ben")):
        fetch = FETCH.format("http://127.0.0.1:8000/index.html")
        for _ in poll(20, 0.2):
            if (done := at(room, seat, PYTHON, "-c", fetch)).returncode == 0:
                break
        assert done.stdout.strip() == f"this is {name}"
    with spawned(room, ben, PYTHON, "-m", "http.server", "9000", "--bind", "0.0.0.0"):
        for _ in poll(10, 0.1):
            if reaches(room, ben, "127.0.0.1", 9000):
                break
        # This machine's root is who the hub is; other accounts of it are nobody in a seat.
        of_ben = ("timeout", "3", "bash", "-c", f"</dev/tcp/{ben.address}/9000")
        other = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
        assert subprocess.run(of_ben, check=False).returncode == 0
        assert subprocess.run([*other, *of_ben], check=False, capture_output=True).returncode == 1
        for port in (8000, 9000):
            assert reaches(room, ben, ben.address, port)
            assert not reaches(room, ada, ben.address, port)
            assert not reaches(room, ada, ben.gateway, port)
        of_ben = CONNECT.format(ben.address, 8000)
        assert (
            at(room, ada, "docker", "run", "--rm", image, "python3", "-c", of_ben).returncode == 1
        )
    for seat, name in ((ada, "ada"), (ben, "ben")):
        sh(room, seat, f"docker rm -f {name}")


def test_of_this_machine_a_seat_reaches_the_hub_alone(
    room: Classroom, ada: Seat, ben: Seat
) -> None:
    own = subprocess.run(
        ["hostname", "-I"], capture_output=True, text=True, check=True
    ).stdout.split()
    with listening("0.0.0.0", 9321) as came, listening(ada.gateway, room.hub_port) as hub:
        for address in (ada.gateway, ben.gateway, *(one for one in own if ":" not in one)):
            assert not reaches(room, ada, address, 9321), address
        assert came == []
        assert reaches(room, ada, ada.gateway, room.hub_port)
        assert hub == [ada.address]


def test_a_full_disk_is_one_seats(room: Classroom, ada: Seat, ben: Seat) -> None:
    done = at(room, ada, "sh", "-c", "cat /dev/zero >~/all-of-it; cat /dev/zero >/tmp/more")
    assert "No space left" in done.stderr
    stored = Path(f"/var/lib/docker-advices/class/disks/{ada.name}.img").stat().st_blocks * 512
    assert stored < LIMITS.disk_bytes * 1.02
    assert answers_soon(ben)
    sh(room, ben, "head -c 20000000 /dev/zero >~/room; rm ~/room")
    sh(room, ada, "rm ~/all-of-it /tmp/more")
    assert answers_soon(ada)


def test_nothing_of_this_machine_can_be_written(room: Classroom, ada: Seat) -> None:
    found = sh(room, ada, f"{ALL_OVER} || true").splitlines()
    places = ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue", "/run/lock")
    own = (ada.home.parent, ada.runtime, *map(Path, places))
    # Deeper down it is the mount that forbids it.
    kinds = "proc|sysfs|cgroup2?|devtmpfs|devpts|mqueue|tmpfs"
    # Those of systemd's machines, which have nothing that an account may write; what is open to
    # all in securityfs asks for a right that only root has.
    of_root = "hugetlbfs|bpf|pstore|configfs|debugfs|tracefs|fusectl|efivarfs"
    kinds += f"|{of_root}|securityfs|autofs|binfmt_misc"
    for place in sh(room, ada, f"awk '$3 ~ /^({of_root})$/ {{print $2}}' /proc/mounts").split():
        assert at(room, ada, "find", place, "-maxdepth", "2", "-writable").stdout == "", place
    writable = sh(room, ada, f"grep -vE ' ({kinds}) ' /proc/mounts | grep ' rw,' || true")
    assert {line.split()[0] for line in writable.splitlines()} == {_disk_of(room, ada)}
    assert [one for one in found if not any(Path(one).is_relative_to(of) for of in own)] == []
    for words in (
        ("mount", "-o", "remount,rw", "/"),
        ("umount", "/tmp"),
        ("docker", "run", "--privileged", "--rm", "-v", "/:/host", "x"),
    ):
        assert at(room, ada, *words).returncode != 0
    group = group_of(ada)
    for door in (group / "cgroup.procs", group.parent / "cgroup.procs", group / "pids.max"):
        assert at(room, ada, "sh", "-c", f"echo $$ >{door}").returncode != 0, door


def _disk_of(room: Classroom, seat: Seat) -> str:
    return sh(room, seat, "df --output=source ~ | tail -1")


def test_more_memory_than_a_seat_has_ends_what_took_it(
    room: Classroom, ada: Seat, ben: Seat, image: str
) -> None:
    eat = f"x = bytearray({LIMITS.memory_bytes * 2}); x[::4096] = b'1' * len(x[::4096])"
    assert at(room, ada, PYTHON, "-c", eat).returncode != 0
    assert answers_soon(ben)
    ensure(room, ada)
    done = at(room, ada, "docker", "run", "--rm", image, "python3", "-c", eat)
    assert done.returncode != 0
    assert answers_soon(ben)
    ensure(room, ada)
    assert "7" in sh(room, ada, f"docker run --rm {image} python3 -c 'print(7)'")


def test_a_fork_bomb_is_one_seats(room: Classroom, ada: Seat, ben: Seat, image: str) -> None:
    bomb = "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"
    with spawned(room, ada, PYTHON, "-c", bomb):
        try:
            # Threads count too, so not each of them is a process.
            most = max(tasks(ada) for _ in poll(10, 0.2))
            assert LIMITS.processes - 5 <= most <= LIMITS.processes
            assert answers_soon(ben)
            started = time.monotonic()
            assert "7" in sh(room, ben, f"docker run --rm {image} python3 -c 'print(7)'")
            assert time.monotonic() - started < 20
        finally:
            reset_seat(room, ada)
    assert tasks(ada) < LIMITS.processes / 2
    assert answers_soon(ada)


def test_nothing_lives_on_after_a_reset(room: Classroom, ada: Seat, ben: Seat, image: str) -> None:
    before = sh(room, ada, "docker images -q | sort")
    sh(
        room,
        ada,
        "setsid nohup sleep 4321 >/dev/null 2>&1 & "
        "for at in ~ /tmp /var/tmp /dev/shm /run/lock $XDG_RUNTIME_DIR; do echo x >$at/left; done; "
        f"docker run -d --restart always --name left {image} sleep 4321; "
        "docker volume create left; "
        f"printf 'FROM {image}\\nRUN echo left >/left\\n' | docker build -q -t left -; "
        "echo '* * * * * touch ~/cron' | crontab - 2>/dev/null || true",
    )
    reset_seat(room, ada)
    assert sh(room, ada, "docker images -q | sort") == before
    assert "left" not in sh(room, ada, "docker ps -a; docker volume ls; docker images")
    places = "~ /tmp /var/tmp /dev/shm /run/lock $XDG_RUNTIME_DIR"
    assert "left" not in sh(room, ada, f"ls {places}")
    assert "4321" not in sh(room, ada, "ps axo args | grep -v grep")
    assert not Path("/var/spool/cron/crontabs", ada.account).exists()
    by_uid = subprocess.run(
        ["pgrep", "-u", str(ada.uid), "sleep"], check=False, capture_output=True
    )
    assert by_uid.stdout == b""
    assert answers_soon(ben)


def test_an_engine_that_its_learner_killed_comes_back_and_the_server_stays(
    room: Classroom, ada: Seat
) -> None:
    with spawned(room, ada, "sleep", "300") as server:
        sh(room, ada, "pkill -9 dockerd; pkill -9 rootlesskit || true")
        ensure(room, ada)
        assert answers(ada)
        assert server.poll() is None


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGKILL])
def test_a_program_ends_with_the_process_that_its_starter_knows(
    room: Classroom, ada: Seat, sign: signal.Signals
) -> None:
    with spawned(room, ada, "sleep", "987") as known:
        look = ("pgrep", "-f", "^sleep 987$")
        for _ in poll(10):
            if at(room, ada, *look).stdout:
                break
        known.send_signal(sign)
        for _ in poll(10):
            if not at(room, ada, *look).stdout:
                break
        assert at(room, ada, *look).stdout == ""
        assert answers(ada)


def test_images_are_stored_once(room: Classroom, ada: Seat, ben: Seat, image: str) -> None:
    assert sh(room, ada, f"docker image inspect -f '{{{{.Id}}}}' {image}") == sh(
        room, ben, f"docker image inspect -f '{{{{.Id}}}}' {image}"
    )
    layers = f"{ada.home.parent}/docker/overlay2/*/diff"
    assert at(room, ada, "sh", "-c", f"touch {layers}/usr/mine").returncode != 0
    # A container has its own, with the right owners: root is root, and may write.
    looks = "stat -c %u:%g /usr /etc/shadow; touch /usr/mine && echo wrote"
    done = sh(room, ada, f"docker run --rm {image} sh -c '{looks}'")
    assert done.split() == ["0:0", "0:42", "wrote"]
    store = Path("/var/lib/docker-advices/class/store.img").stat().st_blocks * 512
    disk = Path(f"/var/lib/docker-advices/class/disks/{ben.name}.img").stat().st_blocks * 512
    assert disk < store / 2
