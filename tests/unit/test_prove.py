"""Mistakes and exercises without an engine: what a sound one is, and how each fault is named."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import results
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
    cache_folder,
)
from advices.core.process import clock, stream_stderr
from advices.core.threads import GivenUp
from advices.lab.model import Lab
from advices.measure import exercises, mistakes
from advices.measure.kept import Kept
from advices.measure.plan import BuildImage, Samples, steps
from advices.results.pages import Page, page_of
from advices.results.record import Boot, MistakeResult, VariantResult

SOUND = factory.variant()
ROOT = SOUND.model_copy(update={"boot": Boot(answered=True, uid=0, page_digest="c" * 64)})
LARGE = factory.variant(scale=3)


@pytest.fixture
def exercise(tmp_path: Path) -> Lab:
    return made_labs.read_exercise(tmp_path)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return made_labs.read_lab(tmp_path)


def bench(exercise: Lab, **given: VariantResult | Exception) -> Any:
    both = {"bad": LARGE.model_copy(update={"boot": ROOT.boot}), "good": SOUND}
    return fake_bench.FakeBench(exercise, **{**both, "mistake_no_user": ROOT, **given})


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


TWO = (
    made_labs.EXERCISE
    + """
[[mistakes]]
id = "too"
says = "The same once more."
replace = "WORKDIR /app"
breaks = ["not-root"]
hint = "The same."
"""
)


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


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine").write_text("FROM python:3.14-slim\n")
    return tmp_path / "mine"


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


def test_what_is_kept_of_mistakes_and_variants_is_not_measured(exercise: Lab) -> None:
    made = bench(exercise)
    known = MistakeResult(says="As it was.", red=("not-root",), key="1")
    made.kept = Kept(result=made.result({"bad": LARGE, "good": SOUND}), mistakes={"no-user": known})
    assert exercises.solved(made).mistakes == {"no-user": known}
    assert made.measurer.asked == []
    made.kept = made.kept.model_copy(update={"mistakes": {}})
    exercises.solved(made)
    assert made.measurer.asked == [("mistake-no-user", False)]


def test_a_reference_on_bases_of_another_kind_is_measured_anew(exercise: Lab, mine: Path) -> None:
    made = bench(exercise, yours=ROOT)
    results.save(made.layout.exercise_results, made.result({"good": LARGE}))
    made.measurer.bases_are_mixed = True
    assert exercises.check(made, mine).rows[0].reference == "140 MB"
    assert made.measurer.asked == [("yours", False), ("good", True)]


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
