"""Pure: a Dockerfile as a text that can be edited, and what a remedy makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from advices.lab import Dockerfile, Instruction, Placed, View, parse_dockerfile

_STEPS = ("FROM", "RUN", "COPY", "ADD", "WORKDIR")


@dataclass(frozen=True)
class Change:
    """What a remedy changes: the new Dockerfile, lines for the end of .dockerignore, and why.

    `says` is what was done, as a sentence for a reader of the diff. `files` are other files of the
    context with their new text, by path. `secrets` are build arguments that have become secrets of
    the build, with the same name as id. `secret_files` are files of the context that have, by id.
    `env_files` are files of the context that the container gets its variables from instead.
    """

    says: str
    dockerfile: str
    ignores: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    secret_files: Mapping[str, str] = field(default_factory=dict)
    env_files: tuple[str, ...] = ()

    @property
    def hidden_files(self) -> tuple[str, ...]:
        """Return the files of the context that the image has no more because of it."""
        return (*self.secret_files.values(), *self.env_files)

    @property
    def hides(self) -> bool:
        """Return whether something that the image showed is a secret because of it."""
        return bool(self.secrets or self.hidden_files)

    def runs_as(self, source: Source) -> bool:
        """Return whether a build with it runs the steps of a Dockerfile, and no other ones."""
        changed = replace(source, text=self.dockerfile)
        is_more = self.ignores or self.files or self.hides
        return not is_more and _steps(changed) == _steps(source)


@dataclass(frozen=True)
class Edit:
    """New lines in place of the lines from `first` to `last`, counted from 1.

    With `last` before `first` nothing is replaced, and the lines are put in front of `first`.
    """

    first: int
    last: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Source:
    """A project's Dockerfile, and what of the project decides how it can be changed.

    `text` is as it is written, with its own line ends. `files` are the files of the context that
    .dockerignore lets into a build, each with its text as far as a remedy may want it, "" else.
    `leaking` are the build arguments whose value was found in the image. `packages` are the Debian
    packages of shared libraries that were seen to be missing on a smaller base.
    """

    text: str
    build_args: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    leaking: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()

    @cached_property
    def dockerfile(self) -> Dockerfile:
        """Return what it says. Raises DockerfileInvalid."""
        return parse_dockerfile(self.text, self.build_args)

    @cached_property
    def view(self) -> View:
        """Return it as a build meets it."""
        return View(self.dockerfile)

    @property
    def built(self) -> Iterator[tuple[Placed, ...]]:
        """Yield the instructions of each stage that is built: of another one nothing is proved."""
        for number in dict.fromkeys(one.stage for one in self.view.built):
            yield self.view.stage(number)

    @cached_property
    def _lines(self) -> list[str]:
        # As BuildKit counts them: a form feed ends no line.
        return re.findall(r"[^\n]*\n|[^\n]+$", self.text)

    @property
    def _line_end(self) -> str:
        return "\r\n" if "\r\n" in self.text else "\n"

    def written(self, instruction: Instruction) -> tuple[str, ...]:
        """Return the lines of an instruction as they are written, comments within included."""
        lines = self._lines[instruction.start_line - 1 : instruction.end_line]
        return tuple(line.rstrip("\r\n") for line in lines)

    def comments(self, instruction: Instruction) -> tuple[str, ...]:
        """Return the comments within an instruction, those of its here-documents left out."""
        if instruction.heredocs:
            return ()
        return tuple(line for line in self.written(instruction) if is_comment(line))

    def changed(self, instruction: Instruction, change: Callable[[str], str]) -> tuple[str, ...]:
        """Return the lines of an instruction, each changed but for its comments."""
        lines = self.written(instruction)
        return tuple(line if is_comment(line) else change(line) for line in lines)

    def keyword(self, like: Instruction, name: str) -> str:
        """Return the name of an instruction in the case in which the file writes another one."""
        return name.lower() if self.written(like)[0].lstrip()[:1].islower() else name

    def with_comment(self, instruction: Instruction) -> int:
        """Return the first line of an instruction, or of the comment right above it."""
        first = instruction.start_line
        while first > 1 and is_comment(self._lines[first - 2]):
            first -= 1
        # A parser directive is no comment of the first instruction.
        directives = len(self._directives)
        return max(first, directives + 1) if directives < instruction.start_line else first

    @cached_property
    def _directives(self) -> list[str]:
        found = []
        for line in self._lines:
            name, sign, _ = line.lstrip("# \t").partition("=")
            known = name.strip().lower() in ("syntax", "escape", "check")
            if not (line.startswith("#") and sign and known):
                break
            found.append(line)
        return found

    def block(self, instruction: Instruction) -> tuple[str, ...]:
        """Return the lines of an instruction with the comment right above it."""
        lines = self._lines[self.with_comment(instruction) - 1 : instruction.end_line]
        return tuple(line.rstrip("\r\n") for line in lines)

    def between(self, first: int, last: int | None) -> tuple[str, ...]:
        """Return the lines from one number to another as they are written; None: to the end."""
        return tuple(line.rstrip("\r\n") for line in self._lines[first - 1 : last])

    def joined(self, lines: Iterable[str]) -> str:
        """Return lines as a text with the line ends of this file."""
        return "".join(line + self._line_end for line in lines)

    def edited(self, edits: Iterable[Edit]) -> str:
        """Return the text with some edits, which may not overlap."""
        lines = [*self._lines]
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += self._line_end
        for edit in sorted(edits, key=lambda one: (one.first, one.last), reverse=True):
            lines[edit.first - 1 : max(edit.last, edit.first - 1)] = [
                line + self._line_end for line in edit.lines
            ]
        return "".join(lines)


def _steps(source: Source) -> list[str]:
    """Return the instructions up to the last one that a build runs."""
    told = source.dockerfile.instructions
    last = max((n for n, one in enumerate(told) if one.name in _STEPS), default=-1)
    return [one.text for one in told[: last + 1]]


def is_comment(line: str) -> bool:
    """Return whether a line of a Dockerfile is a comment."""
    return line.lstrip().startswith("#")


def replaced(instruction: Instruction, *lines: str) -> Edit:
    """Return the edit that puts lines in the place of an instruction; its comment stays."""
    return Edit(instruction.start_line, instruction.end_line, lines)


def inserted(before: int, *lines: str) -> Edit:
    """Return the edit that puts lines in front of a line."""
    return Edit(before, before - 1, lines)
