"""Every linter that is here, over one Dockerfile."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from advices.core import CommandFailed
from advices.engine import buildx_version
from advices.linters import build_check, hadolint
from advices.results import Linted, LinterName


def lint_file(
    dockerfile: Path, context: Path, images: Iterable[str]
) -> tuple[dict[LinterName, Linted], dict[LinterName, str]]:
    """Return what each linter that is here says, and by name why another one did not run.

    `images` are the names in FROM. A linter that breaks off did not run; nothing is raised for it.
    """
    said: dict[LinterName, Linted] = {}
    missing: dict[LinterName, str] = {}
    program = hadolint.program()
    if program is None:
        missing["hadolint"] = "it is not installed: `docker-advices[lint]` brings it"
    else:
        try:
            said["hadolint"] = hadolint.linted(program, dockerfile)
        except CommandFailed as error:
            missing["hadolint"] = error.what
    try:
        buildx = buildx_version()
        found = (
            build_check.linted(dockerfile, context, images)
            if build_check.is_there(buildx)
            else None
        )
    except CommandFailed as error:
        missing["check"] = error.what
        return said, missing
    if found is None:
        missing["check"] = "this builder has no --call=check: buildx 0.15 was the first"
    else:
        said["check"] = found
    return said, missing
