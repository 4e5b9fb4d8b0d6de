"""Pure: an audit as Markdown, for a comment or a job's page."""

from __future__ import annotations

import re

from advices.audit.audit import Audit
from advices.audit.policy import Policy
from advices.audit.report.commands import repeat
from advices.audit.report.cost import costs
from advices.audit.report.links import chapter
from advices.audit.report.rows import (
    Rows,
    against_rows,
    diff,
    finding_rows,
    label,
    lint_rows,
    measured_rows,
    not_judged_rows,
    refused_rows,
    sentence,
)
from advices.audit.report.states import state_rows


def markdown(audit: Audit, policy: Policy | None = None, *, site: str = "") -> str:
    """Return the report as Markdown, for a comment or a job's page.

    With a policy it says which findings fail no job. `site` is the address of the published site.
    """
    parts = [f"# Audit of {_cell(audit.project.folder.name)}", _cell(sentence(audit))]
    every = [finding_rows(audit), against_rows(audit), measured_rows(audit), refused_rows(audit)]
    every[1:1] = [state_rows(audit, policy)] if policy else []
    for rows in every:
        parts += [_table(rows)] if len(rows) > 1 else []
    parts += [_links(audit, site)] if site else []
    parts += [_fenced(diff(audit), "diff")] if audit.files else []
    for rows in (lint_rows(audit), not_judged_rows(audit)):
        parts += [_table(rows)] if len(rows) > 1 else []
    if found := costs(audit):
        measures = dict.fromkeys(one.finding.measure for one in found)
        parts.append("<details><summary>Commands that repeat these measures</summary>")
        for one in measures:
            parts += [_cell(label(audit, one)), _fenced(f"{repeat(audit, one)}\n", "sh")]
        parts.append("</details>")
    return "\n\n".join(parts) + "\n"


def _links(audit: Audit, site: str) -> str:
    """Return links to the chapters of what was found."""
    names = dict.fromkeys(one.finding.lab for one in costs(audit))
    return "Chapters: " + ", ".join(f"[{name}]({chapter(site, name)})" for name in names)


def _fenced(text: str, language: str) -> str:
    """Return a text in a fence that nothing in it can close."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}{fence}"


def _table(rows: Rows) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([lines[0], f"|{' --- |' * len(rows[0])}", *lines[1:]])


def _cell(text: str) -> str:
    for sign in "\\`|<>*_[]":
        text = text.replace(sign, f"\\{sign}")
    # A name behind the sign would be told that somebody mentioned it.
    text = text.replace("@", "@\N{WORD JOINER}")
    return " ".join(text.split())
