"""Pure: the stages of a Dockerfile: what each stands on, and what it takes from elsewhere."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from advices.lab.image_names import familiar
from advices.lab.instructions import Fault, Instruction, expanded

_SCRATCH = "scratch"
# What BuildKit knows in FROM without an ARG. The engine is taken to be like this machine.
_MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
_PLATFORM = {"OS": "linux", "ARCH": _MACHINE, "VARIANT": "", "PLATFORM": f"linux/{_MACHINE}"}
_AUTOMATIC = {side + name: _PLATFORM[name] for side in ("BUILD", "TARGET") for name in _PLATFORM}


@dataclass(frozen=True)
class Source:
    """What something is taken from: a stage by its number, or an image by its familiar name."""

    name: str
    stage: int | None = None

    @property
    def is_image(self) -> bool:
        """Return whether it is an image, which scratch is not."""
        return self.stage is None and self.name != _SCRATCH


@dataclass(frozen=True)
class Taken:
    """What an instruction takes from a stage or an image: paths copied, or one seen by a mount."""

    source: Source
    paths: tuple[str, ...]
    is_mounted: bool

    @property
    def how(self) -> str:
        """Return it in words, such as "copies /venv from builder"."""
        paths = ", ".join(self.paths)
        if self.is_mounted:
            return f"sees {paths} of {self.source.name} during one step"
        return f"copies {paths} from {self.source.name}"


@dataclass(frozen=True)
class Stage:
    """One stage: its number from 0, its name, "" without AS, its base as written and as found.

    `instructions` are those after its FROM, `takes` what they take from elsewhere.
    """

    number: int
    name: str
    base_written: str
    base: Source
    instructions: tuple[Instruction, ...]
    takes: tuple[Taken, ...]

    @property
    def title(self) -> str:
        """Return the stage's name, for one without as the builder calls it, "stage-1"."""
        return self.name or f"stage-{self.number}"

    @property
    def body(self) -> str:
        """Return the instructions after FROM in one spelling, a line each."""
        return "\n".join(one.text for one in self.instructions)


def stages_of(
    instructions: Sequence[Instruction], escape: str, build_args: Mapping[str, str]
) -> tuple[Stage, ...]:
    """Return the stages of instructions, ARGs before the first FROM set by `build_args`.

    Raises Fault where nobody can tell what a FROM, a COPY --from or a mount names.
    """
    begins = [number for number, one in enumerate(instructions) if one.name == "FROM"]
    if not begins:
        return ()
    values = _global_values(instructions[: begins[0]], escape, build_args)
    names = [_from(instructions[begin])[1].lower() for begin in begins]
    stages: list[Stage] = []
    for begin, end in zip(begins, [*begins[1:], len(instructions)], strict=True):
        first, own = instructions[begin], tuple(instructions[begin + 1 : end])
        written, name = _from(first)
        unfinished = names[len(stages) :]
        stages.append(
            Stage(
                number=len(stages),
                name=name,
                base_written=written,
                base=_source(_base_name(first, written, escape, values), first, stages),
                instructions=own,
                takes=tuple(taken for one in own for taken in _taken(one, stages, unfinished)),
            )
        )
    return tuple(stages)


def _global_values(
    instructions: Sequence[Instruction], escape: str, build_args: Mapping[str, str]
) -> dict[str, str]:
    """Return the values that a FROM may use: those of ARGs before the first one, and BuildKit's."""
    values = dict(_AUTOMATIC)
    for one in instructions:
        for word in one.args if one.name == "ARG" else ():
            name, sign, default = word.partition("=")
            if name in build_args:
                values[name] = build_args[name]
            elif sign:
                values[name] = expanded(default, escape, values, one.start_line)
    return values


def _from(one: Instruction) -> tuple[str, str]:
    """Return what a FROM names, as it is written, and the name of its stage."""
    match one.args:
        case [base]:
            return base, ""
        case [base, word, name] if word.upper() == "AS":
            if not re.fullmatch(r"[a-z][a-z0-9_.-]*", name.lower()):
                raise Fault(one.start_line, f"`{name}` is not a valid name for a stage")
            return base, name
    raise Fault(one.start_line, f"`{one.line}`: FROM takes an image, or an image, AS and a name")


def _base_name(one: Instruction, written: str, escape: str, values: Mapping[str, str]) -> str:
    kept = expanded(written, escape, values, one.start_line, keep_unset=True)
    # `${NAME:-default}` may do without a value.
    if unset := re.search(r"\$(?:(\w+)|\{(\w+)\})", kept):
        name = unset[1] or unset[2]
        raise Fault(
            one.start_line,
            f"`{one.line}`: `{name}` has no value",
            why="FROM knows only ARGs before the first FROM, with a default or a build argument",
            next_step=f"write `ARG {name}=` and a default before the first FROM",
        )
    return expanded(written, escape, values, one.start_line)


def _source(name: str, one: Instruction, stages: Sequence[Stage]) -> Source:
    """Return what a name means after these stages: one of them, scratch or an image."""
    # Names of stages have no case, and the last stage of a name is the one that counts.
    for stage in reversed(stages):
        if name and stage.name.lower() == name.lower():
            return Source(stage.name, stage.number)
    if name == _SCRATCH:
        return Source(name)
    try:
        return Source(familiar(name))
    except ValueError as error:
        raise Fault(one.start_line, f"`{one.line}`: {error}") from None


def _taken(one: Instruction, stages: Sequence[Stage], unfinished: Sequence[str]) -> Iterator[Taken]:
    """Yield what an instruction takes from the stages before its own, or from images."""
    if one.name == "COPY":
        for name in filter(None, one.flag("from")):
            if name.isdecimal():
                source = _numbered(int(name), one, stages)
            else:
                source = _other(name, one, stages, unfinished)
            yield Taken(source, one.args[:-1], is_mounted=False)
    elif one.name == "RUN":
        for mount in one.mounts():
            if name := mount.get("from", ""):
                source = _other(name, one, stages, unfinished)
                path = mount.get("source") or mount.get("src") or "/"
                yield Taken(source, (path,), is_mounted=True)


def _numbered(number: int, one: Instruction, stages: Sequence[Stage]) -> Source:
    if number >= len(stages):
        raise Fault(one.start_line, f"`{one.line}`: there is no stage {number} before it")
    return Source(stages[number].title, number)


def _other(
    name: str, one: Instruction, stages: Sequence[Stage], unfinished: Sequence[str]
) -> Source:
    """Return what is named in a COPY or a mount, by a name that may not be that of any stage."""
    if "$" in name:
        raise Fault(
            one.start_line,
            f"`{one.line}`: `from` may not contain a variable",
            why="BuildKit does not replace variables there",
            next_step=f"start a stage with `FROM {name} AS` and a name, and copy from that",
        )
    if name.isdecimal():
        raise Fault(
            one.start_line,
            f"`{one.line}`: a mount names a stage by its name",
            why="BuildKit reads a number here as the name of an image",
            next_step="give the stage a name with AS",
        )
    earlier = {stage.name.lower() for stage in stages}
    if name.lower() in unfinished and name.lower() not in earlier:
        raise Fault(
            one.start_line,
            f"`{one.line}`: the stage `{name}` is not finished here",
            why="a stage can only copy from earlier stages",
            next_step="move that stage up",
        )
    return _source(name, one, stages)
