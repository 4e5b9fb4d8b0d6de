"""Pure: the stages of a Dockerfile, what each takes from others, and which become images."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from advices.errors import LabInvalid
from advices.lab import FROM_LINE

_COPY = re.compile(r"^(?:COPY|ADD)\s+(?P<flags>(?:--\S+\s+)+)(?P<paths>.+)$", re.I)
_MOUNT = re.compile(r"--mount=(\S+)")


@dataclass(frozen=True)
class Taken:
    """What a stage takes from a stage or an image: `how` in words, "copies /venv from builder"."""

    source: str
    how: str


@dataclass
class Stage:
    """One stage: what it stands on and takes, how many steps it has, and what becomes of it.

    `ships` says that it is an image, `needed` that it is built because of one that ships.
    """

    name: str
    base: str
    takes: list[Taken] = field(default_factory=list)
    steps: int = 0
    ships: bool = False
    needed: bool = False


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


def _resolved(source: str, stages: Sequence[Stage]) -> str:
    """Return the name of the stage that a name or number means, else the image's name."""
    # Names have no case, and the last stage of a name is the one that counts.
    by_name = {stage.name.lower(): stage.name for stage in stages}
    if source.isdigit() and int(source) < len(stages):
        return stages[int(source)].name
    return by_name.get(source.lower(), source)


def _taken(line: str, stages: Sequence[Stage]) -> list[Taken]:
    # A stage takes from those before it, and never from itself.
    earlier = stages[:-1]
    if copy := _COPY.match(line):
        source = re.search(r"--from=(\S+)", copy["flags"], re.I)
        paths = ", ".join(copy["paths"].split()[:-1])
        if source is None:
            return []
        name = _resolved(source[1], earlier)
        return [Taken(name, f"copies {paths} from {name}")]
    found = []
    for options in _MOUNT.findall(line) if line[:4].upper() == "RUN " else ():
        given = dict(option.partition("=")[::2] for option in options.split(","))
        if source := given.get("from"):
            path, name = given.get("source") or given.get("src") or "/", _resolved(source, earlier)
            found.append(Taken(name, f"sees {path} of {name} during one step"))
    return found


def _mark_needed(stages: Sequence[Stage]) -> None:
    """Mark the stages that are built: what ships, and all that it takes from."""
    by_name = {stage.name: stage for stage in stages}
    waiting = [stage for stage in stages if stage.ships]
    for stage in waiting:
        stage.needed = True
        for name in (stage.base, *(taken.source for taken in stage.takes)):
            if name in by_name and by_name[name] not in waiting:
                waiting.append(by_name[name])
