"""Measures exercises: a learner's Dockerfile, and the proof that an exercise is sound."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from advices.core import LabInvalid, StepFailed
from advices.lab import BUILDS, LEARNERS, Failure, Lab
from advices.measure.bench import Bench
from advices.measure.candidate import of_learner, of_variant
from advices.measure.mistakes import judged_steps, proved, uncaught_mistakes
from advices.measure.plan import steps
from advices.measure.reference import reference
from advices.results import (
    YOURS,
    Checked,
    Result,
    VariantResult,
    checked,
    hints,
    hints_on_failure,
    is_judged,
    verdicts,
)


def check(bench: Bench, dockerfile: Path) -> Checked:
    """Return how a learner's Dockerfile does beside the solution of the exercise.

    Raises what a build raises, with the hint of a known mistake that the failed step proves,
    LabInvalid when the file is not there or is no text, and DockerfileInvalid before any build.
    """
    candidate = of_learner(bench.lab, dockerfile)
    try:
        said = candidate.read()
    except LabInvalid as error:
        step = f"{error.next_step}, or name another file with --file"
        raise LabInvalid(error.what, why=error.why, next_step=step) from None
    with bench.ready() as measurer:
        was_mixed = measurer.on_one_kind(said, bench.lab.read("good"))
        try:
            yours = measurer.measure(candidate, judged_steps(bench.lab))
        except StepFailed as error:
            failure = Failure(error.step, error.printed)
            known = " ".join(one.hint for one in hints_on_failure(bench.lab, failure, said))
            error.next_step = known or error.next_step
            raise
        # What is committed or kept stands on the bases that names have by themselves.
        good = reference(bench, measurer, kept=not was_mixed)
    both = bench.result({"good": good, YOURS: yours})
    return checked(bench.lab, both, said, measurer.silence.get(candidate.name, ""))


def solved(bench: Bench) -> Result:
    """Return the result of an exercise: its start, its solution, and each of its mistakes."""
    variants = _start_and_solution(bench)
    return bench.result(variants, proved(bench, bench.result(variants)))


def _start_and_solution(bench: Bench) -> Mapping[str, VariantResult]:
    lab = bench.lab
    if bench.kept.result is not None:
        return bench.kept.result.variants
    with bench.ready() as measurer:
        # No claim of an exercise is about a time, so start and solution are built side by side.
        both = [of_variant(lab, name) for name in ("bad", "good")]
        return measurer.measure_each(both, steps(lab, bench.samples), workers=2)


def start_of(lab: Lab, result: Result) -> Checked:
    """Return how an exercise's own start did, as a learner sees it at first."""
    both = {"good": result.variants["good"], YOURS: result.variants["bad"]}
    beside = result.model_copy(update={"variants": both})
    return checked(lab, beside, lab.read("bad"))


def unsound(lab: Lab, result: Result) -> list[str]:
    """Return a line for each fault of an exercise itself.

    The start must fail its claims and get a hint, the solution must meet all, and each
    mistake, alone in the solution, must turn red its claims and get its own hint only.
    """
    faults = [
        f"{lab.slug} exercise: claim `{v.claim.id}` {'must' if v.must_hold else 'must not'} hold "
        f"for the {'solution' if v.variant == 'good' else 'start'}: {v.summary}"
        for v in verdicts(lab, result)
        if is_judged(v.claim) and not v.as_demanded
    ]
    if any(v.variant == "bad" and v.holds and not v.must_hold for v in verdicts(lab, result)):
        faults.append(
            f"{lab.slug} exercise: if you fixed its {LEARNERS}, `git checkout "
            f"labs/{lab.slug}/exercise/{LEARNERS}` restores the original; `--file` checks a "
            "copy"
        )
    faults += [
        line.replace(lab.slug, f"{lab.slug} exercise", 1) for line in uncaught_mistakes(lab, result)
    ]
    good = lab.dockerfile("good").read_text("utf-8")
    for mistake in lab.mistakes:
        if mistake.misfit(good):
            continue
        found = result.mistakes.get(mistake.id)
        turned, left_out = (found.red, found.not_judged) if found else ((), ())
        if turned == (BUILDS,) and mistake.failed is not None:
            continue  # it was caught by the sign of its hint in the step that failed
        shown = [one.id for one in hints(lab, turned, lab.read_with(mistake), left_out)]
        if shown != [mistake.id]:
            faults.append(
                f"{lab.slug} exercise: mistake `{mistake.id}` must get only its own hint, but "
                f"gets {', '.join(shown) or 'none'}"
            )
    if not start_of(lab, result).hints:
        faults.append(f"{lab.slug} exercise: the start file gets no hint")
    return faults
