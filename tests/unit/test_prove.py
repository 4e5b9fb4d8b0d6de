"""Mistakes and exercises without an engine: what a sound one is, and how each fault is named."""
# ruff: noqa: F401, F811  # the fixture `exercise` is imported

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest
from exercise_bench import LARGE, ROOT, SOUND, TWO, bench, exercise

from advices.core import BuildHung, DockerfileInvalid, StepFailed
from advices.core.process import clock, stream_stderr
from advices.core.threads import GivenUp
from advices.lab.model import Lab
from advices.measure import exercises, mistakes
from advices.measure.kept import Kept
from advices.measure.plan import Samples, steps
from advices.results.record import Boot, MistakeResult, VariantResult


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return made_labs.read_lab(tmp_path)


@pytest.mark.parametrize(
    ("found", "red"),
    [
        (SOUND, ()),
        (ROOT, ("not-root",)),
        (LARGE, ("a-deploy-moves-little",)),
        (SOUND.model_copy(update={"boot": Boot(answered=False)}), ("not-root",)),
        (StepFailed("it broke"), ("builds",)),
        (DockerfileInvalid("it broke"), ("builds",)),
    ],
)
def test_a_mistake_turns_red_what_it_breaks(
    found: VariantResult | Exception, red: tuple[str, ...], lab: Lab, tmp_path: Path
) -> None:
    measurer: Any = fake_bench.FakeMeasurer({"mistake-no-user": found})
    one = lab.mistakes[1]
    result = mistakes._mistake_result(measurer, lab, tmp_path, one, factory.result())
    assert result == MistakeResult(says="The USER line is missing.", red=red)
    assert measurer.asked == [("mistake-no-user", False)]


def test_all_mistakes_are_measured_and_stand_in_the_order_of_the_lab(
    lab: Lab, tmp_path: Path
) -> None:
    measurer: Any = fake_bench.FakeMeasurer({"mistake-all-first": LARGE, "mistake-no-user": ROOT})
    found = mistakes.mistake_results(measurer, lab, lab.mistakes, tmp_path, factory.result())
    assert [(name, one.red) for name, one in found.items()] == [
        ("all-first", ("a-deploy-moves-little",)),
        ("no-user", ("not-root",)),
    ]


def test_a_mistake_that_hangs_is_a_fault(lab: Lab, tmp_path: Path) -> None:
    given = {"mistake-all-first": LARGE, "mistake-no-user": BuildHung("it hangs")}
    measurer: Any = fake_bench.FakeMeasurer(given)
    with pytest.raises(BuildHung):
        mistakes.mistake_results(measurer, lab, lab.mistakes, tmp_path, factory.result())


def test_only_what_claims_without_timing_need_is_done(lab: Lab) -> None:
    builds = {step.build for step in mistakes.judged_steps(lab) if hasattr(step, "build")}
    assert builds == {"cold", "edit-source"}


