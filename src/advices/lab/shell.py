"""Pure: the commands in shell text, as words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_JOINTS = frozenset({"&&", "||", ";", "|", "&", "(", ")", ";;"})
# A word as it is written, with what is quoted in it, or a sign that ends one.
_WORD = re.compile(r"(?:\\.|'[^']*'|\"(?:\\.|[^\"\\])*\"|[^\s;&|()\"'\\])+|[;&|()\"'\\]")
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})


def joined(text: str) -> list[str]:
    """Return the lines of shell text: continued ones as one, without comments and blank ones."""
    lines = [" ".join(line.split()) for line in re.sub(r"\\[ \t]*\r?\n", " ", text).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@dataclass(frozen=True)
class Piece:
    """A command of a shell text: its words, and what joins it to those before and behind it."""

    words: tuple[str, ...]
    before: str
    after: str


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, those that `sh -c` is given included.

    A line with a quote that only another line closes is left out.
    """
    for piece in pieces(text):
        yield list(piece.words)
        yield from commands_within(piece.words)


def pieces(text: str) -> Iterator[Piece]:
    """Yield the commands of a shell text in order; what joins the lines is nothing.

    A line with a quote that only another line closes is left out.
    """
    for line in joined(text):
        lexer = shlex.shlex(_uncommented(line), posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, ""
        try:
            words = list(lexer)
        except ValueError:
            continue
        yield from _split(words)


def _uncommented(line: str) -> str:
    """Return a line without the comment at its end: a word that begins with # outside of quotes."""
    for found in _WORD.finditer(line):
        if found[0].startswith("#"):
            return line[: found.start()]
    return line


def commands_within(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the commands in the text that a command gives to a shell with -c."""
    for number, word in enumerate(words):
        if PurePosixPath(word).name in _SHELLS:
            text = text_of(words[number + 1 :])
            if text is not None:
                yield from commands(text)
            return


def text_of(words: Sequence[str]) -> str | None:
    """Return the text that a shell with these words runs, None when it is given none by -c."""
    flag = next((n for n, one in enumerate(words) if re.fullmatch(r"-\w*c", one)), None)
    return words[flag + 1] if flag is not None and flag + 1 < len(words) else None


def asks_a_mirror(command: Sequence[str]) -> bool:
    """Return whether a command asks a distribution's mirror, by apt-get or apk."""
    programs = {PurePosixPath(word).name for word in command}
    updates = "update" in command and not programs.isdisjoint({"apt", "apt-get"})
    return updates or ("add" in command and "apk" in programs)


def _split(words: Sequence[str]) -> Iterator[Piece]:
    command: list[str] = []
    before = ""
    for word in words:
        if word in _JOINTS:
            if command:
                yield Piece(tuple(command), before, word)
            command, before = [], word
        else:
            command.append(word)
    if command:
        yield Piece(tuple(command), before, "")
