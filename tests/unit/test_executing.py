"""Labs are executed one by one or two at once; what an exercise left is not measured again."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any, ClassVar

import factory
import fake_bench
import made_labs
import pytest
from container_programs import Program
from layer_tars import layer_tar
from local_sites import site
from memory_engine import MemoryEngine

from advices import results
from advices.core import EngineElsewhere, NotebookFailed, Say
from advices.core.events import Event, Planned
from advices.core.paths import Layout
from advices.core.process import clock, poll
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure.bench import Bench
from advices.measure.kept import Kept
from advices.measure.plan import Samples
from advices.notebooks import execution
from advices.notebooks.execution import Executed, Task
from advices.packages.proxy import WAY_VARIABLE
from advices.runs.lifecycle import Run
from advices.workshop import Workshop

ROOT = Path(__file__).parents[2]
SLUGS = ("base-image", "build-cache")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Return a project of two labs, on a machine where nothing is asked of any engine."""
    monkeypatch.setenv(WAY_VARIABLE, "direct")
    return Layout(made_labs.project(tmp_path))


class Resolved:
    """Bases that remember for whom they were asked."""

    asked: ClassVar[list[bool]] = []

    def of_labs(self, labs: list[Lab]) -> None:
        self.asked[:] = [lab.is_exercise for lab in labs]


def workshop(layout: Layout, say: Say = print) -> Workshop:
    return fake_bench.workshop(layout, say, engine=MemoryEngine(), bases=Resolved())


def nothing(_: Lab) -> Kept:
    return Kept()


def both_labs(layout: Layout) -> list[Lab]:
    return [labfile.read(layout.labs, slug) for slug in SLUGS]


def executed(layout: Layout, slug: str) -> Executed:
    lab, result = labfile.read(layout.labs, slug), results.load(layout.results, slug)
    return Executed(lab, result, "", (), None, ())


