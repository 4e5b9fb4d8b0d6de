"""What of a measurement runs side by side, what runs alone, and what waits for what."""
# ruff: noqa: F401, F811  # the fixture `here` is imported

from __future__ import annotations

import contextlib
import fcntl
import itertools
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from container_programs import Program
from measurer_in_memory import TOOLS, Here, here

from advices.core import StepFailed
from advices.core.paths import state_folder
from advices.core.threads import at_once
from advices.engine.buildx import BuildOrder, Built
from advices.lab.model import Claim
from advices.measure.candidate import of_learner, of_mistake, of_variant
from advices.measure.plan import (
    QUICK,
    BuildImage,
    InspectImages,
    PlanStep,
    Samples,
    ServeImage,
    steps,
    steps_for,
)


@pytest.mark.parametrize("workers", [1, 2])
def test_as_many_candidates_as_asked_are_built_at_once(here: Here, workers: int) -> None:
    # Where no other build comes, the wait for it ends without one.
    together = threading.Barrier(2, timeout=60 if workers == 2 else 0.05)
    met: list[bool] = []

    def content(_: BuildOrder) -> dict[str, Any]:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait()
        met.append(not together.broken)
        return TOOLS

    here.engine.content = content
    both = [of_variant(here.lab, name) for name in ("bad", "good")]
    here.measurer.measure_each(both, steps(here.lab, Samples(1, 1)), workers=workers)
    assert met[0] is (workers == 2)


def is_alone() -> bool:
    """Return whether a step runs that nothing may run beside."""
    with (state_folder() / "step.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_what_a_claim_times_runs_alone_and_nothing_else(here: Here) -> None:
    alone: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if is_alone():
            alone.append(order.tag.partition(":")[2])
        return TOOLS

    here.engine.content = content
    timed = Claim(id="t", says="", measure="edit-source.seconds", at_most=1)
    here.with_probes(claims=(timed,))
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    # One sample of a time may be anything, so a claim about it gets three.
    assert alone == ["build-cache-good-edit-source"] * 3
    here.measure(
        of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS), Samples(1, 1)
    )
    assert len(alone) == 3, "a build with a warm cache is no timing"


def test_no_replay_of_a_mistake_is_built_beside_the_first_build_of_another(
    here: Here, tmp_path: Path
) -> None:
    # BuildKit would run steps again that the running build shares, and they would be counted.
    first, second = here.lab.mistakes[:2]
    replayed, first_began = threading.Event(), threading.Event()
    beside: list[bool] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if order.tag.endswith(f"{first.id}-cold"):
            first_began.set()
            beside.append(replayed.wait(0.5))
        elif order.tag.endswith(f"{second.id}-cold"):
            # First builds go together: most of the time of mistakes is theirs.
            assert first_began.wait(5)
        elif second.id in order.tag:
            replayed.set()
        return TOOLS

    here.engine.content = content
    found = at_once(
        {
            one.id: partial(here.measure, of_mistake(here.lab, one, tmp_path), Samples(1, 1))
            for one in (first, second)
        },
        2,
    )
    assert beside == [False]
    assert replayed.is_set(), "it comes when the first build has ended"
    assert list(found[first.id].builds) == list(found[second.id].builds)


def test_a_learner_is_told_the_same_whether_its_steps_are_done_in_turn_or_beside(
    here: Here,
) -> None:
    here.with_probes("files", "stop")
    mine, planned = (
        of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS),
        steps(here.lab, QUICK),
    )
    here.engine.builds = [Built((), 1.0)] * 8
    in_turn = here.measurer.measure(mine, planned)
    heard: list[frozenset[PlanStep]] = []
    beside = here.measurer.measure_beside(mine, planned, lambda _, done: heard.append(done))
    assert list(beside.builds) == list(in_turn.builds) == ["cold", *here.lab.replays]
    for name in beside.builds:
        assert beside.builds[name].new_disk_bytes == in_turn.builds[name].new_disk_bytes
    assert (beside.probed, beside.starts["bare"].uid) == (in_turn.probed, 1000)
    assert [len(done) for done in heard] == [*range(1, len(planned) + 1)]
    assert heard[0] == {planned[0]}, "nothing begins before the first build has ended"
    assert heard[-1] == {*planned}


