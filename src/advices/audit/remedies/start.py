"""Pure: the program itself is PID 1, so that it hears the signal to stop."""

from __future__ import annotations

import json
import posixpath
import re
import shlex
from collections.abc import Iterator

from advices.audit.remedies.lists import copied_to
from advices.audit.remedies.source import Change, Edit, Source, is_comment, replaced
from advices.lab import Instruction, Placed

# What only a shell understands: variables, joints, patterns, substitutions.
_SHELL = re.compile(r"[$`&|;<>*?(){}~\\]")
_ASSIGNS = re.compile(r"[A-Za-z_]\w*=")
_SHELLS = frozenset({"sh", "bash", "ash", "dash"})
_ON_PATH = ("/usr/local/bin", "/usr/local/sbin", "/usr/bin", "/bin")
# What is no program: `exec` of it fails.
_BUILT_IN = frozenset(
    {"fi", "done", "esac", "}", ")", "cd", "export", "set", "trap", "wait", "exit", ".", "source"}
    | {"if", "for", "while", "until", "case", "{", "(", "then", "else", "do", "return", "shift"}
    | {"true", "false", ":", "echo", "read", "unset", "eval", "[", "[[", "test", "exec", "command"}
)

# Functions of a script, and what ends its here-documents.
_OWN_WORDS = re.compile(
    r"^[ \t]*function[ \t]+([\w-]+)|^[ \t]*([\w-]+)[ \t]*\(\)|<<-?[ \t]*['\"]?(\w+)", re.M
)


def exec_form(source: Source) -> Change | None:
    """Return the file with CMD and ENTRYPOINT as lists, or with `exec` where a shell is needed.

    A script of the project that they start gets `exec` in front of its last command. None where
    each of them is a list already, and the program takes the place of its script.
    """
    last = {one.name: one for one in source.view.shipped if one.name in ("CMD", "ENTRYPOINT")}
    # A CMD that a shell form of ENTRYPOINT left unused would become its arguments.
    keeps_shell = {"ENTRYPOINT"} if len(last) == 2 else set()
    edits = []
    for name, one in last.items():
        line = _as_exec(source, one.instruction, keeps_shell=name in keeps_shell)
        if line is not None:
            comments = source.comments(one.instruction)
            edits.append(replaced(one.instruction, *comments, line))
    files: dict[str, str] = {}
    for place in dict.fromkeys(_places(source, [*last.values()])):
        if (file := _at(source, place)) is not None:
            text = _with_exec(source.files[file])
            files |= {file: text} if text else {}
        elif (edit := _written_script(source, place)) is not None:
            edits.append(edit)
    if not edits and not files:
        return None
    return Change("The program is PID 1 and hears SIGTERM.", source.edited(edits), files=files)


def _as_exec(source: Source, instruction: Instruction, *, keeps_shell: bool) -> str | None:
    """Return an instruction in shell form so that its program is PID 1, None where none can be."""
    text = " ".join(instruction.args).strip()
    if instruction.is_json or instruction.heredocs or not text:
        return None
    name = source.written(instruction)[0].split()[0]
    name = name if name.upper() == instruction.name else instruction.name
    if not _SHELL.search(text):
        try:
            words = shlex.split(text)
        except ValueError:
            return None
        if words[0] in _BUILT_IN:
            return None
        if not _ASSIGNS.match(words[0]):
            if keeps_shell:
                return f"{name} exec {text}"
            return f"{name} {json.dumps(words, ensure_ascii=False)}"
    replacing = _replacing(text)
    return f"{name} {replacing}" if replacing else None


def _replacing(text: str) -> str:
    """Return a shell text whose last command takes the place of the shell, "" where none can.

    Only the last of several commands may do that.
    """
    head, joint, last = _split(text)
    words = last.split()
    if not words or words[0] in _BUILT_IN or not _is_plain(last) or re.search(r"(?<!\S)#", last):
        return ""
    # A name that is set for one command alone needs a program that sets it.
    start = "exec env" if _ASSIGNS.match(words[0]) else "exec"
    before = f"{head.strip()}{'' if joint == ';' else ' '}{joint} " if joint else ""
    return f"{before}{start} {last.strip()}"


