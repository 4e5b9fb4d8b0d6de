"""An exercise's Dockerfile that makes no image: which hint it brings, and what it proves."""
# ruff: noqa: F401, F811  # the fixtures `exercise` and `mine` are imported

from __future__ import annotations

from pathlib import Path

import factory
import made_labs
import pytest
from exercise_bench import TWO, bench, exercise, mine

from advices.core import (
    AdvicesError,
    BuilderUnusable,
    BuildHung,
    DockerfileInvalid,
    EngineLost,
    FrontendTooOld,
    LabInvalid,
    RuntimeUnusable,
    StepFailed,
)
from advices.lab.model import Lab
from advices.measure import exercises


@pytest.mark.parametrize("fault", [BuilderUnusable, FrontendTooOld, RuntimeUnusable, EngineLost])
def test_what_no_dockerfile_decides_brings_no_hint_and_proves_no_mistake(
    fault: type[AdvicesError], tmp_path: Path, mine: Path
) -> None:
    builds = (
        'breaks = ["builds"]\nfailed = { does = "installs Python packages", prints = "it broke" }'
    )
    toml = TWO.replace('breaks = ["not-root"]', builds)
    exercise = made_labs.read_exercise(tmp_path, toml)
    with pytest.raises(fault) as raised:
        exercises.check(bench(exercise, yours=fault("it broke")), mine)
    assert raised.value.next_step == fault.next_step
    given = {f"mistake_{one.id.replace('-', '_')}": fault("it broke") for one in exercise.mistakes}
    with pytest.raises(fault):
        exercises.solved(bench(exercise, **given))


@pytest.mark.parametrize("content", [None, b"FROM \xff\xfe"])
def test_what_cannot_be_read_is_told_before_anything_is_built(
    content: bytes | None, exercise: Lab, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "mine").write_bytes(content)
    made = bench(exercise)
    with pytest.raises(LabInvalid, match="mine cannot be read") as raised:
        exercises.check(made, tmp_path / "mine")
    assert "--file" in raised.value.next_step
    assert made.measurer.asked == []


UNBUILT = """
[[mistakes]]
id = "no-list"
says = "The list is not there."
replace = "WORKDIR /app"
breaks = ["builds"]
failed = { does = "installs Python packages", prints = "No such file" }
hint = "There is no list."
"""
INSTALLS = "FROM python:3.14-slim\nRUN pip install -r list.txt\n"
STEP = "[2/2] RUN pip install -r list.txt"


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (
            StepFailed("x", step=STEP, printed="ERROR: No such file: 'list.txt'"),
            "There is no list.",
        ),
        (StepFailed("x", step=STEP, printed="No matching distribution"), StepFailed.next_step),
        (StepFailed("x", step="[2/2] RUN cat x", printed="No such file"), StepFailed.next_step),
        (StepFailed("x", step="[1/2] COPY a b", printed="No such file"), StepFailed.next_step),
        (StepFailed("x", step="exporting", printed="No such file"), StepFailed.next_step),
        (StepFailed("x"), StepFailed.next_step),
        (DockerfileInvalid("x"), DockerfileInvalid.next_step),
        (BuildHung("x"), BuildHung.next_step),
    ],
)
def test_a_failed_build_brings_the_hint_that_its_step_proves(
    fault: AdvicesError, hint: str, tmp_path: Path
) -> None:
    (tmp_path / "mine").write_text(INSTALLS)
    exercise = made_labs.read_exercise(tmp_path, made_labs.EXERCISE + UNBUILT)
    with pytest.raises(type(fault)) as raised:
        exercises.check(bench(exercise, yours=fault), tmp_path / "mine")
    assert (raised.value.what, raised.value.next_step) == ("x", hint)


def test_a_build_that_failed_for_another_reason_proves_no_mistake(tmp_path: Path) -> None:
    change = 'replace = "requirements.txt\\n"\nby = "lost.txt\\n"'
    toml = made_labs.EXERCISE + UNBUILT.replace('replace = "WORKDIR /app"', change)
    exercise = made_labs.read_exercise(tmp_path, toml)
    own = StepFailed("x", step="[3/4] RUN pip install -r lost.txt", printed="No such file")
    found = exercises.solved(bench(exercise, mistake_no_list=own))
    assert found.mistakes["no-list"].red == ("builds",)
    assert exercises.unsound(exercise, found) == []
    dead = StepFailed("x", step=own.step, printed="Connection refused")
    with pytest.raises(StepFailed):
        exercises.solved(bench(exercise, mistake_no_list=dead))
