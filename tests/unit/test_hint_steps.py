"""A hint in steps: its place is where the mistake is, in whatever style it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.lab import BUILDS, Failure, Lab, Mistake, labfile, parse_dockerfile, read_dockerfile
from advices.results import hint_steps
from advices.results.hint_steps import MISSING

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
EXERCISES = {lab.slug: lab for lab in labfile.all_of(ROOT / "labs") if lab.is_exercise}
# Something is not there, so that no line has it.
ABSENT = {
    ("pin-what-you-build-on", "times-of-the-build"),
    ("non-root", "user-missing"),
    ("multi-stage", "one-stage"),
    ("know-what-is-inside", "no-labels"),
    ("health-and-limits", "no-check"),
}
# The claims alone tell these, so that no place is known.
TOLD_BY_CLAIMS = {
    (exercise.slug, mistake.id)
    for exercise in EXERCISES.values()
    for mistake in exercise.mistakes
    if mistake.sign is None and mistake.failed is None
}
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.slug}-{mistake.id}")
    for exercise in EXERCISES.values()
    for mistake in exercise.mistakes
]
WRONG = sorted(CORPUS.glob("*/wrong/*/*.Dockerfile"))


def steps_of(exercise: Lab, mistake: Mistake, text: str):
    said = parse_dockerfile(text, exercise.variants["good"].build_args)
    return hint_steps(exercise, mistake, said)


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_the_first_step_gives_the_answer_away_to_nobody(exercise: Lab, mistake: Mistake) -> None:
    if mistake.failed is not None:
        return
    text = mistake.applied(exercise.dockerfile("good").read_text("utf-8"))
    steps = steps_of(exercise, mistake, text)
    first = next(one for one in exercise.claims if one.id == mistake.breaks[0])
    assert steps.nudge.startswith(first.says)
    assert mistake.hint not in steps.nudge + steps.place
    assert steps.line.endswith(mistake.hint)


@pytest.mark.parametrize("file", WRONG, ids=lambda file: str(file.relative_to(CORPUS)))
def test_the_place_is_there_in_every_style_of_writing(file: Path) -> None:
    exercise = EXERCISES[file.relative_to(CORPUS).parts[0]]
    mistake = next(one for one in exercise.mistakes if one.id == file.parent.name)
    said = read_dockerfile(file, exercise.variants["good"].build_args)
    failure = None
    if mistake.breaks == (BUILDS,):
        step, _, printed = file.with_suffix(".failed").read_text("utf-8").partition("\n")
        failure = Failure(step, printed)
    place = hint_steps(exercise, mistake, said, failure).place
    if (exercise.slug, mistake.id) in ABSENT:
        assert place == MISSING
    elif (exercise.slug, mistake.id) in TOLD_BY_CLAIMS:
        assert place == ""
    else:
        assert place.startswith("Look at the ")


GRANTS = """FROM python:3.14-slim
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir \\
    -r requirements.txt
{}
USER 10001
CMD ["gunicorn", "--pid", "/dev/shm/bus-stop.pid", "app:app"]
"""


@pytest.mark.parametrize(
    ("lines", "place"),
    [
        ("COPY --chown=10001 . .", "the COPY in line 6"),
        # Each gives the code away by itself: both have to go.
        (
            "COPY --chown=10001 . .\nCOPY --chown=10001 app.py .",
            "the COPY in line 6 and the COPY in line 7",
        ),
        ("COPY --chown=10001 \\\n    . .", "the COPY in lines 6 to 7"),
        ("COPY --chown=10001 . /srv", "the COPY in line 6"),
        ("COPY --chown=0 a b ./\nCOPY --chown=10001 . .", "the COPY in line 7"),
    ],
)
def test_a_place_is_every_instruction_that_shows_it_and_no_other(lines: str, place: str) -> None:
    exercise = EXERCISES["non-root"]
    mistake = next(one for one in exercise.mistakes if one.id == "copy-chown")
    steps = steps_of(exercise, mistake, GRANTS.format(lines))
    assert steps.place == f"Look at {place} of your Dockerfile."


def test_the_last_step_quotes_the_one_line() -> None:
    exercise = EXERCISES["non-root"]
    mistake = next(one for one in exercise.mistakes if one.id == "copy-chown")
    steps = steps_of(exercise, mistake, GRANTS.format("COPY --chown=10001 . ."))
    assert steps.line == f"In line 6, `COPY --chown=10001 . .`: {mistake.hint}"


@pytest.mark.parametrize(
    ("text", "line"),
    [("FROM python:3.14\nCOPY . .\n", 1), ("ARG BASE=python:3.14\nFROM $BASE\nCOPY . .\n", 2)],
)
def test_a_base_is_the_place_where_no_step_decides(text: str, line: int) -> None:
    exercise = EXERCISES["base-image"]
    mistake = next(one for one in exercise.mistakes if one.id == "full-base")
    place = steps_of(exercise, mistake, text).place
    assert place == f"Look at the FROM in line {line} of your Dockerfile."
