"""Pure: a hint in steps: what is measured, where to look in one's own file, what is wrong there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advices.lab import (
    Dockerfile,
    Failure,
    Instruction,
    Lab,
    Mistake,
    describe,
    failed_place,
    places,
)

_LONGEST_QUOTE = 60
MISSING = "No line of your Dockerfile does it: something is missing."


@dataclass(frozen=True)
class HintSteps:
    """The steps of a hint, from a nudge to the whole; `place` is "" where none is known."""

    id: str
    nudge: str
    place: str
    line: str


def hint_steps(
    exercise: Lab, mistake: Mistake, dockerfile: Dockerfile, failure: Failure | None = None
) -> HintSteps:
    """Return the steps of the hint of a mistake that was found in a Dockerfile.

    With `failure` it was found in a step that failed.
    """
    if failure is not None:
        found = failed_place(dockerfile, failure)
        nudge = "The build stopped. What does the step that failed need, and who runs it?"
    else:
        variant = exercise.variants["good"]
        sign = mistake.sign
        found = places(sign, dockerfile, variant.targets, variant.build_args) if sign else ()
        nudge = _nudge(exercise, mistake)
    where = _where(found)
    is_missing = failure is None and mistake.sign is not None and not found
    place = f"Look at {where} of your Dockerfile." if where else MISSING if is_missing else ""
    quoted = f", `{_quote(found[0])}`" if len(found) == 1 else ""
    begin = f"In {_lines(found)}{quoted}: " if found else ""
    return HintSteps(mistake.id, nudge, place, f"{begin}{mistake.hint}")


def _nudge(exercise: Lab, mistake: Mistake) -> str:
    """Return the first claim that a mistake breaks, and what is measured of it."""
    first = next(one for one in exercise.claims if one.id == mistake.breaks[0])
    measure = describe(first.measure, exercise.says())
    more = len(mistake.breaks) - 1
    claims = "claim" if more == 1 else "claims"
    beside = f" This mistake breaks {more} more {claims}." if more else ""
    return f"{first.says} Measured: {measure.label} ({measure.meaning}).{beside}"


def _where(found: Sequence[Instruction]) -> str:
    return _listed([f"the {one.name} in {_lines([one])}" for one in found])


def _lines(found: Sequence[Instruction]) -> str:
    """Return lines in words: "line 3", "lines 3 to 5", "lines 3 and 7"."""
    if len(found) == 1 and found[0].start_line != found[0].end_line:
        return f"lines {found[0].start_line} to {found[0].end_line}"
    numbers = [str(one.start_line) for one in found]
    return f"line{'s' if len(numbers) > 1 else ''} {_listed(numbers)}"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _quote(one: Instruction) -> str:
    return one.line if len(one.line) <= _LONGEST_QUOTE else f"{one.line[:_LONGEST_QUOTE]}…"
