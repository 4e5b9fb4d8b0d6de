"""hadolint, from its wheel: it reads one Dockerfile and builds nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from advices.core import CommandFailed, Record, run
from advices.results import Finding, Linted

# It could not read the file: https://github.com/hadolint/hadolint, rule DL1000.
_UNREAD = "DL1000"


class _Said(Record, extra="ignore"):
    code: str
    line: Annotated[int, Field(ge=1)]
    message: str


_ALL = TypeAdapter(tuple[_Said, ...])


def program() -> Path | None:
    """Return the program that came with the toolkit's packages, None without it."""
    found = Path(sys.executable).with_name("hadolint")
    return found if found.is_file() else None


def version(hadolint: Path) -> str:
    """Return its version. Raises CommandFailed."""
    return run([str(hadolint), "--version"]).stdout.split()[-1]


def linted(hadolint: Path, dockerfile: Path) -> Linted:
    """Return what it says about a Dockerfile by its own rules, no matter what a user configured.

    Raises CommandFailed.
    """
    argv = [str(hadolint), "--no-fail", "--format", "json", "--config", "/dev/null"]
    return read(run([*argv, str(dockerfile)]).stdout)


def read(printed: str) -> Linted:
    """Return what hadolint printed as JSON. Raises CommandFailed for anything else."""
    try:
        said = _ALL.validate_json(printed)
    except ValidationError as error:
        raise CommandFailed(f"hadolint printed no list of findings: {error}") from None
    for one in said:
        if one.code == _UNREAD:
            return Linted(unread=f"line {one.line}: {' '.join(one.message.split())}")
    return Linted(findings=tuple(Finding(rule=o.code, line=o.line, says=o.message) for o in said))
