"""Pure: what was found of a learner's Dockerfile, as Markdown."""

from __future__ import annotations

from advices.results import Checked, escape
from advices.site.tables import table


def checked_markdown(found: Checked) -> str:
    """Return what was found as Markdown: a table of the claims, then the hints."""
    rows = [
        [
            "met" if row.holds else "<strong>not met</strong>",
            escape(row.says),
            *map(escape, (row.yours, row.reference, row.limit)),
        ]
        for row in found.rows
    ]
    text = table(["Verdict", "Claim", "Yours", "Reference", "Limit"], rows, "  rrr")
    if found.solved:
        return text + "\nSolved: every claim is met.\n"
    return text + "\n" + "\n".join(f"- Hint: {escape(one.hint)}" for one in found.hints) + "\n"
