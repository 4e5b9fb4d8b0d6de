"""A Dockerfile as BuildKit reads it: its instructions, its stages, and the images that they name.

The parser is a port of BuildKit's own, and a test holds it against that one. Whether a file builds
is for BuildKit to say: what it would refuse is refused here only where the reader needs to know.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from e2b_dockerfile_utils import DockerfileSyntaxError

from advices.core import DockerfileInvalid, LabInvalid
from advices.lab.instructions import Fault, Instruction, instructions_of
from advices.lab.parsing import directives, parse
from advices.lab.stages import Stage, stages_of


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
        stage = self.stages[-1] if self.stages else None
        while stage is not None and stage.base.stage is not None:
            stage = self.stages[stage.base.stage]
        return stage.base.name if stage is not None and stage.base.is_image else None


def read_dockerfile(file: Path, build_args: Mapping[str, str] | None = None) -> Dockerfile:
    """Return what a file says, as `parse_dockerfile` does.

    Raises LabInvalid for a file that is not there or is no UTF-8 text, and DockerfileInvalid, also
    for a file without any FROM: BuildKit refuses that too, and some of its versions fall over it.
    """
    try:
        content = file.read_bytes()
        text = content.decode("utf-8")
    except OSError as error:
        raise LabInvalid(
            f"{file} cannot be read: {error.strerror}",
            why="it does not exist, or belongs to another user",
            next_step="write it",
        ) from None
    except UnicodeDecodeError as error:
        raise _no_text(file, content, str(error)) from None
    if "\0" in text:
        raise _no_text(file, content, "it contains zero bytes")
    found = parse_dockerfile(text, build_args, file.name)
    if not found.stages:
        # Not left to the builder: BuildKit 0.13 panics at an ARG without a FROM, and takes the
        # engine with it.
        raise DockerfileInvalid(
            f"{file.name} has no FROM",
            why="without one it describes no image",
            next_step="start with `FROM` and the base image",
        )
    return found


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
    return _parsed(text, tuple(sorted((build_args or {}).items())), called)


# Labs, keys and pages ask what the same few files say again and again.
@functools.lru_cache(maxsize=256)
def _parsed(text: str, build_args: tuple[tuple[str, str], ...], called: str) -> Dockerfile:
    try:
        ast = parse(text)
        instructions = instructions_of(ast)
        stages = stages_of(instructions, ast.escape_token, dict(build_args))
    except DockerfileSyntaxError as error:
        what = str(error).partition(": ")[2]
        raise DockerfileInvalid(f"{called}, line {error.line}: {what}") from None
    except Fault as fault:
        raise DockerfileInvalid(
            f"{called}, line {fault.line}: {fault}", why=fault.why, next_step=fault.next_step
        ) from None
    syntax = directives(text).get("syntax", "")
    return Dockerfile(instructions, stages, ast.escape_token, syntax)
