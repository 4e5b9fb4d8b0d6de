"""Pure: what a learner's measured Dockerfile meets, and which hints it gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from advices.lab import Claim, Dockerfile, Failure, Keep, Lab, MeasureName, Mistake, View
from advices.results.claims import Verdict, judged, not_judged, red
from advices.results.hint_steps import HintSteps, hint_steps
from advices.results.predicates import demanded_text, found_text
from advices.results.record import Result

YOURS = "yours"
_PAGE = "page_digest"
_SAME = "the same page"
_KEPT, _GONE = "in the file", "not in the file"


@dataclass(frozen=True)
class Row:
    """One claim over a learner's image: measured, the solution's value, and the limit.

    What an exercise asks to keep is one too: it is read in the Dockerfile.
    """

    says: str
    holds: bool
    yours: str
    reference: str
    limit: str


@dataclass(frozen=True)
class Pending:
    """A claim that is not decided yet."""

    says: str


@dataclass(frozen=True)
class Checked:
    """How a learner's Dockerfile did: a row for each claim, and the hints for what is wrong.

    `fault` is what was seen of an image that did not answer, in lines: how its container ended, or
    where it listens, and its last lines. "" for one that answered. `measured` is when it was
    measured, where that was not now: nothing that decides its numbers has changed since.
    `difference` shows in lines how its page differs from the solution's, where a claim wants the
    same. `steps` are those of the hints.
    """

    rows: tuple[Row, ...]
    hints: tuple[Mistake, ...]
    fault: str = ""
    measured: dt.datetime | None = None
    difference: str = ""
    steps: tuple[HintSteps, ...] = ()

    @property
    def solved(self) -> bool:
        """Return whether every claim is met."""
        return all(row.holds for row in self.rows)


def checked(exercise: Lab, result: Result, dockerfile: Dockerfile, fault: str = "") -> Checked:
    """Return how the variant `yours` of a result did beside the solution, `good`.

    Of an image that did not answer only a mistake is hinted at that explains all of it.
    """
    verdicts = judged(exercise, result, YOURS)
    left_out = not_judged(exercise, result, YOURS)
    shown = hints(exercise, red(verdicts), dockerfile, left_out)
    if not result.variants[YOURS].boot.answered:
        # Nothing is known of such an image but its files, so no hint may guess at the rest; and
        # what else is wrong can wait until it answers.
        shown = tuple(mistake for mistake in shown if _silences(mistake, verdicts))
    rows = (*(_row(verdict, result, YOURS) for verdict in verdicts), *_kept(exercise, dockerfile))
    steps = tuple(hint_steps(exercise, mistake, dockerfile) for mistake in shown)
    return Checked(rows, shown, fault, steps=steps)


def compares_pages(exercise: Lab, result: Result) -> bool:
    """Return whether a learner's page is another one than the solution's, and a claim fails for it.

    One that did not answer has none.
    """
    found = judged(exercise, result, YOURS)
    return any(
        one.claim.measure == MeasureName(_PAGE) and one.claim.relative_to and one.claim.equals
        for one in found
        if not one.holds and one.value is not None
    )


def so_far(
    exercise: Lab, result: Result, dockerfile: Dockerfile, decided: Callable[[Claim], bool]
) -> tuple[Row | Pending, ...]:
    """Return a row for each claim of a check that goes on, as far as it is decided."""
    rows = (
        _row(verdict, result, YOURS) if decided(verdict.claim) else Pending(verdict.claim.says)
        for verdict in judged(exercise, result, YOURS)
    )
    return (*rows, *_kept(exercise, dockerfile))


def _silences(mistake: Mistake, verdicts: Sequence[Verdict]) -> bool:
    """Return whether a mistake is known to leave all unknown that is unknown, the page too."""
    unknown = {verdict.claim.id for verdict in verdicts if verdict.value is None}
    page = {one.claim.id for one in verdicts if one.claim.measure == MeasureName(_PAGE)}
    return unknown <= {*mistake.breaks} and bool(page & {*mistake.breaks})


def start_rows(exercise: Lab, result: Result) -> tuple[Row, ...]:
    """Return a row for each claim that a learner has to meet: the start beside the solution.

    The start does all that is to be kept: its file may be a learner's by now, so nobody reads it.
    """
    rows = (_row(verdict, result, "bad") for verdict in judged(exercise, result, "bad"))
    return (*rows, *(_row_of_keep(keep, is_kept=True) for keep in exercise.keeps))


def hints(
    exercise: Lab, failed: Sequence[str], dockerfile: Dockerfile, left_out: Sequence[str] = ()
) -> tuple[Mistake, ...]:
    """Return the known mistakes whose claims all fail and whose sign the Dockerfile shows.

    Claims in `left_out` were not judged: no mistake is known by them.
    """
    view = _view(exercise, dockerfile)
    return tuple(
        mistake
        for mistake in exercise.mistakes
        if mistake.failed is None
        and (known_by := set(mistake.breaks) - set(left_out))
        and known_by <= set(failed)
        and mistake.is_shown(view)
    )


def hints_on_failure(
    exercise: Lab, failure: Failure, dockerfile: Dockerfile
) -> tuple[Mistake, ...]:
    """Return the known mistakes that made a build fail, as far as the failed step proves it."""
    view = _view(exercise, dockerfile)
    return tuple(
        mistake
        for mistake in exercise.mistakes
        if mistake.is_failure(view, failure) and mistake.is_shown(view)
    )


def _kept(exercise: Lab, dockerfile: Dockerfile) -> tuple[Row, ...]:
    return tuple(_row_of_keep(keep, is_kept=keep.is_kept(dockerfile)) for keep in exercise.keeps)


def _row_of_keep(keep: Keep, *, is_kept: bool) -> Row:
    return Row(keep.says, is_kept, _KEPT if is_kept else _GONE, _KEPT, _KEPT)


def _view(exercise: Lab, dockerfile: Dockerfile) -> View:
    return View(dockerfile, exercise.variants["good"].targets)


def _row(verdict: Verdict, result: Result, variant: str) -> Row:
    claim = verdict.claim
    of = result.variants[variant]
    yours = of.measures().get(claim.measure)
    reference = result.variants["good"].measures().get(claim.measure)
    if claim.measure.name == _PAGE and claim.relative_to and yours and reference:
        # Nobody can compare digests; what is different is shown beside.
        mine = _SAME if yours == reference else "another page"
        limit = _SAME if claim.equals else "another page"
        return Row(claim.says, verdict.holds, mine, "the page", limit)
    build = of.builds.get(claim.measure.of)
    found = found_text(claim, yours)
    return Row(
        says=claim.says,
        holds=verdict.holds,
        yours=f"at least {found}" if build is not None and build.is_unfinished else found,
        reference=found_text(claim, reference),
        limit=demanded_text(claim, reference),
    )
