"""A Dockerfile as BuildKit reads it: its instructions, its stages, and the images that they name.

The parser is a port of BuildKit's own, and a test holds it against that one. Whether a file builds
is for BuildKit to say: what it would refuse is refused here only where the reader needs to know.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from e2b_dockerfile_utils import DockerfileSyntaxError, parse_dockerfile_ast

from advices.core import DockerfileInvalid, LabInvalid
from advices.lab.image_names import familiar
from advices.lab.instructions import Fault, Instruction, directives, expanded, instructions_of

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


@dataclass(frozen=True)
class Dockerfile:
    """A Dockerfile that was read.

    `escape` continues a line: a backslash or a backtick. `syntax` is the image of the frontend that
    it asks for, "" for the builder's own.
    """

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    escape: str
    syntax: str

    @property
    def external_images(self) -> tuple[str, ...]:
        """Return the familiar names of the images that it names, those in FROM first."""
        named = [stage.base for stage in self.stages]
        named += [taken.source for stage in self.stages for taken in stage.takes]
        return tuple(dict.fromkeys(one.name for one in named if one.is_image))

    @property
    def final_base(self) -> str | None:
        """Return the image that the last stage stands on, None when that is scratch."""
        base = self.stages[-1].base if self.stages else Source(_SCRATCH)
        while base.stage is not None:
            base = self.stages[base.stage].base
        return base.name if base.is_image else None

    @property
    def listing(self) -> str:
        """Return it in one spelling, an instruction a line, for patterns to look at.

        A FROM names the base that was found and has no flags. Comments are left out, and lines of
        here-documents that become files are indented.
        """
        bases = iter(self.stages)
        return "\n".join(
            _from_line(next(bases)) if one.name == "FROM" else one.text for one in self.instructions
        )


def read_dockerfile(file: Path, build_args: Mapping[str, str] | None = None) -> Dockerfile:
    """Return what a file says, as `parse_dockerfile` does.

    Raises LabInvalid for a file that is not there or is no UTF-8 text, and DockerfileInvalid.
    """
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise LabInvalid(
            f"{file} cannot be read: {error.strerror}",
            why="it is not there, or another user's",
            next_step="write it",
        ) from None
    except UnicodeDecodeError as error:
        raise _no_text(file, content, str(error)) from None
    if "\0" in text:
        raise _no_text(file, content, "it holds zero bytes")
    return parse_dockerfile(text, build_args, file.name)


def _no_text(file: Path, content: bytes, found: str) -> LabInvalid:
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return LabInvalid(
        f"{file} cannot be read: {'it is UTF-16 text' if is_utf16 else found}",
        why="a Dockerfile is UTF-8 text, and this file is not",
        next_step="save it as UTF-8",
    )


def parse_dockerfile(
    text: str, build_args: Mapping[str, str] | None = None, called: str = "Dockerfile"
) -> Dockerfile:
    """Return what a Dockerfile says, the ARGs before its first FROM set by `build_args`.

    Raises DockerfileInvalid, with the line, for what BuildKit's parser refuses, and where nobody
    can tell what a FROM, a COPY --from or a mount names. `called` is its name in messages.
    """
    try:
        ast = parse_dockerfile_ast(text)
        instructions = instructions_of(ast)
        stages = tuple(_stages(instructions, ast.escape_token, build_args or {}))
    except DockerfileSyntaxError as error:
        what = str(error).partition(": ")[2]
        raise DockerfileInvalid(f"{called}, line {error.line}: {what}") from None
    except Fault as fault:
        raise DockerfileInvalid(
            f"{called}, line {fault.line}: {fault}", why=fault.why, next_step=fault.next_step
        ) from None
    syntax = directives(text).get("syntax", "")
    return Dockerfile(instructions, stages, ast.escape_token, syntax)


def _from_line(stage: Stage) -> str:
    return f"FROM {stage.base.name}" + (f" AS {stage.name}" if stage.name else "")


def _stages(
    instructions: Sequence[Instruction], escape: str, build_args: Mapping[str, str]
) -> list[Stage]:
    begins = [number for number, one in enumerate(instructions) if one.name == "FROM"]
    if not begins:
        return []
    values = _global_values(instructions[: begins[0]], escape, build_args)
    stages: list[Stage] = []
    for begin, end in zip(begins, [*begins[1:], len(instructions)], strict=True):
        first, own = instructions[begin], tuple(instructions[begin + 1 : end])
        written, name = _from(first)
        stages.append(
            Stage(
                number=len(stages),
                name=name,
                base_written=written,
                base=_source(_base_name(first, written, escape, values), first, stages),
                instructions=own,
                takes=tuple(taken for one in own for taken in _taken(one, stages)),
            )
        )
    return stages


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
                raise Fault(one.start_line, f"`{name}` is no name for a stage")
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
            why="a FROM knows the ARGs before the first FROM, by their default or a build argument",
            next_step=f"write `ARG {name}=` and a default before the first FROM",
        )
    return expanded(written, escape, values, one.start_line)


def _source(
    name: str, one: Instruction, stages: Sequence[Stage], *, by_number: bool = False
) -> Source:
    """Return what a name means after these stages: one of them, scratch or an image."""
    if by_number and name.isdecimal():
        if int(name) >= len(stages):
            raise Fault(one.start_line, f"`{one.line}`: there is no stage {name} before it")
        return Source(stages[int(name)].title, int(name))
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


def _taken(one: Instruction, stages: Sequence[Stage]) -> Iterator[Taken]:
    if one.name == "COPY":
        for name in one.flag("from"):
            _plain(name, one)
            yield Taken(_source(name, one, stages, by_number=True), one.args[:-1], False)
    elif one.name == "RUN":
        for mount in one.mounts():
            if name := mount.get("from", ""):
                _plain(name, one)
                if name.isdecimal():
                    raise Fault(
                        one.start_line,
                        f"`{one.line}`: a mount names a stage by its name",
                        why="BuildKit takes a number here for the name of an image",
                        next_step="give the stage a name with AS",
                    )
                path = mount.get("source") or mount.get("src") or "/"
                yield Taken(_source(name, one, stages), (path,), True)


def _plain(name: str, one: Instruction) -> None:
    if "$" in name:
        raise Fault(
            one.start_line,
            f"`{one.line}`: `from` may not hold a variable",
            why="BuildKit puts no value there",
            next_step=f"begin a stage with `FROM {name} AS` and a name, and take from that",
        )
