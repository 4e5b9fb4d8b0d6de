"""Pure: the stages of a Dockerfile, what each takes from others, and which become images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from advices.core import LabInvalid
from advices.lab.dockerfile import FROM_LINE

_COPY = re.compile(r"^(?:COPY|ADD)\s+(?P<flags>(?:--\S+\s+)+)(?P<paths>.+)$", re.I)
_MOUNT = re.compile(r"--mount=(\S+)")


@dataclass(frozen=True)
class Source:
    """What something is taken from: its name, and the number of the stage, None for an image."""

    name: str
    number: int | None


@dataclass(frozen=True)
class Taken:
    """What a stage takes from a stage or an image: `how` in words, "copies /venv from builder"."""

    source: Source
    how: str


@dataclass
class Stage:
    """One stage: what it stands on and takes, how many steps it has, and what becomes of it.

    `ships` says that it is an image, `needed` that it is built because of one that ships,
    `below` that its layers are in one that ships, which stands on it.
    """

    name: str
    base: Source
    takes: list[Taken] = field(default_factory=list)
    steps: int = 0
    ships: bool = False
    needed: bool = False
    below: bool = False

    def stages(self) -> tuple[int, ...]:
        """Return the numbers of the stages that this one needs, each once."""
        sources = (self.base, *(taken.source for taken in self.takes))
        return tuple(dict.fromkeys(one.number for one in sources if one.number is not None))


def read_stages(dockerfile: str, targets: Sequence[str] = ()) -> tuple[Stage, ...]:
    """Return the stages of a Dockerfile in order, the last and each target marked as shipped.

    A stage without a name is called as the builder calls it, "stage-1". Raises LabInvalid
    without any stage.
    """
    found: list[Stage] = []
    wanted = {target.lower() for target in targets}
    for line in _instructions(dockerfile):
        if match := FROM_LINE.match(line):
            name = match["stage"] or f"stage-{len(found)}"
            ships = name.lower() in wanted
            found.append(Stage(name, _resolved(match["image"], found), ships=ships))
        elif found:
            found[-1].takes += _taken(line, found)
            found[-1].steps += bool(re.match(r"(?:RUN|COPY|ADD)\s", line, re.I))
    if not found:
        raise LabInvalid("a Dockerfile without FROM has no stages")
    found[-1].ships = True
    _mark_needed(found)
    return tuple(found)


def _instructions(dockerfile: str) -> list[str]:
    """Return the instructions, each on one line, without comments."""
    lines = [line for line in dockerfile.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\[ \t]*\n", " ", "\n".join(lines))
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


def _resolved(source: str, stages: Sequence[Stage]) -> Source:
    """Return what a name or number means after these stages: one of them, or an image."""
    if source.isdigit() and int(source) < len(stages):
        return Source(stages[int(source)].name, int(source))
    # Names have no case, and the last stage of a name is the one that counts.
    numbers = {stage.name.lower(): number for number, stage in enumerate(stages)}
    number = numbers.get(source.lower())
    return Source(source if number is None else stages[number].name, number)


def _taken(line: str, stages: Sequence[Stage]) -> list[Taken]:
    # A stage takes from those before it, and never from itself.
    earlier = stages[:-1]
    if copy := _COPY.match(line):
        source = re.search(r"--from=(\S+)", copy["flags"], re.I)
        paths = ", ".join(copy["paths"].split()[:-1])
        if source is None:
            return []
        found = _resolved(source[1], earlier)
        return [Taken(found, f"copies {paths} from {found.name}")]
    mounts = []
    for options in _MOUNT.findall(line) if line[:4].upper() == "RUN " else ():
        given = dict(option.partition("=")[::2] for option in options.split(","))
        if name := given.get("from"):
            path, seen = given.get("source") or given.get("src") or "/", _resolved(name, earlier)
            mounts.append(Taken(seen, f"sees {path} of {seen.name} during one step"))
    return mounts


def _mark_needed(stages: Sequence[Stage]) -> None:
    """Mark what an image that ships stands on, and all that is built for it."""
    # A stage takes from earlier ones only, so each is known to be needed before its turn.
    for stage in reversed(stages):
        stage.needed = stage.needed or stage.ships
        if stage.needed:
            for number in stage.stages():
                stages[number].needed = True
        if (stage.ships or stage.below) and stage.base.number is not None:
            stages[stage.base.number].below = True
