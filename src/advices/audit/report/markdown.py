"""Pure: an audit as Markdown, for a comment or a job's page."""

from __future__ import annotations

import re

from advices.audit.audit import Audit
from advices.audit.policy import Policy
from advices.audit.report.links import chapter
from advices.audit.report.record import record
from advices.audit.report.rows import Rows


def markdown(audit: Audit, policy: Policy | None = None, *, site: str = "") -> str:
    """Return the report as Markdown, for a comment or a job's page.

    With a policy it says which findings fail no job. `site` is the address of the published site.
    """
    found = record(audit, policy)
    shown, findings = found["shown"], found["shown"]["findings"][1:]
    parts = [f"# Audit of {_cell(audit.project.folder.name)}", _cell(found["sentence"])]
    for name in ("findings", "states", "against", "measured", "refused"):
        parts += [_table(shown[name])] if len(shown[name]) > 1 else []
    if site:
        names = dict.fromkeys(slug for slug, *_ in findings)
        links = ", ".join(f"[{name}]({chapter(site, name)})" for name in names)
        parts.append(f"Chapters: {links}")
    if found["diff"]:
        parts.append(_cell(shown["how_to_apply"]))
        parts.append(_fenced(found["diff"], "diff"))
    for name in ("lint", "not_judged"):
        parts += [_table(shown[name])] if len(shown[name]) > 1 else []
    if findings:
        both = zip(findings, shown["alone"][1:], strict=True)
        parts.append("<details><summary>Commands that repeat these measures</summary>")
        for measure, repeat in {row[2]: commands for row, (_, commands) in both}.items():
            parts += [_cell(measure), _fenced(f"{repeat}\n", "sh")]
        parts.append("</details>")
    return "\n\n".join(parts) + "\n"


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
