"""Pure: the program itself is PID 1, so that it hears the signal to stop."""

from __future__ import annotations

import json
import re
import shlex

from advices.audit.remedies.source import Change, Source, replaced
from advices.lab import Instruction

_LAST = re.compile(r"(.*)(&&|;)(.*)", re.S)
# What only a shell understands: variables, joints, patterns, substitutions.
_SHELL = re.compile(r"[$`&|;<>*?(){}~\\]")


def exec_form(source: Source) -> Change | None:
    """Return the file with CMD and ENTRYPOINT as lists, or with `exec` where a shell is needed.

    None where each of them is a list already.
    """
    if not source.dockerfile.stages:
        return None
    number = len(source.dockerfile.stages) - 1
    own = [one.instruction for one in source.view.stage(number)]
    written = [one for one in own if one.name in ("CMD", "ENTRYPOINT") and not one.is_json]
    edits = [replaced(one, line) for one in written if (line := _as_exec(one)) is not None]
    if not edits:
        return None
    return Change("The program is PID 1 and hears SIGTERM.", source.edited(edits))


def _as_exec(instruction: Instruction) -> str | None:
    """Return an instruction in shell form so that its program is PID 1, None where none can be."""
    text = " ".join(instruction.args).strip()
    if instruction.heredocs or not text:
        return None
    if not _SHELL.search(text):
        try:
            words = shlex.split(text)
        except ValueError:
            return None
        if "=" in words[0]:
            return None
        return f"{instruction.name} {json.dumps(words, ensure_ascii=False)}"
    # Only the last of several commands may take the place of the shell.
    found = _LAST.fullmatch(text)
    head, joint, last = found.groups() if found else ("", "", text)
    if last.strip().startswith("exec ") or any(sign in last for sign in ("|", ";", "&")):
        return None
    before = f"{head.strip()}{'' if joint == ';' else ' '}{joint} " if joint else ""
    return f"{instruction.name} {before}exec {last.strip()}"
