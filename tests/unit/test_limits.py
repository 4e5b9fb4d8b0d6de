"""What a learner's build may take: what is asked for, where it can be in force, what is told."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import made_labs
import pytest
from memory_engine import FACTS

from advices.core import BuildLimited, GivenUp, SettingInvalid, StepFailed, poll
from advices.engine import Limits, argv, build_watch, cgroup
from advices.measure import for_learners, of_variant
from advices.measure.candidate import of_learner
from advices.measure.order import Place, commands, order_of

GB = 1_000_000_000
LIMITS = Limits("a-run", 40, 100_000_000, 150_000_000)
HERE = replace(FACTS, data_folder="/")
PLACE = Place(Path("context"), "tag", {}, "a-run", "namespace", "canary")


def test_a_learners_build_has_limits_that_the_environment_can_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = for_learners("a-run")
    assert (found.group, found.processes, found.disk_bytes) == ("a-run", 1000, 4_000_000_000)
    assert 0 < found.memory_bytes <= 4_000_000_000
    monkeypatch.setenv("ADVICES_BUILD_PROCESSES", "40")
    monkeypatch.setenv("ADVICES_BUILD_MEMORY_MB", "100")
    monkeypatch.setenv("ADVICES_BUILD_DISK_MB", "150")
    assert for_learners("a-run") == LIMITS


@pytest.mark.parametrize("said", ["0", "-1", "many", "1.5"])
def test_what_is_no_number_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVICES_BUILD_PROCESSES", said)
    with pytest.raises(SettingInvalid, match=f"ADVICES_BUILD_PROCESSES is `{said}`") as told:
        for_learners("a-run")
    assert "say 1000" in told.value.next_step


def test_only_a_learners_dockerfile_has_limits_and_no_key_knows_of_them(tmp_path: Path) -> None:
    exercise = made_labs.read_exercise(tmp_path)
    mine = of_learner(exercise, tmp_path / "mine", LIMITS)
    yours = order_of(exercise, mine, PLACE, no_cache=True)
    assert yours.limits == LIMITS
    assert not any("cgroup" in word for word in argv(yours))
    for name in ("good", "bad"):
        solution = of_variant(exercise, name)
        assert order_of(exercise, solution, PLACE, no_cache=True).limits is None
        assert "cgroup" not in str(commands(exercise, exercise.variants[name], fresh=True))


class Engine:
    """An engine that tells what finished steps left."""

    address = "tcp://127.0.0.1:1"
    cached = 0

    def cached_since(self, moment: datetime) -> int:
        return self.cached

    @contextmanager
    def disk_seen_by(self, image: str, run_id: str) -> Iterator[Callable[[], int | None]]:
        assert (image, run_id) == ("an-image", "a-run")
        free = iter([None, 9 * GB, 9 * GB - 151_000_000])
        last = None

        def seen() -> int | None:
            nonlocal last
            last = next(free, last)
            return last

        yield seen


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what lets so many bytes be free, one number a look, the last one from then on."""

    def of(*free: int) -> None:
        left = list(free)

        def usage(_folder: object) -> SimpleNamespace:
            return SimpleNamespace(free=left.pop(0) if len(left) > 1 else left[0])

        monkeypatch.setattr(shutil, "disk_usage", usage)

    return of


def waits() -> None:
    """Work as a build does that somebody else may end."""
    for _ in poll(10):
        pass


def test_a_build_that_fills_the_disk_is_ended(disk: Callable[..., None]) -> None:
    disk(9 * GB, 9 * GB, 9 * GB - 100_000_000, 9 * GB - 151_000_000)
    within = build_watch.within(LIMITS, "Dockerfile", Engine(), HERE)
    with pytest.raises(BuildLimited) as told, within as watch:
        watch.hear("[1/2] RUN yes > /x")
        waits()
    assert "had 150 MB less than at its beginning" in told.value.what
    assert "the running step was: [1/2] RUN yes > /x" in told.value.what
    assert told.value.why.endswith("writes much, or another program does"), "nobody saw who"
    assert "ADVICES_BUILD_DISK_MB" in told.value.next_step
    assert told.value.exit_code == 55


