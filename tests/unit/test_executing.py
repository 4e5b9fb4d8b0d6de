"""Labs are executed one by one or two at once; what an exercise left is not measured again."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import Any, ClassVar

import factory
import pytest

from advices import results
from advices.core import Say
from advices.core.errors import NotebookFailed
from advices.core.events import Event, Planned
from advices.core.paths import Layout
from advices.core.process import clock, poll
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure.plan import Samples
from advices.notebooks import execution
from advices.notebooks.execution import Executed
from advices.runs.lifecycle import Run
from advices.workshop import Workshop

SLUGS = ("base-image", "build-cache")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """Return a project of two labs, on a machine where nothing is asked of any engine."""
    monkeypatch.setattr(execution, "sweep", lambda _: ())
    monkeypatch.setattr(execution.proxy, "for_builds", lambda _: contextlib.nullcontext())
    return Layout(factory.project(tmp_path))


class Resolved:
    """Bases that remember for whom they were asked."""

    asked: ClassVar[list[bool]] = []

    def of_labs(self, labs: list[Lab]) -> None:
        self.asked[:] = [lab.is_exercise for lab in labs]


def workshop(layout: Layout, say: Say = print) -> Workshop:
    return factory.workshop(layout, say, engine=object(), bases=Resolved())


def both_labs(layout: Layout) -> list[Lab]:
    return [labfile.read(layout.labs, slug) for slug in SLUGS]


def executed(layout: Layout, slug: str) -> Executed:
    lab, result = labfile.read(layout.labs, slug), results.load(layout.results, slug)
    return Executed(lab, result, "", (), None, ())


def test_one_by_one_the_second_begins_after_the_first(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []

    def execute(_: Workshop, lab: Any, *__: object) -> Executed:
        order.append(f"{lab.slug} begins")
        return executed(layout, lab.slug)

    monkeypatch.setattr(execution, "_executed", execute)
    heard: list[Event] = []
    shop = workshop(layout, heard.append)
    for done in execution.one_by_one(shop, both_labs(layout), Samples()):
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

    def execute(_: Workshop, lab: Any, *__: object) -> Executed:
        both.wait(10)
        if lab.slug == "build-cache":
            assert first_taken.wait(10)
        return executed(layout, lab.slug)

    def taken(done: Executed) -> str:
        first_taken.set()
        return done.lab.slug.upper()

    monkeypatch.setattr(execution, "_executed", execute)
    found = execution.two_at_once(workshop(layout), both_labs(layout), Samples(), taken)
    assert found == {"base-image": "BASE-IMAGE", "build-cache": "BUILD-CACHE"}
    # All images stand before two labs could build one at once, those of the exercise too.
    assert Resolved.asked == [False, False, True]


def test_a_fault_of_one_lab_ends_the_other(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    waits = threading.Event()

    def execute(_: Workshop, lab: Any, *__: object) -> Executed:
        if lab.slug == "build-cache":
            assert waits.wait(10)
            raise NotebookFailed("it broke")
        for _ in poll(timeout_seconds=30):
            waits.set()
        return executed(layout, lab.slug)

    monkeypatch.setattr(execution, "_executed", execute)
    started = clock()
    with pytest.raises(NotebookFailed, match="it broke"):
        execution.two_at_once(workshop(layout), both_labs(layout), Samples(), lambda _: None)
    assert clock() - started < 10


@pytest.mark.parametrize("left", [True, False])
def test_an_exercise_is_measured_where_the_notebook_left_none(
    left: bool, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = results.load(layout.exercise_results, "build-cache")
    other = made.model_copy(update={"title": "Measured here"})
    monkeypatch.setattr(execution, "solved", lambda _: other)
    monkeypatch.setattr(execution, "Bench", lambda *_, **__: None)
    run = Run("run-1", tmp_path / "scratch")
    if left:
        results.save(run.scratch / "results" / "exercises", made)
    exercise = labfile.read(layout.labs, "build-cache").its_exercise()
    found = execution._proof(workshop(layout), exercise, run)
    assert found == (made if left else other)


def test_a_notebook_that_left_no_result_is_a_fault(layout: Layout, tmp_path: Path) -> None:
    lab = labfile.read(layout.labs, "build-cache")
    with pytest.raises(NotebookFailed, match=r"build-cache\.ipynb left no result"):
        execution._left(Run("run-1", tmp_path / "scratch"), lab)


def test_the_steps_of_a_lab_are_those_of_variants_mistakes_and_exercise(layout: Layout) -> None:
    lab = labfile.read(layout.labs, "build-cache")
    one = len(execution.steps(lab, Samples(1, 1)))
    judged = len(execution.judged_steps(lab)) * len(lab.mistakes)
    alone = execution._steps(lab.model_copy(update={"exercise": None}), Samples(1, 1))
    assert alone == 3 * one + judged
    assert execution._steps(lab, Samples(1, 1)) > alone
    assert execution._steps(lab, Samples(1, 3)) > execution._steps(lab, Samples(1, 1))
