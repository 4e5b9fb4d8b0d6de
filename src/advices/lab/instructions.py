"""Pure: the instructions of a Dockerfile, as BuildKit's parser gives them."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from e2b_dockerfile_utils import (
    DockerfileAst,
    DockerfileInstruction,
    DockerfileSyntaxError,
    ShellLex,
)

from advices.lab import shell
from advices.lab.parsing import directives, parse


class Fault(Exception):
    """What is wrong at a line of a Dockerfile, why, and what to do."""

    def __init__(self, line: int, what: str, why: str = "", next_step: str = "") -> None:
        super().__init__(what)
        self.line, self.why, self.next_step = line, why, next_step


@dataclass(frozen=True)
class Heredoc:
    """A here-document: the word that ends it, and its text with the end of every line."""

    name: str
    content: str


@dataclass(frozen=True)
class Instruction:
    """One instruction; its `name` is in capitals, whichever way it is written.

    `flags` and `args` are words as BuildKit's parser gives them; the command of a shell form is one
    of them. `pairs` are the names and values of ENV, LABEL and ARG without quotes, None for an ARG
    without a default. `line` is the instruction on one line, whitespace, continuations and list
    forms in one spelling, with the commands of a RUN's here-documents. Lines count from 1.
    """

    name: str
    flags: tuple[str, ...]
    args: tuple[str, ...]
    pairs: tuple[tuple[str, str | None], ...]
    is_json: bool
    heredocs: tuple[Heredoc, ...]
    line: str
    start_line: int
    end_line: int

    @property
    def text(self) -> str:
        """Return `line`, and below it, indented, the text of here-documents that become files."""
        bodies = () if self.name == "RUN" else self.heredocs
        lines = [f"    {one}" for body in bodies for one in shell.joined(body.content)]
        return "\n".join([self.line, *lines])

    def flag(self, name: str) -> tuple[str, ...]:
        """Return the values of a flag: of `from` one or none, of `mount` each."""
        start = f"--{name}="
        return tuple(flag.removeprefix(start) for flag in self.flags if flag.startswith(start))

    def mounts(self) -> tuple[dict[str, str], ...]:
        """Return the options of each --mount by name."""
        rows = csv.reader(self.flag("mount"))
        return tuple(
            {name.strip().lower(): value for name, _, value in (one.partition("=") for one in row)}
            for row in rows
        )

    def commands(self) -> Iterator[list[str]]:
        """Yield the words of each command that a RUN runs, here-documents included."""
        if self.name != "RUN":
            return
        if self.is_json:
            yield list(self.args)
            yield from shell.commands_within(self.args)
        else:
            texts = [*self.args, *(one.content for one in self.heredocs)]
            yield from shell.commands("\n".join(texts))


def instructions(dockerfile: str) -> str:
    """Return a Dockerfile's text as a build sees it: without comments, continued lines as one.

    Parser directives and here-documents are kept. A text that the parser refuses stays as it is.
    """
    try:
        ast = parse(dockerfile)
    except DockerfileSyntaxError:
        return dockerfile
    lines = [f"# {name}={value}" for name, value in directives(dockerfile).items()]
    for one in ast.instructions:
        bodies = (body.content + body.name for body in one.heredocs)
        lines += [one.original.strip(), *bodies]
    return "\n".join(lines)


def instructions_of(ast: DockerfileAst) -> tuple[Instruction, ...]:
    """Return the instructions that the parser found. Raises Fault for a quote without its end."""
    return tuple(_instruction(one, ast.escape_token) for one in ast.instructions)


def expanded(
    word: str, escape: str, values: Mapping[str, str], line: int, *, keep_unset: bool = False
) -> str:
    """Return a word without quotes, and with values in place of variables.

    A variable without a value becomes nothing, or stays as it is written with `keep_unset`. Raises
    Fault at the line for a word that cannot be read.
    """
    try:
        return ShellLex(escape, env=values, skip_unset_env=keep_unset).process_word(word)
    except ValueError as error:
        raise Fault(line, str(error)) from None


def _instruction(one: DockerfileInstruction, escape: str) -> Instruction:
    args, words = _args(one)
    bodies = tuple(Heredoc(body.name, body.content) for body in one.heredocs)
    line = " ".join(" ".join([one.name, *one.flags, *words]).split())
    if one.name == "RUN":
        line = "; ".join([line, *(text for body in bodies for text in shell.joined(body.content))])
    return Instruction(
        name=one.name,
        flags=tuple(one.flags),
        args=tuple(args),
        pairs=tuple(
            (name, None if value is None else _unquoted(value, escape, one))
            for name, value in _pairs(one.name, args)
        ),
        is_json=one.json,
        heredocs=bodies,
        line=line,
        start_line=one.start_line,
        end_line=one.end_line,
    )


def _unquoted(value: str, escape: str, one: DockerfileInstruction) -> str:
    return expanded(value, escape, {}, one.start_line, keep_unset=True)


def _args(one: DockerfileInstruction) -> tuple[list[str], list[str]]:
    """Return an instruction's arguments as BuildKit has them, and in one spelling as words."""
    if one.name in ("ENV", "LABEL"):
        # Each has a name, a value and what is written between them: "=", or nothing.
        triples = list(zip(one.args[::3], one.args[1::3], one.args[2::3], strict=True))
        args = [word for name, value, _ in triples for word in (name, value)]
        return args, [f"{name}{sign or ' '}{value}" for name, value, sign in triples]
    if one.name == "ONBUILD":
        # The parser leaves out what a later build will do.
        args = one.original.split(maxsplit=1)[1:]
        return args, args
    if one.name in ("ADD", "COPY"):
        if one.json:
            plain = all(word and word.split() == [word] for word in one.args)
            return one.args, one.args if plain else [_as_json(one.args)]
        # The parser keeps words in quotes together; BuildKit does not.
        args = " ".join(one.args).split()
        return args, args
    if one.json:
        kind = one.args[:1] if one.name == "HEALTHCHECK" else []
        return one.args, [*kind, _as_json(one.args[len(kind) :])]
    return one.args, one.args


def _as_json(words: Sequence[str]) -> str:
    return json.dumps(words, ensure_ascii=False)


def _pairs(name: str, args: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    if name in ("ENV", "LABEL"):
        yield from zip(args[::2], args[1::2], strict=True)
    elif name == "ARG":
        for word in args:
            key, sign, value = word.partition("=")
            yield key, value if sign else None
