"""Every command that a page shows is one: its name, its options and their number of values."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from advices.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / n for n in ("README.md", "PYPI.md"))]
# A block of the shell, with lines that go on; and what is written as code in a sentence.
_BLOCK = re.compile(r"^( *)```(?:sh|bash|console)\n(.*?)^\1```", re.M | re.S)
_INLINE = re.compile(r"`([^`\n]+)`")
# What leads to the command.
_CALLED = re.compile(r"^(?:sudo )?(?:[A-Z_]+=\S+ )*(?:\./run (?:advices -- |(?=[a-z]))|advices )")
_SESSION = re.compile(r"^@nox\.session(?:\(name=\"([a-z]+)\")?[^\n]*\ndef ([a-z_]+)", re.M)
# The session hands what follows its name to this command.
_HANDED = {"class": ["class", "prepare"], "learn": ["learn"], "site": ["run"], "doctor": ["doctor"]}


def commands() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        text = page.read_text("utf-8")
        name = str(page.relative_to(ROOT))
        for block in _BLOCK.finditer(text):
            for line in block[2].replace("\\\n", " ").splitlines():
                yield name, line.strip()
        for inline in _INLINE.findall(_BLOCK.sub("", text)):
            yield name, inline


FOUND = sorted({(page, one) for page, one in commands() if _CALLED.match(one)})


def words_of(line: str) -> tuple[str, list[str]]:
    """Return the session, "" for the command itself, and the words behind it."""
    called = _CALLED.match(line)
    assert called is not None
    words = shlex.split(line[called.end() :], comments=True)
    for at, word in enumerate(words):
        if word in ("&&", "|", ">", ";", "&", "2>&1", "||"):
            words = words[:at]
            break
    if "./run" in called[0] and "advices" not in called[0]:
        session, _, rest = words[0], words[1:2], words[2:]
        return session, rest
    return "", words


def resolved(words: list[str]) -> tuple[Any, list[str]]:
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands"):
        if not words or words[0] not in command.commands:
            return command, words
        command, words = command.commands[words[0]], words[1:]
    return command, words


def sessions() -> set[str]:
    found = _SESSION.findall((ROOT / "noxfile.py").read_text("utf-8"))
    return {name or of for name, of in found}


def test_there_are_many() -> None:
    pages = {page for page, _ in FOUND}
    assert {"README.md", "docs/hub.md", "docs/trainers.md", "docs/commands.md"} <= pages
    assert ("docs/hub.md", "sudo ./run advices -- class prepare --seats 15") in FOUND


@pytest.mark.parametrize(("page", "line"), FOUND, ids=lambda one: one[:60])
def test_a_command_of_a_page_is_one(page: str, line: str) -> None:
    session, words = words_of(line)
    if session:
        assert session in sessions(), f"{page}: ./run {session}"
        words = [*_HANDED.get(session, []), *words] if session in _HANDED else []
    command, rest = resolved(words)
    if hasattr(command, "commands"):
        # A group alone, one of its options, or a word that stands for any of its commands.
        assert not rest or rest[0].startswith("-") or rest[0].isupper(), (
            f"{page}: `{line}`: no command {rest[0]}"
        )
    known = {name: one for one in command.params for name in (*one.opts, *one.secondary_opts)}
    for word in rest:
        option = word.partition("=")[0]
        if option.startswith("--") and option not in ("--help", "--"):
            assert option in known, f"{page}: `{line}`: no option {option}"
