"""Pure: the commands in shell text, as words."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

_JOINTS = frozenset({"&&", "||", ";", "|", "&", "(", ")", ";;"})
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})


def joined(text: str) -> list[str]:
    """Return the lines of shell text: continued ones as one, without comments and blank ones."""
    lines = [" ".join(line.split()) for line in re.sub(r"\\[ \t]*\r?\n", " ", text).splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each command, those that `sh -c` is given included.

    A line with a quote that only another line closes is left out.
    """
    for line in joined(text):
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, ""
        try:
            words = list(lexer)
        except ValueError:
            continue
        for command in _split(words):
            yield command
            yield from commands_within(command)


def commands_within(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield the commands in the text that a command gives to a shell with -c."""
    for number, word in enumerate(words):
        if PurePosixPath(word).name in _SHELLS:
            rest = words[number + 1 :]
            flag = next((n for n, one in enumerate(rest) if re.fullmatch(r"-\w*c", one)), None)
            if flag is not None and flag + 1 < len(rest):
                yield from commands(rest[flag + 1])
            return


def asks_a_mirror(command: Sequence[str]) -> bool:
    """Return whether a command asks a distribution's mirror, by apt-get or apk."""
    programs = {PurePosixPath(word).name for word in command}
    updates = "update" in command and not programs.isdisjoint({"apt", "apt-get"})
    return updates or ("add" in command and "apk" in programs)


def _split(words: Sequence[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word.startswith("#"):  # the rest of the line is a comment
            break
        if word in _JOINTS:
            if command:
                yield command
            command = []
        else:
            command.append(word)
    if command:
        yield command