def _split(text: str) -> tuple[str, str, str]:
    """Return a shell text up to its last && or ; outside of quotes, that joint, and the rest."""
    at, joint = 0, ""
    for start, sign in _signs(text):
        if sign in ("&&", ";"):
            at, joint = start, sign
    return (text[:at], joint, text[at + len(joint) :]) if joint else ("", "", text)


def _is_plain(command: str) -> bool:
    """Return whether a command is one: no pipe, no background job, no group."""
    return not any(True for _ in _signs(command))


def _signs(text: str) -> Iterator[tuple[int, str]]:
    """Yield what joins or groups commands outside of quotes and substitutions, with its place."""
    quote, depth, at = "", 0, 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and quote != "'":
            at += 1
        elif quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"`":
            quote = sign
        elif text.startswith(("$(", "${"), at):
            depth, at = depth + 1, at + 1
        elif depth and sign in ")}":
            depth -= 1
        elif text.startswith((">&", "<&", "&>"), at):
            at += 1
        elif not depth and (found := re.match(r"&&|\|\||[;&|(){}]", text[at:])):
            yield at, found[0]
            at += len(found[0]) - 1
        at += 1


def _places(source: Source, starts: list[Placed]) -> Iterator[str]:
    """Yield the paths at which the script of a start may be."""
    for one in starts:
        for word in map(one.expand, _words(one)):
            yield posixpath.normpath(posixpath.join(source.view.workdir, word))
            yield from (f"{folder}/{word}" for folder in _ON_PATH if "/" not in word)


def _written_script(source: Source, place: str) -> Edit | None:
    """Return the edit of a script that the Dockerfile itself writes, None where none is needed."""
    for one in source.view.shipped:
        bodies = one.instruction.heredocs
        if one.name not in ("COPY", "ADD") or len(bodies) != 1 or len(one.instruction.args) != 2:
            continue
        is_folder = one.instruction.args[-1].endswith("/")
        if (posixpath.join(one.target, bodies[0].name) if is_folder else one.target) == place:
            first, *body, end = source.written(one.instruction)
            text = _with_exec("".join(f"{line}\n" for line in body))
            return replaced(one.instruction, first, *text.splitlines(), end) if text else None
    return None


def _words(one: Placed) -> list[str]:
    """Return the script that an instruction starts, perhaps behind its shell."""
    words = [*one.instruction.args]
    if not one.instruction.is_json:
        try:
            words = shlex.split(" ".join(words))
        except ValueError:
            return []
    words = words[1:] if words[:1] == ["exec"] else words
    if words and posixpath.basename(words[0]) in _SHELLS:
        return words[1:2] if len(words) > 1 and not words[1].startswith("-") else []
    return words[:1]


def _at(source: Source, place: str) -> str | None:
    """Return the file of the context that the last image has at a path, None for none."""
    copies = [one for one in source.view.shipped if one.sources]
    files = [file for file, text in source.files.items() if text]
    # The last copy is the one that counts.
    return next((f for one in reversed(copies) for f in files if copied_to(one, f) == place), None)


def _with_exec(text: str) -> str:
    """Return a shell script whose last command takes its place, "" where it does or cannot."""
    lines = text.splitlines(keepends=True)
    if not lines or not re.match(r"#!.*\b(?:sh|bash|dash|ash)\b", lines[0]) or "trap " in text:
        return ""
    code = [n for n, line in enumerate(lines) if line.strip() and not is_comment(line)]
    if not code:
        return ""
    first = last = code[-1]
    while first > 0 and lines[first - 1].rstrip("\r\n").endswith("\\"):
        first -= 1
    # A command in a block is followed by the end of that block.
    if lines[first][:1].isspace():
        return ""
    command = "".join(lines[first : last + 1]).rstrip("\r\n")
    # The script's own function is no program, and the end of a here-document no command.
    own = (found[1] or found[2] or found[3] for found in _OWN_WORDS.finditer(text))
    if (_split(command)[2].split() or [""])[0] in own:
        return ""
    end = "".join(lines[first : last + 1])[len(command) :]
    replacing = _replacing(command)
    return "".join([*lines[:first], replacing + end, *lines[last + 1 :]]) if replacing else ""
