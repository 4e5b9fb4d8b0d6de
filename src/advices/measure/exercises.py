"""Measures exercises: a learner's Dockerfile, and the proof that an exercise is sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from advices.core import LabInvalid, StepFailed
from advices.lab import BUILDS, LEARNERS, Claim, Dockerfile, Failure, Lab
from advices.measure.answers import keep_answer, kept_answer
from advices.measure.bench import Bench
from advices.measure.candidate import of_learner, of_variant
from advices.measure.keys import Keys
from advices.measure.limits import for_learners
from advices.measure.mistakes import judged_steps, proved, uncaught_mistakes
from advices.measure.pages import keep_page, kept_page, page_of_solution
from advices.measure.plan import PlanStep, gives, steps
from advices.measure.reference import Reference
from advices.measure.variant import Measurer
from advices.results import (
    YOURS,
    Checked,
    Page,
    Pending,
    Result,
    Row,
    VariantResult,
    checked,
    compares_pages,
    difference,
    hints,
    hints_on_failure,
    is_judged,
    so_far,
    verdicts,
)

Told = Callable[[tuple[Row | Pending, ...]], None]


def nobody(_: tuple[Row | Pending, ...]) -> None:
    """Hear of the claims that are decided so far."""


def check(bench: Bench, dockerfile: Path, *, told: Told = nobody, again: bool = False) -> Checked:
    """Return how a learner's Dockerfile does beside the solution of the exercise.

    What was measured in the last day is measured anew only if it is asked for `again`. `told` hears
    of the claims as they are decided, where the solution was measured before.

    Raises what a build raises, with the hint of a known mistake that the failed step proves,
    LabInvalid when the file is not there or is no text, and DockerfileInvalid before any build.
    A build that takes more than `limits.for_learners` says is ended: BuildLimited.
    """
    lab = bench.lab
    candidate = of_learner(lab, dockerfile, for_learners(bench.run.id))
    try:
        said = candidate.read()
    except LabInvalid as error:
        step = f"{error.next_step}, or name another file with --file"
        raise LabInvalid(error.what, why=error.why, next_step=step) from None
    keys, text = Keys(bench.workshop, bench.samples), dockerfile.read_text("utf-8")
    key = keys.learner(lab, said, text)
    solution = Reference(bench, keys)
    if not again and solution.found and (answer := kept_answer(lab.slug, key)):
        both = bench.result({"good": solution.found, YOURS: answer.yours})
        shown = _difference(lab, both, answer.page, kept_page(solution.found))
        return replace(checked(lab, both, said), measured=answer.at, difference=shown)
    with bench.ready() as measurer:
        if was_mixed := measurer.on_one_kind(said, lab.read("good")):
            # What is committed or kept stands on the bases that names have by themselves.
            solution = Reference(bench, None)
        heard = _telling(bench, solution.found, said, told)
        try:
            yours = measurer.measure_beside(candidate, judged_steps(lab), heard)
        except StepFailed as error:
            failure = Failure(error.step, error.printed)
            known = " ".join(one.hint for one in hints_on_failure(lab, failure, said))
            error.next_step = known or error.next_step
            raise
        good = solution.measured(measurer)
        page, theirs = measurer.pages.get(candidate.name), None
        for one in (page, measurer.pages.get("good")):
            keep_page(one, good)
        both = bench.result({"good": good, YOURS: yours})
        if compares_pages(lab, both):
            theirs = page_of_solution(bench, measurer, good)
    if not was_mixed:
        # An image that was not here when the check began is here now.
        keep_answer(lab.slug, key or keys.learner(lab, said, text), yours, page)
    found = checked(lab, both, said, measurer.silence.get(candidate.name, ""))
    return replace(found, difference=_difference(lab, both, page, theirs))


def get_ready(bench: Bench) -> None:
    """Do what each check needs that no Dockerfile decides, unless a base is not here yet.

    What it finds is remembered by the bench's workshop and its ground. Raises what asking the
    engine raises.
    """
    lab, shop = bench.lab, bench.workshop
    if (bases := shop.bases.known_of(lab)) is None:
        return
    start = of_learner(lab, lab.dockerfile("bad"))
    Keys(shop, bench.samples).learner(lab, start.read(), "")
    for base in bases.values():
        shop.bases.record(base)
    Measurer(shop, lab, bench.run, bases, bench.ground).mark_bases(start)


def _difference(lab: Lab, both: Result, yours: Page | None, solution: Page | None) -> str:
    """Return how a learner's page differs from the solution's, "" where no claim wants to know."""
    if yours is None or solution is None or not compares_pages(lab, both):
        return ""
    return difference(yours, solution)


def _telling(
    bench: Bench, good: VariantResult | None, said: Dockerfile, told: Told
) -> Callable[[VariantResult, frozenset[PlanStep]], None]:
    """Return what hears of a learner's measures and tells which claims they decide."""
    if good is None:
        return lambda _yours, _done: None
    lab, planned = bench.lab, judged_steps(bench.lab)
    last: list[tuple[Row | Pending, ...]] = []

    def heard(yours: VariantResult, done: frozenset[PlanStep]) -> None:
        def decided(claim: Claim) -> bool:
            return all(one in done for one in planned if gives(lab, one, claim.measure))

        rows = so_far(lab, bench.result({"good": good, YOURS: yours}), said, decided)
        if rows not in last and any(isinstance(row, Row) for row in rows):
            last.append(rows)
            told(rows)

    return heard


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

    The start must fail its claims and get a hint, the solution must meet all and keep what is to be
    kept, and each mistake, alone in the solution, must turn red its claims and get its own hint
    only.
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
        f"{lab.slug} exercise: the solution does not keep `{keep.id}`"
        for keep in lab.keeps
        if not keep.is_kept(lab.read("good"))
    ]
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