def test_an_interrupt_ends_the_builds_of_other_threads(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second mistake's build runs on when the first is given up; it begins no other."""

    class Building(fake_bench.FakeMeasurer):
        def measure(self, candidate: Any, *rest: Any, **more: Any) -> VariantResult:
            if candidate.name == "mistake-all-first":
                assert began.wait(10)
                raise KeyboardInterrupt
            argv = ["sh", "-c", "echo begun >&2; exec sleep 20"]
            for _ in ("a build", "the next one"):
                try:
                    stream_stderr(argv, lambda _: began.set(), timeout_seconds=60)
                except GivenUp:
                    ended.append(threading.current_thread())
            raise StepFailed("it was ended")

    began, ended = threading.Event(), list[threading.Thread]()
    started = clock()
    measurer: Any = Building({})
    with pytest.raises(KeyboardInterrupt):
        mistakes.mistake_results(measurer, lab, lab.mistakes, tmp_path, factory.result())
    assert len(ended) == 2
    assert clock() - started < 10, "a build of 20 s was waited for"


@pytest.mark.parametrize(
    ("red", "line"),
    [
        (("not-root",), None),
        ((), "must break not-root, but breaks nothing"),
        (("builds",), "must break not-root, but breaks builds"),
        (
            ("not-root", "a-deploy-moves-little"),
            "must break not-root, but breaks a-deploy-moves-little, not-root",
        ),
        (None, "must break not-root, but breaks nothing"),
    ],
)
def test_a_mistake_must_turn_red_exactly_what_lab_toml_says(
    red: tuple[str, ...] | None, line: str | None, lab: Lab
) -> None:
    found = {"all-first": MistakeResult(says="", red=("a-deploy-moves-little",))}
    found |= {"no-user": MistakeResult(says="", red=red)} if red is not None else {}
    lines = mistakes.uncaught_mistakes(lab, factory.result().model_copy(update={"mistakes": found}))
    assert lines == ([f"build-cache: mistake `no-user` {line}"] if line else [])


def test_a_mistake_that_no_longer_fits_is_a_fault_and_hides_no_claim(
    lab: Lab, tmp_path: Path
) -> None:
    good = lab.dockerfile("good")
    good.write_text(good.read_text().replace("USER 1000\n", ""))
    measurer: Any = fake_bench.FakeMeasurer({"mistake-all-first": LARGE})
    found = mistakes.mistake_results(measurer, lab, lab.mistakes, tmp_path, factory.result())
    assert [name for name, _ in measurer.asked] == ["mistake-all-first"]
    result = factory.result().model_copy(update={"mistakes": found})
    assert mistakes.uncaught_mistakes(lab, result) == [
        "build-cache: mistake `no-user`, which breaks not-root, does not apply: its `replace` "
        "must occur once but occurs 0 times in the good Dockerfile"
    ]


def test_a_trap_that_answers_is_told(lab: Lab) -> None:
    trap = lab.variants["bad"].model_copy(update={"answers": False})
    lab = lab.model_copy(update={"variants": {**lab.variants, "bad": trap, "gone": trap}})
    result = factory.result()
    assert mistakes.answering_traps(lab, result) == [
        "build-cache: the container of `bad` answered, and lab.toml says `answers = false`"
    ]
    silent = SOUND.model_copy(update={"boot": Boot(answered=False)})
    silent_bad = {**result.variants, "bad": silent}
    assert mistakes.answering_traps(lab, result.model_copy(update={"variants": silent_bad})) == []


def test_an_exercise_that_is_sound_has_no_faults(exercise: Lab) -> None:
    made = bench(exercise)
    result = exercises.solved(made)
    assert exercises.unsound(exercise, result) == []
    assert result.mistakes == {
        "no-user": MistakeResult(says="The USER line is missing.", red=("not-root",))
    }
    # Start and solution are measured side by side, the mistakes after both.
    assert sorted(made.measurer.asked[:2]) == [("bad", False), ("good", True)]
    assert made.measurer.asked[2:] == [("mistake-no-user", False)]
    assert made.measurer.steps == {
        "bad": steps(exercise, Samples(1, 1)),
        "good": steps(exercise, Samples(1, 1)),
        "mistake-no-user": mistakes.judged_steps(exercise),
    }


@pytest.mark.parametrize(
    ("given", "faults"),
    [
        (
            {"good": ROOT},
            ["claim `not-root` must hold for the solution: uid is 0, claimed 1000"],
        ),
        (
            {"bad": SOUND},
            [
                "claim `small` must not hold for the start: disk_bytes is 100 %, claimed "
                "at most 110 % of good",
                "claim `not-root` must not hold for the start: uid is 1000, claimed 1000",
                "if you fixed its Dockerfile, `git checkout labs/build-cache/exercise/Dockerfile` "
                "restores the original; `--file` checks a copy",
                "the start file gets no hint",
            ],
        ),
        (
            {"mistake_no_user": SOUND},
            [
                "mistake `no-user` must break not-root, but breaks nothing",
                "mistake `no-user` must get only its own hint, but gets none",
            ],
        ),
        (
            {"mistake_no_user": LARGE.model_copy(update={"boot": ROOT.boot})},
            ["mistake `no-user` must break not-root, but breaks not-root, small"],
        ),
        (
            {"mistake_no_user": StepFailed("it broke")},
            [
                "mistake `no-user` must break not-root, but breaks builds",
                "mistake `no-user` must get only its own hint, but gets none",
            ],
        ),
    ],
)
def test_each_fault_of_an_exercise_is_named(
    given: dict[str, Any], faults: list[str], exercise: Lab
) -> None:
    assert exercises.unsound(exercise, exercises.solved(bench(exercise, **given))) == [
        f"build-cache exercise: {fault}" for fault in faults
    ]


def test_two_mistakes_that_cannot_be_told_apart_are_a_fault(tmp_path: Path) -> None:
    exercise = made_labs.read_exercise(tmp_path, TWO)
    result = exercises.solved(bench(exercise, mistake_too=ROOT))
    assert exercises.unsound(exercise, result) == [
        "build-cache exercise: mistake `no-user` must get only its own hint, but gets no-user, too",
        "build-cache exercise: mistake `too` must get only its own hint, but gets no-user, too",
    ]


def test_a_sign_tells_two_mistakes_apart(tmp_path: Path) -> None:
    signed = TWO + 'unless = [{ user = "missing" }]\n'
    toml = signed.replace('hint = "Who', 'sign.user = "missing"\nhint = "Who')
    exercise = made_labs.read_exercise(tmp_path, toml)
    assert exercises.unsound(exercise, exercises.solved(bench(exercise, mistake_too=ROOT))) == []


def test_what_is_kept_of_mistakes_and_variants_is_not_measured(exercise: Lab) -> None:
    made = bench(exercise)
    known = MistakeResult(says="As it was.", red=("not-root",), key="1")
    made.kept = Kept(result=made.result({"bad": LARGE, "good": SOUND}), mistakes={"no-user": known})
    assert exercises.solved(made).mistakes == {"no-user": known}
    assert made.measurer.asked == []
    made.kept = made.kept.model_copy(update={"mistakes": {}})
    exercises.solved(made)
    assert made.measurer.asked == [("mistake-no-user", False)]
