"""Pure: the instructions by which a Dockerfile shows a sign: without them it would not.

A predicate answers yes or no. Asked again of the same file with an instruction left out, it tells
which ones its answer came from, however it was written down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from advices.lab.dockerfile import Dockerfile
from advices.lab.instructions import Fault, Instruction
from advices.lab.signs.failed import Failure, step_of
from advices.lab.signs.view import View
from advices.lab.signs.vocabulary import Sign
from advices.lab.stages import stages_of

# Where a file lies, and what is written about an image, is hardly ever a mistake of its own.
_LAST = frozenset({"WORKDIR", "EXPOSE"})


def places(
    sign: Sign,
    dockerfile: Dockerfile,
    targets: Sequence[str] = (),
    build_args: Mapping[str, str] | None = None,
) -> tuple[Instruction, ...]:
    """Return the instructions that a shown sign comes from, in order; none for what is missing.

    Each is one without which the sign is not shown. Where several show it, each by itself, all of
    them are returned. Of FROM it is asked what another image would show, and only if no other
    instruction decides; of WORKDIR only if nothing else does.
    """

    def shown_without(left_out: Collection[Instruction]) -> bool:
        others = [(one, one in left_out) for one in dockerfile.instructions]
        kept = tuple(
            # A stage must stand on something.
            replace(one, args=("scratch", *one.args[1:])) if is_out else one
            for one, is_out in others
            if not is_out or one.name == "FROM"
        )
        try:
            stages = stages_of(kept, dockerfile.escape, build_args or {})
        except Fault:  # what stays needs what was left out
            return True
        return sign.shown(View(replace(dockerfile, instructions=kept, stages=stages), targets))

    names = {stage.title.lower() for stage in dockerfile.stages}
    steps = [one for one in dockerfile.instructions if one.name not in {*_LAST, "FROM"}]
    bases = [
        one
        for one in dockerfile.instructions
        if one.name == "FROM" and one.args[0].lower() not in names
    ]
    for some in (steps, bases):
        if decide := [one for one in some if not shown_without([one])]:
            return tuple(decide)
    for some in (steps, [*steps, *bases]):
        if not shown_without(some):
            return _least(some, shown_without)
    folders = [one for one in dockerfile.instructions if one.name == "WORKDIR"]
    return tuple(one for one in folders if not shown_without([one]))


def _least(
    some: Sequence[Instruction], shown_without: Callable[[Collection[Instruction]], bool]
) -> tuple[Instruction, ...]:
    """Return as few of some instructions as must be left out together."""
    least = list(some)
    for one in some:
        fewer = [other for other in least if other is not one]
        if not shown_without(fewer):
            least = fewer
    return tuple(least)


def failed_place(dockerfile: Dockerfile, failure: Failure) -> tuple[Instruction, ...]:
    """Return the instruction of a step that failed, none when its name fits no instruction."""
    placed = step_of(View(dockerfile), failure.step)
    return () if placed is None else (placed.instruction,)
