"""A failure that has nothing to do with a known mistake gives no hint, in no exercise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from faulty_builds import FAULTY, RECORDED

from advices.core import AdvicesError, BuildHung, DiskFull, EngineLost, StepFailed
from advices.engine.build_log import BuildLog
from advices.engine.buildx import explain
from advices.lab import BUILDS, Lab, labfile, parse_dockerfile
from advices.lab.signs import View
from advices.lab.signs.calls import does
from advices.measure import exercises

LABS = Path(__file__).parents[2] / "labs"
EXERCISES = [pytest.param(lab, id=lab.slug) for lab in labfile.all_of(LABS) if lab.is_exercise]
INSTALLS = ("installs Python packages", "installs system packages", "updates the lists")
FULL = 'process "/bin/sh -c x" did not complete successfully: exit code: 1'


def explained(name: str) -> AdvicesError:
    """Return what the recorded build of a faulty Dockerfile means."""
    log = BuildLog()
    for line in (RECORDED / f"{name}.rawjson").read_text("utf-8").splitlines(keepends=True):
        log.feed(line)
    return explain("mine", log)


def told(exercise: Lab, text: str, fault: AdvicesError, folder: Path) -> AdvicesError:
    """Return what a learner is told whose Dockerfile fails like this."""
    (folder / "mine").write_text(text, "utf-8")
    both: Any = {"bad": factory.variant(), "good": factory.variant(), "yours": fault}
    with pytest.raises(AdvicesError) as raised:
        exercises.check(fake_bench.FakeBench(exercise, **both), folder / "mine")  # type: ignore[arg-type]
    return raised.value


def assert_no_hint(exercise: Lab, error: AdvicesError) -> None:
    hints = [one.id for one in exercise.mistakes if one.hint in str(error)]
    assert hints == []


@pytest.mark.parametrize("name", FAULTY)
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_recorded_failure_gives_no_hint(exercise: Lab, name: str, tmp_path: Path) -> None:
    error = told(exercise, FAULTY[name].dockerfile, explained(name), tmp_path)
    assert_no_hint(exercise, error)


@pytest.mark.parametrize("text", ["", "# nothing\n", "RUN id\n", "FROM python:3.14-slim\nRUN [\n"])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_file_that_is_none_gives_no_hint(exercise: Lab, text: str, tmp_path: Path) -> None:
    fault = StepFailed("mine: the build failed:\nfile with no instructions")
    assert_no_hint(exercise, told(exercise, text, fault, tmp_path))


def steps_of(exercise: Lab, text: str) -> list[str]:
    """Return how BuildKit calls the steps of a text that install something."""
    view = View(parse_dockerfile(text, exercise.variants["good"].build_args))
    many = len(view.stages) > 1
    found = []
    for stage in view.stages:
        counted = [
            one for one in view.stage(stage.number) if one.name in ("RUN", "COPY", "ADD", "WORKDIR")
        ]
        for number, one in enumerate(counted, start=1):
            if any(does(call) in INSTALLS for call in one.calls):
                where = f"{stage.title} " if many else ""
                found.append(f"[{where}{number}/{len(counted) + 1}] {one.instruction.line}")
    return found


@pytest.mark.parametrize("name", ["unknown-package", "dead-index", "run-false", "no-user"])
@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_very_step_of_a_mistake_that_fails_otherwise_gives_no_hint(
    exercise: Lab, name: str, tmp_path: Path
) -> None:
    """pip fails for want of a package, of an index: not because the list comes too late."""
    recorded = explained(name)
    assert isinstance(recorded, StepFailed)
    good = exercise.dockerfile("good").read_text("utf-8")
    made = [one.applied(good) for one in exercise.mistakes if one.breaks == (BUILDS,)]
    tried = 0
    for text in (exercise.dockerfile("bad").read_text("utf-8"), good, *made):
        for step in steps_of(exercise, text):
            fault = StepFailed("mine: this step failed", step=step, printed=recorded.printed)
            assert_no_hint(exercise, told(exercise, text, fault, tmp_path))
            tried += 1
    assert tried


def of_a_log(output: str, error: str) -> AdvicesError:
    log = BuildLog()
    step = "[2/4] RUN pip install --no-cache-dir -r requirements.txt"
    log.feed(json.dumps({"vertexes": [{"digest": "d", "name": step, "error": error}]}))
    log.vertexes["d"].log = output.encode()
    return explain("mine", log)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_full_disk_and_an_engine_that_is_gone_give_no_hint(exercise: Lab, tmp_path: Path) -> None:
    full = of_a_log("OSError: [Errno 28] No space left on device", FULL)
    gone = of_a_log("", "rpc error: closing transport due to: connection error")
    assert (type(full), type(gone)) == (DiskFull, EngineLost)
    good = exercise.dockerfile("good").read_text("utf-8")
    made = [one.applied(good) for one in exercise.mistakes if one.breaks == (BUILDS,)]
    for fault in (full, gone, BuildHung("mine hangs"), StepFailed("mine: the build failed")):
        for text in (good, *made):
            assert_no_hint(exercise, told(exercise, text, fault, tmp_path))
