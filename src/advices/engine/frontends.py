"""The Dockerfile that a builder is handed, and the frontend that reads it.

`# syntax=docker/dockerfile:1` asks for a frontend from a registry. Where none answers, the one
that comes with the builder serves: it is the same program, of another version.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advices.core import (
    AdvicesError,
    DockerfileInvalid,
    FrontendTooOld,
    LabInvalid,
    PullFailed,
    RegistrySilent,
)
from advices.engine.pull_faults import is_of_a_login
from advices.engine.references import split
from advices.lab import Dockerfile, read_dockerfile, with_bases_apart, without_syntax

# The frontends that come with a builder as well, in an age of its own.
_OWN = ("docker.io/docker/dockerfile", "docker.io/docker/dockerfile-upstream")


@dataclass(frozen=True)
class Handed:
    """What a builder gets in place of a Dockerfile.

    `read` is what it says, None where this toolkit cannot read it. `bases` are names in FROM by the
    ones that stand for them. `syntax` is the frontend that it asks for, and `instead_of` says why
    the builder does not hear of it.
    """

    file: Path
    read: Dockerfile | None = None
    bases: Mapping[str, str] = field(default_factory=dict)
    instead_of: PullFailed | None = None

    @property
    def syntax(self) -> str:
        """Return the image of the frontend that the Dockerfile asks for, "" for none."""
        return self.read.syntax if self.read else ""

    def told(self, fault: AdvicesError) -> AdvicesError:
        """Return what a fault is told as, where another frontend was asked for."""
        if isinstance(fault, PullFailed) and self.syntax and self.instead_of is None:
            return type(fault)(
                f"{self.file.name}: its frontend `{self.syntax}`: {fault.what}",
                why=fault.why,
                next_step="leave the line `# syntax=` out, or connect to a registry",
            )
        if self.instead_of is None or not isinstance(fault, DockerfileInvalid | FrontendTooOld):
            return fault
        cause = f"`{self.syntax}` is not available, so the builder's own frontend read it"
        why = cause if isinstance(fault, FrontendTooOld) else f"{fault.why}; {cause}"
        return type(fault)(fault.what, why=why, next_step=fault.next_step)


class Frontends:
    """The frontends that no registry gave to one engine: each is asked for once."""

    def __init__(self) -> None:
        self._silent: dict[str, PullFailed] = {}

    @contextlib.contextmanager
    def handed(self, dockerfile: Path, build_args: Mapping[str, str]) -> Iterator[Handed]:
        """Give what a builder gets in place of a Dockerfile: itself, where it can take that.

        Raises DockerfileInvalid for one without FROM, which some builders do not survive, and
        LabInvalid for what is no text.
        """
        read = _read(dockerfile, build_args)
        if read is None:
            yield Handed(dockerfile)
            return
        silent = self._silent.get(read.syntax)
        before = dockerfile.read_bytes().decode("utf-8")
        text, bases = with_bases_apart(before, read)
        text = without_syntax(text) if silent else text
        if text == before:
            yield Handed(dockerfile, read)
            return
        with tempfile.TemporaryDirectory(prefix="docker-advices-") as folder:
            file = Path(folder) / dockerfile.name
            file.write_bytes(text.encode())
            # The builder looks for it beside the Dockerfile.
            ignored = dockerfile.with_name(f"{dockerfile.name}.dockerignore")
            if ignored.is_file():
                shutil.copyfile(ignored, file.with_name(ignored.name))
            yield Handed(file, read, bases, silent)

    def replaces(self, handed: Handed, fault: PullFailed) -> bool:
        """Return whether the builder's own frontend may serve after this fault, and remember it."""
        asked = handed.syntax.split()[0] if handed.syntax else ""
        is_own = bool(asked) and split(asked).full in _OWN
        # Where the program for logins is missing, no registry was asked either.
        nobody_answered = isinstance(fault, RegistrySilent) or is_of_a_login(fault.what)
        if not is_own or handed.instead_of is not None or not nobody_answered:
            return False
        self._silent[handed.syntax] = fault
        return True


def _read(dockerfile: Path, build_args: Mapping[str, str]) -> Dockerfile | None:
    """Return what a Dockerfile says, None where only the builder can say what is wrong with it."""
    try:
        return read_dockerfile(dockerfile, build_args)
    except DockerfileInvalid:
        # The builder says it better, but for what some builders do not survive.
        if not re.search(rb"(?im)^[ \t]*FROM\s", dockerfile.read_bytes()):
            raise
    except LabInvalid:
        pass
    return None