def test_one_by_one_the_second_begins_after_the_first(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def execute(_: Workshop, task: Any, *__: object) -> Executed:
        lab = task.lab
        order.append(f"{lab.slug} begins")
        return executed(layout, lab.slug)

    monkeypatch.setattr(execution, "_executed", execute)
    heard: list[Event] = []
    shop = workshop(layout, heard.append)
    for done in execution.one_by_one(shop, [Task(lab) for lab in both_labs(layout)], Samples()):
        order.append(f"{done.lab.slug} taken")
    assert order == [
        *("base-image begins", "base-image taken"),
        *("build-cache begins", "build-cache taken"),
    ]
    assert heard == [Planned(dict.fromkeys(SLUGS, 0.0))]


def test_two_at_once_meet_and_each_is_taken_as_soon_as_it_is_done(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, first_taken = threading.Barrier(2), threading.Event()

    def execute(_: Workshop, task: Any, *__: object) -> Executed:
        lab = task.lab
        both.wait(10)
        if lab.slug == "build-cache":
            assert first_taken.wait(10)
        return executed(layout, lab.slug)

    def taken(done: Executed) -> str:
        first_taken.set()
        return done.lab.slug.upper()

    monkeypatch.setattr(execution, "_executed", execute)
    found = execution.two_at_once(workshop(layout), both_labs(layout), Samples(), nothing, taken)
    assert found == {"base-image": "BASE-IMAGE", "build-cache": "BUILD-CACHE"}
    # All images stand before two labs could build one at once, those of the exercise too.
    assert Resolved.asked == [False, False, True]


def test_a_fault_of_one_lab_ends_the_other(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()

    def execute(_: Workshop, task: Any, *__: object) -> Executed:
        lab = task.lab
        if lab.slug == "build-cache":
            assert waits.wait(10)
            raise NotebookFailed("it broke")
        for _ in poll(timeout_seconds=30):
            waits.set()
        return executed(layout, lab.slug)

    monkeypatch.setattr(execution, "_executed", execute)
    started = clock()
    with pytest.raises(NotebookFailed, match="it broke"):
        execution.two_at_once(
            workshop(layout), both_labs(layout), Samples(), nothing, lambda _: None
        )
    assert clock() - started < 10


@pytest.mark.parametrize("left", [True, False])
def test_an_exercise_is_measured_where_the_notebook_left_none(
    left: bool, layout: Layout, tmp_path: Path
) -> None:
    made = results.load(layout.exercise_results, "build-cache")
    run = Run("run-1", tmp_path / "scratch")
    if left:
        results.save(run.scratch / "results" / "exercises", made)
    shutil.copytree(ROOT / "labs" / "bases", layout.bases)
    lab = labfile.read(layout.labs, "build-cache")
    exercise = lab.its_exercise()
    with site(lambda _: (200, b"a page")) as port:
        engine = MemoryEngine(lambda *_: Program(port))
        engine.add("python:3.14-slim", layer_tar({}), repo_digests=("python@sha256:1",))
        found = execution._proof(Workshop(layout, print, engine), Task(lab), exercise, run)
    assert (found == made) == left
    assert (engine.orders == []) == left
    assert found.title == (made.title if left else exercise.title)


def test_nothing_is_measured_on_an_engine_that_is_elsewhere(layout: Layout) -> None:
    shop = workshop(layout)
    shop.engine.is_here = False  # type: ignore[attr-defined]
    with pytest.raises(EngineElsewhere):
        next(execution.one_by_one(shop, [Task(lab) for lab in both_labs(layout)], Samples()))
    lab = labfile.read(layout.labs, "build-cache")
    bench = Bench(shop, lab, Run("run-1", layout.root), samples=Samples(), owner=False)
    with pytest.raises(EngineElsewhere), bench.ready():
        pytest.fail("it measures")
    assert shop.engine.did == []  # type: ignore[attr-defined]


def test_a_notebook_that_left_no_result_is_a_fault(layout: Layout, tmp_path: Path) -> None:
    lab = labfile.read(layout.labs, "build-cache")
    with pytest.raises(NotebookFailed, match=r"build-cache\.ipynb left no result"):
        execution._left(Run("run-1", tmp_path / "scratch"), lab)


def test_the_steps_of_a_lab_are_those_of_variants_mistakes_and_exercise(layout: Layout) -> None:
    lab = labfile.read(layout.labs, "build-cache")
    one = len(execution.steps(lab, Samples(1, 1)))
    judged = len(execution.judged_steps(lab)) * len(lab.mistakes)
    nothing, short = Kept(), Samples(1, 1)
    alone = execution._steps(lab.model_copy(update={"exercise": None}), short, nothing)
    assert alone == 3 * one + judged
    assert execution._steps(lab, short, nothing) > alone
    assert execution._steps(lab, Samples(1, 3), nothing) > execution._steps(lab, short, nothing)


def test_steps_that_a_variant_does_not_get_are_not_counted(layout: Layout) -> None:
    lab = labfile.read(layout.labs, "build-cache").model_copy(update={"exercise": None})
    edit = lab.replays["edit-source"].model_copy(update={"variants": ("bad", "good")})
    less = lab.model_copy(update={"replays": {**lab.replays, "edit-source": edit}})
    for samples in (Samples(1, 1), Samples(1, 3)):
        every, fewer = (execution._steps(one, samples, Kept()) for one in (lab, less))
        assert every - fewer == samples.replay


def test_what_is_kept_takes_no_step(layout: Layout) -> None:
    lab = labfile.read(layout.labs, "build-cache").model_copy(update={"exercise": None})
    result = results.load(layout.results, "build-cache")
    every = len(execution.steps(lab, Samples(1, 1))) * len(lab.variants)
    one = Kept(mistakes={"no-user": result.mistakes["no-user"]})
    judged = len(execution.judged_steps(lab))
    assert execution._steps(lab, Samples(1, 1), one) == every + judged
    two_thirds = Kept(variants={"cache-mount": factory.variant()}, mistakes=result.mistakes)
    assert execution._steps(lab, Samples(1, 1), two_thirds) == every * 2 // 3
    whole = Kept(result=result, mistakes=result.mistakes)
    assert execution._steps(lab, Samples(1, 1), whole) == 0


def test_no_claim_is_judged_by_a_variant_that_was_left_out(layout: Layout) -> None:
    lab = labfile.read(layout.labs, "build-cache")
    result = factory.result()
    variants = dict.fromkeys(("bad", "good", "cache-mount"), factory.variant(scale=3))
    result = result.model_copy(update={"variants": variants})
    told = execution.judged(lab, result, None, "", proofs=False, left_out=["cache-mount"])
    assert {one.variant for one in told.verdicts} == {"bad", "good"}
    assert {one.variant for one in execution.judged(lab, result, None, "").verdicts} == {*variants}
