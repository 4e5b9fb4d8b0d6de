"""Runs of several processes: which lives, which is swept, and whether there is room."""
# ruff: noqa: F401, F811  # the fixture `child` is imported

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest
from lock_holder import Child, child

from advices.core import DiskFull, EngineLost
from advices.engine import RUN_LABEL
from advices.runs import guardian, lifecycle, remains


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
