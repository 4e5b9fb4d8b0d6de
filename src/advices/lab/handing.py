"""Pure: a Dockerfile as a builder can take it. Every instruction keeps its line."""

from __future__ import annotations

import re

from advices.lab.dockerfile import Dockerfile
from advices.lab.parsing import is_directive, lines_of

_APART = "docker-advices-base"


def without_syntax(text: str) -> str:
    """Return a Dockerfile that asks for no frontend: the builder's own reads it."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    lines = lines_of(text.removeprefix(mark))
    first = int(bool(lines) and lines[0].startswith("#!"))
    end = first
    while end < len(lines) and is_directive(lines[end]):
        end += 1
    # A comment would end the directives, so it stands behind those that stay.
    kept = [line for line in lines[first:end] if not re.match(r"\s*#\s*syntax\b", line, re.I)]
    blank = ["#\n"] * (end - first - len(kept))
    return mark + "".join([*lines[:first], *kept, *blank, *lines[end:]])


def with_bases_apart(text: str, dockerfile: Dockerfile) -> tuple[str, dict[str, str]]:
    """Return a Dockerfile in which no base is called like a stage, and the names that were changed.

    A builder that is told what stands for `python` takes that for a stage of this name as well, as
    in `FROM python AS python`, and leaves out what the stage does. The names are those in FROM, by
    the new ones.
    """
    stages = {stage.name.lower() for stage in dockerfile.stages if stage.name}
    froms = [one for one in dockerfile.instructions if one.name == "FROM"]
    lines, renamed = lines_of(text), {}
    for stage, one in zip(dockerfile.stages, froms, strict=True):
        if stage.base.is_image and stage.base.name in stages:
            new = f"{_APART}-{stage.number}"
            renamed[new] = stage.base.name
            written = " ".join(["FROM", *one.flags, new, *one.args[1:]])
            blank = ["\n"] * (one.end_line - one.start_line)
            lines[one.start_line - 1 : one.end_line] = [f"{written}\n", *blank]
    return "".join(lines), renamed
