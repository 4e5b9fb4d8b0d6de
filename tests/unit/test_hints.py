"""The hints of the exercises: each mistake gets its own, however the Dockerfile is written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from advices.lab import Lab, Mistake, labfile, parse_dockerfile
from advices.results import hints

LABS = Path(__file__).parents[2] / "labs"
EXERCISES = [lab.exercise for lab in labfile.in_order(LABS) if lab.exercise is not None]
MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.slug}-{mistake.id}")
    for exercise in EXERCISES
    for mistake in exercise.mistakes
]
TOLD_BY_CLAIMS = [
    one for one in MISTAKES if isinstance(one.values[1], Mistake) and not one.values[1].failed
]
SIGNED = [
    one for one in TOLD_BY_CLAIMS if isinstance(one.values[1], Mistake) and one.values[1].sign
]


def good(exercise: Lab) -> str:
    return exercise.dockerfile("good").read_text("utf-8")


def shown(exercise: Lab, red: tuple[str, ...], text: str) -> list[str]:
    """Return the hints that a Dockerfile gets whose claims turn red."""
    read = parse_dockerfile(text, exercise.variants["good"].build_args)
    return [one.id for one in hints(exercise, red, read)]


def in_lower_case(text: str) -> str:
    """Return a Dockerfile with its instructions in lower case; its heredocs are scripts."""
    names = "FROM|RUN|COPY|ADD|ENV|ARG|USER|CMD|ENTRYPOINT|WORKDIR|EXPOSE|HEALTHCHECK"
    return re.sub(rf"(?m)^({names})\b", lambda found: found[1].lower(), text)


def with_comments(text: str) -> str:
    comment = "# FROM python:3.14 gcc pip install -t --target=x chown -R 777 USER root --debug no\n"
    return comment + re.sub(r"(?m)\\\n", lambda _: "\\\n   " + comment, text) + comment


def continued(text: str) -> str:
    """Return a Dockerfile with more of its lines continued; those of scripts stay."""
    return re.sub(r"(?m)^(COPY|RUN|USER|CMD|FROM) (?!.*<<)", r"\1 \\\n   ", text)


def full_names(text: str) -> str:
    return text.replace("FROM python:", "FROM --platform=$BUILDPLATFORM docker.io/library/python:")


DISGUISES = {
    "as it is": lambda text: text,
    "lower case": in_lower_case,
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "byte order mark": lambda text: "\ufeff" + text,
    "comments": with_comments,
    "continued lines": continued,
    "whole names": full_names,
    "a variable": lambda text: "ARG PY=3.14\n" + text.replace("python:3.14", "python:${PY}"),
}


@pytest.mark.parametrize("disguise", DISGUISES.values(), ids=DISGUISES)
@pytest.mark.parametrize(("exercise", "mistake"), TOLD_BY_CLAIMS)
def test_a_mistake_gets_its_own_hint_however_it_is_written(
    exercise: Lab, mistake: Mistake, disguise: Callable[[str], str]
) -> None:
    text = disguise(mistake.applied(good(exercise)))
    assert shown(exercise, mistake.breaks, text) == [mistake.id]


@pytest.mark.parametrize(("exercise", "mistake"), SIGNED)
def test_a_mistake_in_a_comment_or_a_note_is_none(exercise: Lab, mistake: Mistake) -> None:
    solution = good(exercise)
    wrong = mistake.applied(solution).splitlines()
    comments = solution + "".join(f"# {line}\n" for line in wrong)
    assert mistake.id not in shown(exercise, mistake.breaks, comments)
    if exercise.slug != "stop-and-start":  # there the script in a here-document is the matter
        note = "\n".join(line for line in wrong if "<<" not in line)
        copied = f"\nCOPY <<END_OF_NOTE /note\n{note}\nEND_OF_NOTE\n"
        noted = solution.replace("\n", copied, 1)
        assert mistake.id not in shown(exercise, mistake.breaks, noted)


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_every_hint_has_a_sign(exercise: Lab, mistake: Mistake) -> None:
    assert mistake.sign or mistake.unless or mistake.failed, "claims alone prove no mistake"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda one: one.slug)
def test_the_start_of_an_exercise_gets_a_hint(exercise: Lab) -> None:
    start = exercise.dockerfile("bad").read_text("utf-8")
    assert shown(exercise, tuple(claim.id for claim in exercise.claims), start)


KEEPING = [one for one in EXERCISES if one.keeps]


@pytest.mark.parametrize("exercise", KEEPING, ids=lambda one: one.slug)
def test_start_and_solution_keep_what_is_to_be_kept(exercise: Lab) -> None:
    for name in ("bad", "good"):
        assert all(keep.is_kept(exercise.read(name)) for keep in exercise.keeps), name


@pytest.mark.parametrize(
    ("slug", "line", "by"),
    [
        ("build-cache", "RUN python -m compileall -q app.py\n", ""),
        ("pin-what-you-build-on", "RUN python -m compileall -q app.py\n", ""),
        ("non-root", '"--pid", "/dev/shm/bus-stop.pid", ', ""),
        ("stop-and-start", "$(tail -n +2 timetable.csv | wc -l)", "15"),
        ("remove-tools", 'HEALTHCHECK CMD ["pgrep", "gunicorn"]', "HEALTHCHECK NONE"),
    ],
)
def test_who_leaves_it_out_does_not_keep_it(slug: str, line: str, by: str) -> None:
    exercise = next(one for one in KEEPING if one.slug == slug)
    text = good(exercise)
    assert line in text
    (keep,) = exercise.keeps
    assert not keep.is_kept(parse_dockerfile(text.replace(line, by)))


@pytest.mark.parametrize(
    ("slug", "replaced", "by", "hint"),
    [
        ("multi-stage", "FROM python:3.14-slim\n", "FROM builder\n", "one-stage"),
        ("non-root", "/dev/shm/bus-stop.pid", "/run/bus-stop.pid", "pid-in-the-code"),
        ("know-what-is-inside", ".revision=", ".revison=", "no-labels"),
        ("pin-what-you-build-on", "-exec touch", "-type f -exec touch", "times-of-the-build"),
        ("pin-what-you-build-on", " --no-dereference", "", "times-of-the-build"),
    ],
)
def test_a_relative_of_a_mistake_gets_its_hint(
    slug: str, replaced: str, by: str, hint: str
) -> None:
    exercise = next(one for one in EXERCISES if one.slug == slug)
    mistake = next(one for one in exercise.mistakes if one.id == hint)
    text = good(exercise)
    assert replaced in text
    assert shown(exercise, mistake.breaks, text.replace(replaced, by)) == [hint]


def test_alpine_below_what_debian_compiled_lacks_more_than_a_package_of_slim() -> None:
    exercise = next(one for one in EXERCISES if one.slug == "multi-stage")
    mistake = next(one for one in exercise.mistakes if one.id == "library-forgotten")
    slim = mistake.applied(good(exercise))
    assert shown(exercise, mistake.breaks, slim) == [mistake.id]
    alpine = slim.replace("FROM python:3.14-slim", "FROM python:3.14-alpine")
    assert shown(exercise, mistake.breaks, alpine) == []
