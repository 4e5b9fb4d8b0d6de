"""Pure: an audit as Markdown, for a comment or a job's page."""

from __future__ import annotations

import re

from advices.audit.audit import Audit
from advices.audit.policy import Policy
from advices.audit.report.rows import (
    Rows,
    against_rows,
    diff,
    finding_rows,
    measured_rows,
    not_judged_rows,
    refused_rows,
    sentence,
)
from advices.audit.report.states import state_rows


def markdown(audit: Audit, policy: Policy | None = None) -> str:
    """Return the report as Markdown, for a comment or a job's page.

    With a policy it says which findings fail no job.
    """
    parts = [f"# Audit of {_cell(audit.project.folder.name)}", sentence(audit)]
    every = [finding_rows(audit), against_rows(audit), measured_rows(audit), refused_rows(audit)]
    every[1:1] = [state_rows(audit, policy)] if policy else []
    for rows in every:
        parts += [_table(rows)] if len(rows) > 1 else []
    parts += [_fenced(diff(audit))] if audit.files else []
    rows = not_judged_rows(audit)
    parts += [_table(rows)] if len(rows) > 1 else []
    return "\n\n".join(parts) + "\n"


def _fenced(text: str) -> str:
    """Return a diff in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}diff\n{text}{fence}"


def _table(rows: Rows) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _cell(text: str) -> str:
    for sign in "\\`|<>*_[]":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