def test_a_disk_that_is_nearly_full_ends_a_build(disk: Callable[..., None]) -> None:
    disk(GB + 5, GB + 5, GB - 1)
    within = build_watch.within(LIMITS, "Dockerfile", Engine(), HERE)
    with pytest.raises(BuildLimited, match=r"1\.00 GB were left"), within:
        waits()


def test_a_disk_that_nobody_sees_ends_nothing(disk: Callable[..., None]) -> None:
    disk(9 * GB, 0)
    with build_watch.within(LIMITS, "Dockerfile", Engine(), FACTS) as watch:
        time.sleep(0.3)
        assert watch.words == []


def test_where_the_disk_is_not_seen_a_container_looks() -> None:
    within = build_watch.within(LIMITS, "Dockerfile", Engine(), FACTS, "an-image")
    with pytest.raises(BuildLimited, match="had 150 MB less"), within:
        waits()


@pytest.mark.parametrize("fault", [StepFailed("it failed"), GivenUp()])
def test_another_fault_stays_what_it_is(fault: BaseException) -> None:
    within = build_watch.within(LIMITS, "Dockerfile", Engine(), HERE)
    with pytest.raises(type(fault)) as told, within:
        raise fault
    assert told.value is fault


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[str]:
    """Return the address of a socket at which this very process listens."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "s"))
        made.listen()
        yield f"unix://{tmp_path}/s"


def test_where_no_group_can_be_made_it_is_said_why(listening: str, tmp_path: Path) -> None:
    assert "rootless" in cgroup.why_not(listening, rootless=True)
    assert "socket" in cgroup.why_not("tcp://127.0.0.1:2375", rootless=False)
    nobody = cgroup.why_not(f"unix://{tmp_path}/nobody", rootless=False)
    assert nobody == "the engine has separate control groups"
    nothing = cgroup.why_not(listening, rootless=False, mount=tmp_path / "none")
    assert nothing.startswith("only root")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes groups")
@pytest.mark.parametrize(("given", "why"), [("cpu memory pids", ""), ("cpu", "limit neither")])
def test_the_unified_tree_must_have_both_controllers(
    given: str, why: str, listening: str, tmp_path: Path
) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory pids")
    (tmp_path / "cgroup.subtree_control").write_text(given)
    said = cgroup.why_not(listening, rootless=False, mount=tmp_path)
    assert why in said
    assert bool(said) == bool(why)


def test_a_group_of_the_unified_tree(tmp_path: Path) -> None:
    """Its files are as the kernel's documentation of version 2 says; no engine here has it."""
    (tmp_path / "cgroup.controllers").write_text("memory pids")
    group = cgroup.BuildGroup(LIMITS, tmp_path)
    group.make()
    made = tmp_path / "docker-advices-a-run"
    found = {file.name: file.read_text() for file in made.iterdir()}
    assert found == {"pids.max": "40", "memory.max": "100000000", "memory.swap.max": "0"}
    assert not group.is_crowded()
    assert not group.ran_out_of_memory()
    (made / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (made / "pids.current").write_text("40\n")
    assert group.is_crowded()
    assert group.ran_out_of_memory()


def test_builds_that_run_side_by_side_share_a_group(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("memory pids")
    made = tmp_path / "docker-advices-a-run"

    def emptied() -> None:
        # As the kernel's files go with their folder.
        for file in made.iterdir():
            file.unlink()

    with cgroup.in_group(LIMITS, tmp_path) as first:
        with cgroup.in_group(LIMITS, tmp_path) as second:
            assert first is second
        assert made.is_dir(), "the first one's build still runs in it"
        emptied()
    assert not made.exists()
    with cgroup.in_group(LIMITS, tmp_path) as third:
        assert third is not first
        assert made.is_dir()
        emptied()


def test_where_the_kernel_takes_no_group_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("memory pids")
    (tmp_path / "docker-advices-a-run").write_text("in the way")
    with cgroup.in_group(LIMITS, tmp_path) as group:
        assert group is None


def test_a_fork_that_was_refused_in_a_step_is_seen(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("memory pids")
    group = cgroup.BuildGroup(LIMITS, tmp_path)
    group.make()
    step = tmp_path / group.name / "buildkit" / "step"
    step.mkdir(parents=True)
    (step / "pids.events").write_text("max 0\n")
    assert not group.is_crowded()
    (step / "pids.events").write_text("max 3\n")
    assert group.is_crowded()
