"""A step that failed, and the sign in it that proves a known mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import Annotated

from pydantic import BeforeValidator, Field

from advices.core import Record
from advices.lab.signs.calls import Does, does
from advices.lab.signs.values import Names, Variant, several, variant_of
from advices.lab.signs.view import Placed, View, is_root

# "[builder 2/5] RUN pip install" as BuildKit calls a step.
_NAME = re.compile(
    r"\[(?:\S+ )*?(?:(?P<stage>\S+) )?\s*(?P<number>\d+)/\d+\] (?P<text>(?P<what>[A-Za-z]+)\b.*)",
    re.S,
)
_COUNTED = frozenset({"RUN", "COPY", "ADD", "WORKDIR"})


@dataclass(frozen=True)
class Failure:
    """What a build says of the step that failed: its name, and the last lines that it printed."""

    step: str
    printed: str


class FailedStep(Record):
    """The sign of a mistake in a failed step: all that is named must fit.

    `does` says what the step was to do, `user` as whom, `base` on which variant of an image.
    `prints` are words of its last lines, in any case: one of them must be there.
    """

    does: Annotated[tuple[Does, ...], BeforeValidator(several), Field(min_length=1)]
    prints: Names
    user_is_root: bool | None = None
    base: Variant | None = None

    def fits(self, view: View, failure: Failure) -> bool:
        """Return whether a failure is that of this mistake."""
        one = step_of(view, failure.step)
        printed = failure.printed.lower()
        return (
            one is not None
            and any(does(call) in self.does for call in one.calls)
            and any(words.lower() in printed for words in self.prints)
            and self.user_is_root in (None, not one.user or is_root(one.user))
            and self.base in (None, variant_of(view.image_below(one.stage)))
        )


def step_of(view: View, name: str) -> Placed | None:
    """Return the instruction that BuildKit means by the name of a step.

    FROM is the first step of a stage where its image was pulled, and has no number where it is a
    stage or a build context: the text says which of two neighbours is meant.
    """
    found = _NAME.match(name)
    if found is None:
        return None
    for stage in view.stages:
        if (found["stage"] or stage.title).lower() != stage.title.lower():
            continue
        steps = [one for one in view.stage(stage.number) if one.name in _COUNTED]
        last = int(found["number"])
        near = [one for one in steps[max(0, last - 2) : last] if one.name == found["what"].upper()]
        alike = [one for one in near if _alike(one, found["text"]) > len(one.name)]
        return max(reversed(alike), key=lambda one: _alike(one, found["text"]), default=None)
    return None


def _alike(one: Placed, text: str) -> int:
    """Return how many letters an instruction has in common with the text of a step."""
    both = [re.sub(r"\W", "", said).lower() for said in (one.instruction.line, text)]
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*both, strict=False)))
