"""A learner's Dockerfile beside the solution: what is measured, and what is known already."""
# ruff: noqa: F401, F811  # the fixtures `exercise` and `mine` are imported

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest
from exercise_bench import LARGE, ROOT, SOUND, bench, exercise, mine

from advices import results
from advices.core import cache_folder
from advices.lab.model import Lab
from advices.measure import exercises
from advices.results.record import Boot


def test_a_learners_dockerfile_is_measured_beside_the_solution(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    found = exercises.check(made, mine)
    assert [(row.holds, row.yours, row.reference) for row in found.rows] == [
        (True, "140 MB", "140 MB"),
        (False, "0", "1000"),
    ]
    assert [one.id for one in found.hints] == ["no-user"]
    assert made.measurer.asked == [("yours", False), ("good", True)]


def test_the_solutions_result_is_not_measured_twice(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    results.save(made.layout.exercise_results, made.result({"good": LARGE}))
    assert exercises.check(made, mine).rows[0].reference == "300 MB"
    assert made.measurer.asked == [("yours", False)]


def test_why_an_image_did_not_answer_is_part_of_what_was_found(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=SOUND.model_copy(update={"boot": Boot(answered=False)}))
    made.measurer.silence["yours"] = "it ended"
    found = exercises.check(made, mine)
    assert (found.fault, found.hints, found.solved) == ("it ended", (), False)


def test_the_solution_is_measured_once_on_a_machine(exercise: Lab, mine: Path) -> None:
    rows = [exercises.check(bench(exercise, yours=ROOT), mine, again=True).rows for _ in range(2)]
    assert rows[0] == rows[1]
    again = bench(exercise, yours=ROOT)
    exercises.check(again, mine, again=True)
    assert again.measurer.asked == [("yours", False)]
    again.machine.base = replace(fake_bench.BASE, identity="sha256:2")
    exercises.check(again, mine, again=True)
    assert again.measurer.asked[1:] == [("yours", False), ("good", True)]
    (kept,) = (cache_folder() / "references").iterdir()
    kept.write_text("{")
    exercises.check(again, mine, again=True)
    assert again.measurer.asked[-1] == ("good", True), "a damaged file is no reference"


def test_what_was_measured_is_not_measured_again_unless_asked(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    first = exercises.check(made, mine)
    assert first.measured is None
    del made.measurer.asked[:]
    second = exercises.check(made, mine)
    assert made.measurer.asked == []
    assert second.measured is not None
    assert replace(second, measured=None) == first
    assert exercises.check(made, mine, again=True).measured is None
    assert made.measurer.asked == [("yours", False)]


def silent(made: Any, _: Path) -> None:
    made.measurer.given["yours"] = SOUND.model_copy(update={"boot": Boot(answered=False)})


@pytest.mark.parametrize("before", [silent, lambda made, _: setattr(made.measurer, "mixed", True)])
def test_what_may_come_out_otherwise_is_not_kept(before: Any, exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    made.measurer.mixed = False
    results.save(made.layout.exercise_results, made.result({"good": SOUND}))
    before(made, mine)
    made.measurer.bases_are_mixed = made.measurer.mixed
    assert exercises.check(made, mine).measured is None
    assert exercises.check(made, mine).measured is None
    assert [name for name, _ in made.measurer.asked].count("yours") == 2


def yesterday(_made: Any, _mine: Path) -> None:
    (file,) = (cache_folder() / "answers").iterdir()
    file.write_text(file.read_text().replace('"at":"20', '"at":"19'))


@pytest.mark.parametrize(
    "change",
    [
        lambda _, mine: mine.write_text("FROM python:3.14-slim\n# a word\n"),
        lambda made, _: (made.layout.labs / "app/views.py").write_text("x = 2\n"),
        lambda made, _: setattr(
            made.machine, "base", replace(fake_bench.BASE, identity="sha256:2")
        ),
        lambda made, _: setattr(made.machine, "pip_conf", "x"),
        yesterday,
        lambda *_: [one.write_text("{") for one in (cache_folder() / "answers").iterdir()],
    ],
    ids=["text", "context", "base", "packages", "a day later", "damaged"],
)
def test_what_decides_the_numbers_has_them_measured_again(
    change: Any, exercise: Lab, mine: Path
) -> None:
    made = bench(exercise, yours=ROOT)
    exercises.check(made, mine)
    change(made, mine)
    assert exercises.check(made, mine).measured is None


def test_claims_are_told_as_soon_as_they_are_decided(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    told: list[Any] = []
    first = exercises.check(made, mine, told=told.append)
    assert told == [], "without the solution nothing can be said of it"
    exercises.check(made, mine, told=told.append, again=True)
    holds = [tuple(getattr(row, "holds", None) for row in rows) for rows in told]
    assert holds == [(True, None), (True, False)]
    assert told[-1] == first.rows


@pytest.mark.parametrize(
    "change",
    [
        lambda made: (made.layout.labs / "build-cache/exercise/solution.Dockerfile").write_text(
            made_labs.GOOD.replace("1000", "1001")
        ),
        lambda made: (made.layout.labs / "app/views.py").write_text("x = 2\n"),
        lambda made: (made.layout.exercise_results / "build-cache.json").write_text("{"),
        lambda made: setattr(made.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
    ],
    ids=["solution", "context", "damaged", "base"],
)
def test_the_result_of_another_solution_is_no_reference(
    change: Any, exercise: Lab, mine: Path
) -> None:
    made = bench(exercise, yours=ROOT)
    results.save(made.layout.exercise_results, made.result({"good": LARGE}))
    change(made)
    assert exercises.check(made, mine).rows[0].reference == "140 MB"
    assert made.measurer.asked == [("yours", False), ("good", True)]


def test_a_learners_start_and_new_words_of_the_task_leave_the_solutions_result(
    exercise: Lab, mine: Path
) -> None:
    made = bench(exercise, yours=ROOT)
    results.save(made.layout.exercise_results, made.result({"good": LARGE}))
    exercise.dockerfile("bad").write_text("FROM scratch\n")
    made.lab = exercise.model_copy(update={"task": "Do it.", "title": "Another"})
    assert exercises.check(made, mine).rows[0].reference == "300 MB"


def test_a_reference_on_bases_of_another_kind_is_measured_anew(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    results.save(made.layout.exercise_results, made.result({"good": LARGE}))
    made.measurer.bases_are_mixed = True
    assert exercises.check(made, mine).rows[0].reference == "140 MB"
    assert made.measurer.asked == [("yours", False), ("good", True)]
