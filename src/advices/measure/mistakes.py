"""Measures mistakes: each, alone in the good Dockerfile, turns its claims red."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from advices.core import DockerfileInvalid, StepFailed, at_once
from advices.lab import BUILDS, Failure, Lab, Mistake
from advices.measure.bench import Bench
from advices.measure.candidate import of_mistake
from advices.measure.plan import PlanStep, steps_for
from advices.measure.variant import Measurer
from advices.results import (
    MistakeResult,
    Result,
    hints_on_failure,
    is_judged,
    judged,
    not_judged,
    red,
)

_MISTAKEN = "mistaken"
_AT_ONCE = 3


def judged_steps(lab: Lab) -> tuple[PlanStep, ...]:
    """Return what measures the claims of the good variant that need no timing."""
    return steps_for(lab, [claim for claim in lab.claims if is_judged(claim)])


def proved(bench: Bench, result: Result) -> dict[str, MistakeResult]:
    """Return what each mistake turns red beside `result`; only those that are not kept are made."""
    kept, lab = bench.kept.mistakes, bench.lab
    left = [mistake for mistake in lab.mistakes if mistake.id not in kept]
    found: dict[str, MistakeResult] = {}
    if left:
        with bench.ready() as measurer:
            found = mistake_results(measurer, lab, left, bench.run.scratch, result)
    return {mistake.id: (found | kept)[mistake.id] for mistake in lab.mistakes}


def mistake_results(
    measurer: Measurer, lab: Lab, mistakes: Sequence[Mistake], scratch: Path, result: Result
) -> dict[str, MistakeResult]:
    """Return what some mistakes, each alone in the good Dockerfile, turn red beside `result`.

    One that no longer fits the Dockerfile turns nothing red: `uncaught_mistakes` says so.
    Some are measured at once: no claim that is judged here needs a time, and much of it is waiting.
    """
    return at_once(
        {
            mistake.id: partial(_mistake_result, measurer, lab, scratch, mistake, result)
            for mistake in mistakes
        },
        _AT_ONCE,
    )


def _mistake_result(
    measurer: Measurer, lab: Lab, scratch: Path, mistake: Mistake, result: Result
) -> MistakeResult:
    if mistake.misfit(lab.dockerfile("good").read_text("utf-8")):
        return MistakeResult(says=mistake.says, red=())
    candidate = of_mistake(lab, mistake, scratch)
    try:
        measured = measurer.measure(candidate, judged_steps(lab))
    except DockerfileInvalid:
        return MistakeResult(says=mistake.says, red=(BUILDS,))
    except StepFailed as error:
        if mistake.failed is not None and not _is_its_failure(lab, mistake, error):
            raise  # a dead index proves nothing
        return MistakeResult(says=mistake.says, red=(BUILDS,))
    beside = result.model_copy(update={"variants": {**result.variants, _MISTAKEN: measured}})
    return MistakeResult(
        says=mistake.says,
        red=red(judged(lab, beside, _MISTAKEN)),
        not_judged=not_judged(lab, beside, _MISTAKEN),
    )


def _is_its_failure(lab: Lab, mistake: Mistake, error: StepFailed) -> bool:
    failure = Failure(error.step, error.printed)
    return mistake in hints_on_failure(lab, failure, lab.read_with(mistake))


def answering_traps(lab: Lab, result: Result) -> list[str]:
    """Return a line for each trap whose container answered, though lab.toml says that none does."""
    return [
        f"{lab.slug}: the container of `{name}` answered, and lab.toml says `answers = false`"
        for name, variant in lab.variants.items()
        if not variant.answers and name in result.variants and result.variants[name].boot.answered
    ]


def uncaught_mistakes(lab: Lab, result: Result) -> list[str]:
    """Return a line for each mistake that did not turn red exactly what it should.

    A claim that nobody judged, because its scanner did not run, is not asked for.
    """
    lines = []
    good = lab.dockerfile("good").read_text("utf-8")
    for mistake in lab.mistakes:
        if misfit := mistake.misfit(good):
            broken = ", ".join(sorted(mistake.breaks))
            lines.append(
                f"{lab.slug}: mistake `{mistake.id}`, which breaks {broken}, does not apply: "
                f"{misfit} in the good Dockerfile"
            )
            continue
        found = result.mistakes.get(mistake.id)
        turned = set(found.red) if found else set()
        wanted = set(mistake.breaks) - set(found.not_judged if found else ())
        if turned != wanted:
            lines.append(
                f"{lab.slug}: mistake `{mistake.id}` must break "
                f"{', '.join(sorted(wanted)) or 'nothing'}, but breaks "
                f"{', '.join(sorted(turned)) or 'nothing'}"
            )
    return lines
