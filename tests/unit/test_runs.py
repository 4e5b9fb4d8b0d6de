"""Runs of several processes: which lives, which is swept, and who waits for whom."""

from __future__ import annotations

import contextlib
import getpass
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from advices.core import DiskFull, EngineLost
from advices.core.process import poll
from advices.core.threads import at_once
from advices.engine import RUN_LABEL
from advices.runs import guardian, lifecycle, locks, remains

# A process that owns a run, or the lock of measuring, until its standard input ends.
CHILD = """
import sys
from advices import runs
class Engine:
    def run_ids(self): return set()
    def remove_run(self, run_id): print("removed", run_id, flush=True)
    def mark_cache(self, run_id): return ""
    def remove_marked(self, run_id, word): return 0
def say(message): print("say", message, flush=True)
if sys.argv[1] == "run":
    with runs.own_run(Engine()) as run:
        (run.scratch / "copy").mkdir()
        print("holds", run.id, flush=True)
        sys.stdin.read()
elif sys.argv[1] == "measuring":
    with runs.measuring(say):
        print("holds", "measuring", flush=True)
        sys.stdin.read()
else:
    with runs.undisturbed(alone=sys.argv[1] == "alone"):
        print("holds", sys.argv[1], flush=True)
        sys.stdin.read()
"""


