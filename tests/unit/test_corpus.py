"""What people write in an exercise, right and wrong, and the one hint that each must get.

tests/corpus/README.md says how its files are laid out.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.lab import BUILDS, Dockerfile, Failure, Lab, Mistake, labfile, read_dockerfile
from advices.results import hints, hints_on_failure

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
EXERCISES = {lab.slug: lab for lab in labfile.all_of(ROOT / "labs") if lab.is_exercise}
RIGHT = sorted(CORPUS.glob("*/right/*.Dockerfile"))
WRONG = sorted(CORPUS.glob("*/wrong/*/*.Dockerfile"))
AT_LEAST = 8
STYLES = 3


def named(file: Path) -> str:
    return str(file.relative_to(CORPUS).with_suffix(""))


def exercise_of(file: Path) -> Lab:
    return EXERCISES[file.relative_to(CORPUS).parts[0]]


def read(file: Path) -> Dockerfile:
    return read_dockerfile(file, exercise_of(file).variants["good"].build_args)


def failure_of(file: Path) -> Failure:
    """Return what the engine said when a file did not build: the step, and what it printed."""
    step, _, printed = file.with_suffix(".failed").read_text("utf-8").partition("\n")
    return Failure(step, printed)


def mistake_of(file: Path) -> Mistake:
    return next(one for one in exercise_of(file).mistakes if one.id == file.parent.name)


@pytest.mark.parametrize("file", WRONG, ids=named)
def test_a_wrong_file_gets_the_one_hint_of_its_mistake(file: Path) -> None:
    exercise, mistake = exercise_of(file), mistake_of(file)
    if mistake.breaks == (BUILDS,):
        shown = hints_on_failure(exercise, failure_of(file), read(file))
    else:
        shown = hints(exercise, mistake.breaks, read(file))
    assert [one.id for one in shown] == [mistake.id]


@pytest.mark.parametrize("file", RIGHT, ids=named)
def test_a_right_file_shows_no_mistake_whatever_turns_red(file: Path) -> None:
    exercise, dockerfile = exercise_of(file), read(file)
    for mistake in exercise.mistakes:
        assert hints(exercise, mistake.breaks, dockerfile) == (), mistake.id
    assert hints(exercise, [claim.id for claim in exercise.claims], dockerfile) == ()


@pytest.mark.parametrize("file", RIGHT, ids=named)
def test_a_right_file_keeps_what_is_to_be_kept(file: Path) -> None:
    lost = [one.id for one in exercise_of(file).keeps if not one.is_kept(read(file))]
    assert lost == []


@pytest.mark.parametrize("slug", EXERCISES)
def test_every_mistake_is_there_in_several_styles(slug: str) -> None:
    right = [file for file in RIGHT if exercise_of(file).slug == slug]
    wrong = [file for file in WRONG if exercise_of(file).slug == slug]
    assert min(len(right), len(wrong)) >= AT_LEAST
    styles = {
        mistake.id: sum(mistake_of(file) == mistake for file in wrong)
        for mistake in EXERCISES[slug].mistakes
    }
    assert {name: count for name, count in styles.items() if count < STYLES} == {}


@pytest.mark.parametrize("slug", EXERCISES)
def test_some_files_were_written_on_windows(slug: str) -> None:
    assert any(b"\r\n" in file.read_bytes() for file in (CORPUS / slug).rglob("*.Dockerfile"))


def test_no_file_lies_where_nobody_looks() -> None:
    there = {file for file in CORPUS.rglob("*") if file.is_file()}
    failed = {file.with_suffix(".failed") for file in WRONG}
    assert there - {*RIGHT, *WRONG, *failed} == {CORPUS / "README.md"}
    assert {file.relative_to(CORPUS).parts[0] for file in RIGHT} == {*EXERCISES}
