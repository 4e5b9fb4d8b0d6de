"""Pure: which line of the Dockerfile a finding is about."""

from __future__ import annotations

import re
from itertools import groupby

from advices.audit.audit import Audit
from advices.audit.findings import Finding

# The instruction that decides a measure; where the file has none, the last FROM does.
_DECIDED_BY = {
    "uid": ("USER",),
    "writable_app_files": ("COPY", "ADD"),
    "stop_exit_code": ("ENTRYPOINT", "CMD"),
    "requests_lost": ("ENTRYPOINT", "CMD"),
}


def lines_of(text: str) -> list[str]:
    """Return the lines of a text with their ends; only a line feed ends one."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def told_once(text: str) -> str:
    """Return a text without empty lines, and equal lines next to each other once, with how often.

    A program that is started again and again until it answers prints the same again and again.
    """
    lines = (line.strip() for line in text.splitlines())
    told = ((line, sum(1 for _ in same)) for line, same in groupby(filter(None, lines)))
    return "\n".join(line if times == 1 else f"{line} (… {times} times)" for line, times in told)


def line_of(audit: Audit, finding: Finding) -> int:
    """Return a line, counted from 1: the first that the fix changes, or what decides it.

    It is the first of all for a Dockerfile that is written in another file.
    """
    if audit.project.inline:
        return 1
    tried = next((one for one in audit.trial.tried if one.remedy.name == finding.fix), None)
    source = audit.project.source()
    if tried is not None and tried.change.dockerfile != source.text:
        old, new = lines_of(source.text), lines_of(tried.change.dockerfile)
        same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), None)
        at = min(len(old), len(new)) if same is None else same
        return min(at + 1, max(len(old), 1))
    wanted = _DECIDED_BY.get(finding.measure.name, ())
    told = source.dockerfile.instructions
    lines = [one.start_line for one in told if one.name in wanted]
    lines = lines or [one.start_line for one in told if one.name == "FROM"]
    return lines[-1] if lines else 1