class Child:
    """Another process of this user with the lock that `what` names."""

    def __init__(self, what: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        word, self.holds = self.process.stdout.readline().split()
        assert word == "holds"

    def end(self) -> str:
        """Let it end well and return what else it printed."""
        return self.process.communicate(input="", timeout=30)[0]

    def crash(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


@pytest.fixture
def child(request: pytest.FixtureRequest) -> Iterator[Child]:
    """Return a process that owns a run; with a parameter, one that holds that lock."""
    made = Child(getattr(request, "param", "run"))
    yield made
    with contextlib.suppress(ValueError, OSError):
        made.crash()


class FakeEngine:
    """An engine that only knows which run ids are on its things."""

    def __init__(self, *ids: str, fault: Exception | None = None) -> None:
        self.ids = set(ids)
        self.removed: list[str] = []
        self.caches: list[str] = []
        self.forgot: list[str] = []
        self.word = ""
        self.fault = fault

    def run_ids(self) -> set[str]:
        return set(self.ids)

    def mark_cache(self, run_id: str) -> str:
        # It is found by what carries the run's id, so that must be there still.
        assert run_id not in self.removed
        self.caches.append(run_id)
        return self.word

    def remove_marked(self, run_id: str, word: str) -> int:
        self.forgot += [word] if word else []
        return 0

    def remove_run(self, run_id: str) -> None:
        self.removed.append(run_id)
        self.ids.discard(run_id)
        if self.fault:
            raise self.fault


def folders() -> list[str]:
    return sorted(path.name for path in (lifecycle.state_folder() / "runs").glob("*"))


def test_a_run_of_a_living_process_is_left_alone(child: Child) -> None:
    engine = FakeEngine(child.holds)
    assert lifecycle.sweep(engine) == ()
    assert engine.removed == []
    assert folders() == [child.holds]
    assert child.end() == f"removed {child.holds}\n"
    assert folders() == []


def test_a_run_of_a_dead_process_is_swept(child: Child) -> None:
    child.crash()
    assert folders() == [child.holds]
    engine = FakeEngine(child.holds)
    engine.word = "a word"
    assert lifecycle.sweep(engine) == (child.holds,)
    assert engine.removed == [child.holds]
    assert engine.forgot == ["a word"]
    assert folders() == []


@contextlib.contextmanager
def guarded(child: Child) -> Iterator[subprocess.Popen[str]]:
    """Give a guardian of the child's run, which prints a word when it is the one to clean."""
    lock = lifecycle.state_folder() / "runs" / child.holds / "lock"
    words = [sys.executable, guardian.__file__, lock, sys.executable, "-c", "print('cleans')"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def test_a_guardian_cleans_after_an_owner_that_was_killed(child: Child) -> None:
    with guarded(child) as waiting:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.5)
        child.crash()
        assert waiting.communicate(timeout=30)[0] == "cleans\n"


def test_a_guardian_goes_with_an_owner_that_cleaned(child: Child) -> None:
    with guarded(child) as waiting:
        child.end()
        assert waiting.communicate(timeout=30)[0] == ""
        assert waiting.returncode == 0


def test_a_run_that_keeps_its_cache_and_one_that_takes_it_along() -> None:
    engine = FakeEngine()
    with lifecycle.own_run(engine):
        pass
    assert engine.caches == []
    with lifecycle.own_run(engine, guarded=True) as run:
        pass
    assert engine.caches == [run.id]


def test_the_builds_of_a_dead_run_are_ended_and_no_others() -> None:
    sleep = (sys.executable, "-c", "import time; time.sleep(60)", "--label")
    labels = (f"{RUN_LABEL}=a-run", f"{RUN_LABEL}=a-run-more")
    builds = [subprocess.Popen([*sleep, label, "folder"]) for label in labels]
    try:
        remains.end_builds("a-run")
        assert builds[0].wait(10) == -signal.SIGTERM
        assert builds[1].poll() is None
    finally:
        for one in builds:
            one.kill()
            one.wait()


def test_a_new_run_sweeps_first(child: Child) -> None:
    child.crash()
    engine = FakeEngine(child.holds)
    with lifecycle.own_run(engine) as run:
        assert engine.removed == [child.holds]
        assert folders() == [run.id]
    assert engine.removed == [child.holds, run.id]


def test_two_runs_have_two_ids_and_do_not_meet(child: Child) -> None:
    with lifecycle.own_run(FakeEngine()) as run:
        assert run.id != child.holds
        assert folders() == sorted([run.id, child.holds])
        assert run.scratch.is_dir()
    assert folders() == [child.holds]


def test_what_another_user_left_is_not_ours_to_sweep() -> None:
    engine = FakeEngine("00000000-abcd1234", "docker-compose", "")
    assert lifecycle.sweep(engine) == ()
    assert engine.removed == []


def test_what_was_left_in_the_engine_only_is_swept() -> None:
    mine = f"{lifecycle._owner()}-abcd1234"
    engine = FakeEngine(mine)
    assert lifecycle.sweep(engine) == (mine,)
    assert engine.removed == [mine]


@pytest.mark.parametrize(
    ("of_the_run", "of_the_engine", "told"),
    [
        (KeyError(), None, KeyError),
        (KeyError(), EngineLost("gone"), KeyError),  # the first fault is the one to tell
        (KeyboardInterrupt(), EngineLost("gone"), KeyboardInterrupt),
        (None, EngineLost("gone"), EngineLost),
    ],
)
def test_a_run_that_fails_leaves_nothing(
    of_the_run: BaseException | None, of_the_engine: Exception | None, told: type[BaseException]
) -> None:
    engine = FakeEngine(fault=of_the_engine)
    with pytest.raises(told), lifecycle.own_run(engine) as run:
        (run.scratch / "deep").mkdir()
        if of_the_run:
            raise of_the_run
    assert engine.removed == [run.id]
    assert folders() == []


def test_no_room_for_a_run() -> None:
    lifecycle.state_folder().parent.mkdir(parents=True)
    lifecycle.state_folder().write_text("a file where the folder should be")
    fault = pytest.raises(DiskFull, match="could not create a scratch folder")
    with fault, lifecycle.own_run(FakeEngine()):
        pytest.fail("entered")


def test_a_notebook_works_in_the_run_of_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lifecycle.attached() is None
    monkeypatch.setenv(lifecycle.RUN_VARIABLE, "me-1")
    assert lifecycle.attached() == lifecycle.Run("me-1", lifecycle.state_folder() / "runs" / "me-1")


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_measuring_waits_for_the_other(child: Child) -> None:
    heard: list[object] = []

    def say(message: object) -> None:
        assert child.process.poll() is None, "nobody held it"
        heard.append(message)
        child.end()

    with locks.measuring(say):
        assert child.process.poll() == 0, "entered while the other one measured"
    account = getpass.getuser()
    (told,) = map(str, heard)
    assert re.fullmatch(
        rf"waiting: `-c measuring` \(process {child.process.pid} of {account}\) is at work, and "
        r"one measures at a time, since \d\d:\d\d:\d\d",
        told,
    )


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_who_waits_is_told_so_though_nobody_wrote_for_whom(child: Child) -> None:
    # A full disk, or a toolkit of before.
    (locks.state_folder() / "measuring.lock").write_text("")
    heard: list[str] = []

    def say(event: object) -> None:
        heard.append(str(event))
        child.end()

    with locks.measuring(say):
        pass
    assert heard == ["waiting: another command is at work, and one measures at a time"]
    assert (locks.state_folder() / "measuring.lock").read_text() == "", "nobody holds it"


@pytest.mark.parametrize("child", ["alone"], indirect=True)
def test_who_waits_behind_a_step_that_is_timed_is_told_so(child: Child) -> None:
    heard: list[str] = []

    def say(event: object) -> None:
        heard.append(str(event))
        child.end()

    with locks.undisturbed(alone=False, say=say):
        pass
    assert len(heard) == 1
    assert heard[0].startswith("waiting: something that is timed runs alone now: ")


@pytest.mark.parametrize("child", ["measuring"], indirect=True)
def test_measuring_does_not_wait_for_the_dead(child: Child) -> None:
    child.crash()
    with locks.measuring(pytest.fail):
        pass
    with locks.measuring(pytest.fail):
        pass


def entered(*, alone: bool) -> bool:
    """Return whether a step may begin before its time is up."""
    begun = threading.Event()

    def step() -> None:
        with locks.undisturbed(alone=alone):
            begun.set()

    def give_up() -> None:
        begun.wait(1)
        raise InterruptedError

    # Given up after a second: a step that waits for ever would keep the test from ending.
    with pytest.raises(InterruptedError):
        at_once({"step": step, "limit": give_up}, 2)
    return begun.is_set()


@pytest.mark.parametrize(
    ("child", "alone", "may"),
    [
        ("beside", False, True),
        ("beside", True, False),
        ("alone", False, False),
        ("alone", True, False),
    ],
    indirect=["child"],
)
def test_a_step_that_is_timed_runs_alone(child: Child, alone: bool, may: bool) -> None:
    assert entered(alone=alone) == may
    child.end()
    assert entered(alone=alone)


def test_a_step_that_wants_to_be_alone_lets_none_pass(
    request: pytest.FixtureRequest,
) -> None:
    first = Child("beside")
    waits = subprocess.Popen(
        [sys.executable, "-c", CHILD, "alone"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    line = lifecycle.state_folder() / "step.line.lock"
    request.addfinalizer(first.crash)
    request.addfinalizer(waits.kill)
    for _ in poll(timeout_seconds=30):
        held = locks.locked(line)
        if held is None:
            break
        os.close(held)
    assert not entered(alone=False), "it passed the one that waits"
    first.end()
    assert waits.stdout
    assert waits.stdout.readline() == b"holds alone\n"
    waits.communicate(input=b"", timeout=30)
    assert entered(alone=False)


Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("data", "temporary", "message"),
    [
        (5_000, 200_000_000, None),
        (4_999, 200_000_000, r"0\.0 GB are free in .*engine"),
        (5_000, 99_999_999, r"0\.1 GB are free in .*temporary"),
    ],
)
def test_room_is_checked_before_work(
    data: int,
    temporary: int,
    message: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    free = {str(tmp_path / "engine"): data, str(tmp_path / "temporary"): temporary}
    for folder in free:
        os.mkdir(folder)  # noqa: PTH102
    monkeypatch.setattr(lifecycle.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(0, 0, free[place]))
    with pytest.raises(DiskFull, match=message) if message else contextlib.nullcontext():
        lifecycle.check_space(str(tmp_path / "engine"), 5_000)


def test_room_on_another_machine_cannot_be_checked() -> None:
    lifecycle.check_space("/no/such/folder/here", 10**18)


def test_room_that_nobody_has() -> None:
    with pytest.raises(DiskFull, match="but labs need"):
        lifecycle.check_space("/", 10**18)
