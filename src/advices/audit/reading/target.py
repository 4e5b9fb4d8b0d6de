"""Pure: a Dockerfile up to the stage that is built."""

from __future__ import annotations

import re
from collections.abc import Mapping

from advices.audit.remedies import Source
from advices.core import LabInvalid


def cut(text: str, target: str, build_args: Mapping[str, str]) -> tuple[str, str]:
    """Return a Dockerfile up to the end of a stage, and the rest of it.

    The builder builds the last stage of a file, so the first part gives the image of `target`: the
    name of a stage, or its number. With "" the first part is all. Raises LabInvalid for a stage
    that is not there, and DockerfileInvalid.
    """
    if not target:
        return text, ""
    source = Source(text, build_args)
    stages = source.dockerfile.stages
    found = [one.number for one in stages if one.name.lower() == target.lower()]
    if not found and target.isdecimal() and int(target) < len(stages):
        found = [int(target)]
    if not found:
        raise LabInvalid(
            f"there is no stage `{target}` in the Dockerfile",
            why=f"its stages are {', '.join(one.title for one in stages)}",
            next_step="name one of them: --target STAGE",
        )
    froms = [one for one in source.dockerfile.instructions if one.name == "FROM"]
    if found[-1] + 1 == len(froms):
        return text, ""
    end = source.with_comment(froms[found[-1] + 1]) - 1
    # As BuildKit counts them: a form feed ends no line.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    return "".join(lines[:end]), "".join(lines[end:])
