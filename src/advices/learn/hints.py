"""Hints in steps for a build that failed on a known mistake; a verdict brings its own."""

from __future__ import annotations

from dataclasses import asdict

from advices.core import DockerfileInvalid, StepFailed, project
from advices.lab import Failure, parse_dockerfile, read
from advices.results import hint_steps, hints_on_failure


def explain(error: StepFailed, slug: str, dockerfile: str) -> None:
    """Give the fault of a learner's build the steps of the hints that the failed step proves."""
    failure = Failure(error.step, error.printed)
    exercise = read(project().labs, slug).its_exercise()
    try:
        said = parse_dockerfile(dockerfile, exercise.variants["good"].build_args)
    except DockerfileInvalid:  # the builder read it after all
        return
    known = hints_on_failure(exercise, failure, said)
    steps = (hint_steps(exercise, mistake, said, failure) for mistake in known)
    error.steps = tuple(map(asdict, steps))