def test_a_build_that_takes_nothing_from_the_cache_runs_beside_none_that_does(here: Here) -> None:
    changed = threading.Condition()
    running: list[bool] = []
    beside: set[tuple[bool, bool]] = set()
    made = here.engine.build

    def build(order: BuildOrder, on_step: Any = None) -> Built:
        with changed:
            running.append(order.no_cache)
            beside.update(itertools.combinations(sorted(running), 2))
            changed.notify_all()
            # Another one has the time to come.
            changed.wait_for(lambda: len(running) > 1, timeout=0.3)
        try:
            return made(order, on_step)
        finally:
            with changed:
                running.remove(order.no_cache)

    here.engine.build = build  # type: ignore[method-assign]
    good = replace(of_variant(here.lab, "good"), cache_of="good")
    each = [replace(good, name=f"n{n}", fresh=n % 4 < 2) for n in range(8)]
    work = {one.name: partial(here.measurer.measure, one, (BuildImage("cold", 1),)) for one in each}
    at_once(work, 2)
    assert beside == {(False, False), (True, True)}


def test_an_image_starts_beside_its_rebuilds_and_its_layers_are_read_behind_them(
    here: Here,
) -> None:
    started = threading.Event()
    here.measurer._engine.runs = lambda *_: started.set() or Program(port=here.port)
    beside: list[bool] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if not order.tag.endswith("-cold"):
            beside.append(started.wait(10))
        return TOOLS

    here.engine.content = content
    told: list[tuple[int, bool, bool]] = []

    def heard(found: Any, done: frozenset[PlanStep]) -> None:
        layers = any(isinstance(one, InspectImages) for one in done)
        told.append((len(found.builds), ServeImage(1) in done, layers))
        # A start that answered just now is told of a moment later.
        assert found.boot.answered or ServeImage(1) not in done

    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    here.measurer.measure_beside(mine, steps(here.lab, QUICK), heard)
    assert beside == [True] * len(here.lab.replays)
    assert all(builds == 1 + len(here.lab.replays) for builds, _, layers in told if layers)


def test_a_start_lets_one_rebuild_from_the_cache_go_first_where_its_layers_are_read(
    here: Here,
) -> None:
    began: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        began.append("first build" if order.tag.endswith("-cold") else "rebuild")
        return TOOLS

    def runs(*_: object) -> Program:
        began.append("start")
        return Program(port=here.port)

    here.engine.content, here.measurer._engine.runs = content, runs
    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    of_a_rebuild = Claim(id="it", says="", measure="edit-source.new_transfer_bytes", at_most=1)
    of_the_image = Claim(id="it", says="", measure="disk_bytes", at_most=1)
    for claim, order in (
        (of_a_rebuild, ["first build", "rebuild", "start"]),
        (of_the_image, ["first build", "start"]),
    ):
        here.measurer.measure_beside(mine, steps_for(here.lab, [claim]), lambda *_: None)
        assert began == order
        began.clear()


def test_builds_may_come_first_one_after_the_other(here: Here) -> None:
    at_work: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        assert at_work == [], "one build at a time"
        at_work.append(order.tag)
        time.sleep(0.02)
        at_work.clear()
        return TOOLS

    here.engine.content = content
    heard: list[frozenset[PlanStep]] = []
    mine, planned = of_learner(here.lab, here.lab.dockerfile("good")), steps(here.lab, QUICK)
    here.measurer.measure_beside(
        mine, planned, lambda _, done: heard.append(done), builds_first=True
    )
    builds = [one for one in planned if isinstance(one, BuildImage)]
    assert [frozenset(builds[: n + 1]) for n in range(len(builds))] == heard[: len(builds)]
    assert heard[-1] == {*planned}


def test_a_fault_of_a_step_ends_those_beside_it(here: Here) -> None:
    here.engine.builds = [Built((), 1.0), StepFailed("it broke")]
    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    with pytest.raises(StepFailed, match="it broke"):
        here.measurer.measure_beside(mine, steps(here.lab, QUICK), lambda *_: None)
    assert here.engine.programs == {}, "no container is left"
