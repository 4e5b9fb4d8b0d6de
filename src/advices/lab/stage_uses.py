"""Pure: what becomes of the stages of a Dockerfile: which are images, and which serve another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advices.core import LabInvalid
from advices.lab.dockerfile import Dockerfile
from advices.lab.stages import Source, Stage, Taken

_STEPS = frozenset({"RUN", "COPY", "ADD"})


@dataclass
class StageUse:
    """What becomes of a stage: what it stands on and takes, and how many steps it has.

    `ships` says that it is an image, `needed` that it is built because of one that ships,
    `below` that its layers are in one that ships, which stands on it.
    """

    name: str
    base: Source
    takes: tuple[Taken, ...]
    steps: int
    ships: bool = False
    needed: bool = False
    below: bool = False

    def stages(self) -> tuple[int, ...]:
        """Return the numbers of the stages that this one needs, each once."""
        sources = (self.base, *(taken.source for taken in self.takes))
        return tuple(dict.fromkeys(one.stage for one in sources if one.stage is not None))


def stage_uses(dockerfile: Dockerfile, targets: Sequence[str] = ()) -> tuple[StageUse, ...]:
    """Return the stages of a Dockerfile in order, the last and each target marked as shipped.

    A stage without a name is called as the builder calls it, "stage-1". Raises LabInvalid
    without any stage.
    """
    if not dockerfile.stages:
        raise LabInvalid("a Dockerfile without FROM has no stages")
    wanted = {target.lower() for target in targets}
    found = tuple(_use(stage, stage.title.lower() in wanted) for stage in dockerfile.stages)
    found[-1].ships = True
    _mark_needed(found)
    return found


def _use(stage: Stage, ships: bool) -> StageUse:
    steps = sum(one.name in _STEPS for one in stage.instructions)
    return StageUse(stage.title, stage.base, stage.takes, steps, ships=ships)


def _mark_needed(stages: Sequence[StageUse]) -> None:
    """Mark what an image that ships stands on, and all that is built for it."""
    # A stage takes from earlier ones only, so each is known to be needed before its turn.
    for stage in reversed(stages):
        stage.needed = stage.needed or stage.ships
        if stage.needed:
            for number in stage.stages():
                stages[number].needed = True
        if (stage.ships or stage.below) and stage.base.stage is not None:
            stages[stage.base.stage].below = True
