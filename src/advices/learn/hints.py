"""Hints in the page come in steps: of a verdict, and of a build that failed on a known mistake."""

from __future__ import annotations

from advices.core import DockerfileInvalid, StepFailed, project
from advices.lab import Dockerfile, Failure, Lab, parse_dockerfile, read
from advices.results import Checked, HintSteps, hint_steps, hints_on_failure


class Hinted(StepFailed):
    """A build that failed on a known mistake: its next step is in `steps`."""

    def __init__(self, error: StepFailed, steps: tuple[HintSteps, ...]) -> None:
        super().__init__(error.what, why=error.why, step=error.step, printed=error.printed)
        self.steps = steps


def of_verdict(slug: str, found: Checked, dockerfile: str) -> tuple[HintSteps, ...]:
    """Return the steps of each hint of a verdict on a Dockerfile that was measured."""
    if not found.hints:
        return ()
    exercise, said = _read(slug, dockerfile)
    return tuple(hint_steps(exercise, mistake, said) for mistake in found.hints)


def of_failure(slug: str, error: StepFailed, dockerfile: str) -> StepFailed:
    """Return a fault with the steps of its hints, or as it is when the failed step proves none."""
    failure = Failure(error.step, error.printed)
    try:
        exercise, said = _read(slug, dockerfile)
    except DockerfileInvalid:  # the builder read it after all
        return error
    known = hints_on_failure(exercise, failure, said)
    steps = tuple(hint_steps(exercise, mistake, said, failure) for mistake in known)
    return Hinted(error, steps) if steps else error


def _read(slug: str, dockerfile: str) -> tuple[Lab, Dockerfile]:
    """Return the exercise of a lab, and what a learner's Dockerfile says in it."""
    exercise = read(project().labs, slug).its_exercise()
    return exercise, parse_dockerfile(dockerfile, exercise.variants["good"].build_args)
