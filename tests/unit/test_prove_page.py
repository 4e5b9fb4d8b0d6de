"""A learner's page beside the solution's: what differs is shown."""
# ruff: noqa: F401, F811  # the fixtures `exercise` and `mine` are imported

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import factory
import made_labs
import pytest
from exercise_bench import SOUND, bench, exercise, mine

from advices import results
from advices.core import StepFailed, cache_folder
from advices.measure import exercises
from advices.measure.plan import BuildImage
from advices.results.pages import Page, page_of
from advices.results.record import VariantResult

SAME_PAGE = """
[[claims]]
id = "same-page"
says = "It shows the same page."
measure = "page_digest"
relative_to = "good"
equals = true
fails_for = []
"""


def shows(text: str) -> tuple[VariantResult, Page]:
    """Return what an image measures that serves a text, and its page."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    boot = SOUND.boot.model_copy(update={"page_digest": digest})
    return SOUND.model_copy(update={"boot": boot}), page_of(digest, "text/plain", text.encode())


@pytest.mark.parametrize("solution", ["committed", "measured"])
def test_another_page_is_shown_beside_the_solutions(
    solution: str, tmp_path: Path, mine: Path
) -> None:
    exercise = made_labs.read_exercise(tmp_path, made_labs.EXERCISE + SAME_PAGE)
    good, page = shows("Central Station\n")
    yours, other = shows("Harbour Square\n")
    made = bench(exercise, yours=yours, good=good)
    made.measurer.serves = {"yours": other, "good": page}
    if solution == "committed":
        results.save(made.layout.exercise_results, made.result({"good": good}))
    found = exercises.check(made, mine)
    assert found.difference.splitlines()[-2:] == ["-Central Station", "+Harbour Square"]
    assert found.rows[-1].yours == "another page"
    # The committed result holds a digest alone: its page is asked for once.
    asked = [name for name, _ in made.measurer.asked]
    assert asked == ["yours", "good"]
    assert made.measurer.steps["good"][:1] == (BuildImage("cold", 1),)
    assert exercises.check(made, mine).difference == found.difference, "kept with the answer"
    assert exercises.check(made, mine, again=True).difference == found.difference
    assert [name for name, _ in made.measurer.asked] == [*asked, "yours"]


def test_a_page_that_is_the_same_is_the_solutions_for_later(tmp_path: Path, mine: Path) -> None:
    exercise = made_labs.read_exercise(tmp_path, made_labs.EXERCISE + SAME_PAGE)
    good, page = shows("Central Station\n")
    made = bench(exercise, yours=good, good=good)
    made.measurer.serves = {"yours": page}
    results.save(made.layout.exercise_results, made.result({"good": good}))
    assert exercises.check(made, mine).difference == ""
    made.measurer.given["yours"], made.measurer.serves["yours"] = shows("Harbour Square\n")
    assert "-Central Station" in exercises.check(made, mine, again=True).difference
    assert "good" not in [name for name, _ in made.measurer.asked]


@pytest.mark.parametrize(
    "good", [StepFailed("no network"), shows("a page of another time")[0]], ids=["fault", "other"]
)
def test_a_solution_that_cannot_be_asked_hides_no_verdict(
    good: Any, tmp_path: Path, mine: Path
) -> None:
    exercise = made_labs.read_exercise(tmp_path, made_labs.EXERCISE + SAME_PAGE)
    committed, _ = shows("Central Station\n")
    yours, other = shows("Harbour Square\n")
    made = bench(exercise, yours=yours, good=good)
    made.measurer.serves = {"yours": other, "good": shows("a page of another time")[1]}
    results.save(made.layout.exercise_results, made.result({"good": committed}))
    found = exercises.check(made, mine)
    assert (found.difference, found.rows[-1].holds) == ("", False)
    assert not (cache_folder() / "pages").exists(), "no other page is kept"
