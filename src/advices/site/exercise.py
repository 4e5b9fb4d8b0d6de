"""Pure: what was found of a learner's Dockerfile, as Markdown."""

from __future__ import annotations

from advices.results import Checked, escape
from advices.site.origin import LEARNERS, Origin
from advices.site.shown import Shown
from advices.site.tables import table


def checked_shown(found: Checked) -> Shown:
    """Return what was found: why it did not answer, the claims, how its page differs, hints."""
    rows = [
        [
            "met" if row.holds else "<strong>not met</strong>",
            escape(row.says),
            *map(escape, (row.yours, row.reference, row.limit)),
        ]
        for row in found.rows
    ]
    text = table(["Verdict", "Claim", "Yours", "Reference", "Limit"], rows, "  rrr")
    hints = "\n".join(f"- Hint: {escape(mistake.hint)}" for mistake in found.hints)
    end = "Solved: every claim is met." if found.solved else hints
    fault, differs = _lines(found.fault), _lines(found.difference)
    if differs:
        differs = f"\nHow your page differs from the solution's:\n\n{differs}"
    return Shown(f"{fault}{text}{differs}\n{end}\n", origin=Origin(title=LEARNERS))


def _lines(text: str) -> str:
    """Return lines as they are."""
    shown = "\n".join(map(escape, text.splitlines()))
    return f"<pre>{shown}</pre>\n\n" if shown else ""
