"""BuildKit's own linter: `docker buildx build --call=check` reads a Dockerfile and builds nothing.

buildx has it from 0.15 on, and BuildKit's frontend must know it too.
Source: https://docs.docker.com/reference/build-checks/
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from advices.core import CommandFailed, Record, run
from advices.engine import client_settings
from advices.results import Finding, Linted

_NEEDS = (0, 15)
# The client says it of a flag, the frontend of a request that it does not know.
_UNKNOWN = ("unknown flag: --call", "unsupported", "not supported")


class _Place(Record, extra="ignore"):
    line: int


class _Range(Record, extra="ignore"):
    start: _Place


class _Location(Record, extra="ignore"):
    ranges: tuple[_Range, ...] = ()


class _Warning(Record, extra="ignore"):
    ruleName: str
    description: str
    detail: str = ""
    location: _Location = _Location()


class _Error(Record, extra="ignore"):
    message: str


class _Checked(Record, extra="ignore"):
    warnings: tuple[_Warning, ...] | None = None
    buildError: _Error | None = None


def is_there(buildx: str | None) -> bool:
    """Return whether this version of buildx has the call."""
    found = re.match(r"v?(\d+)\.(\d+)", buildx or "")
    return found is not None and (int(found[1]), int(found[2])) >= _NEEDS


def linted(dockerfile: Path, context: Path, images: Iterable[str]) -> Linted | None:
    """Return what BuildKit says about a Dockerfile, None where its frontend has no such call.

    An empty folder stands for each of `images`, the names in FROM: no rule looks into them, and
    nothing is pulled. Raises CommandFailed.
    """
    argv = ["docker", "buildx", "build", "--call=check,format=json", "--file", str(dockerfile)]
    with tempfile.TemporaryDirectory() as empty:
        for name in images:
            argv += ["--build-context", f"{name}={empty}"]
        done = run(
            [*argv, str(context)], accept=frozenset({0, 1}), env=client_settings.build_environment()
        )
    if not done.stdout.strip():
        if any(words in done.stderr for words in _UNKNOWN):
            return None
        raise CommandFailed(f"{dockerfile.name}: --call=check said: {done.stderr.strip()[-400:]}")
    return read(done.stdout)


def read(printed: str) -> Linted:
    """Return what the call printed as JSON. Raises CommandFailed for anything else."""
    try:
        said = _Checked.model_validate_json(printed)
    except ValidationError as error:
        raise CommandFailed(f"--call=check printed no list of warnings: {error}") from None
    if said.buildError is not None:
        return Linted(unread=said.buildError.message)
    return Linted(findings=tuple(map(_finding, said.warnings or ())))


def _finding(said: _Warning) -> Finding:
    ranges = said.location.ranges
    line = ranges[0].start.line if ranges else 1
    return Finding(rule=said.ruleName, line=line, says=said.detail or said.description)
