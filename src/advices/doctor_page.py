"""Pure: the doctor's checks as a page shows them, in the words that the command uses."""

from __future__ import annotations

import re

from advices import checks, render
from advices.checks import System
from advices.errors import LabInvalid
from advices.quantities import escape


def table() -> str:
    """Return a table of every check with what is well, and what to do where it is not."""
    rows = [
        [escape(one.subject), _words(one.looks), _words(one.fix) or "see your system below"]
        for one in checks.ALL
    ]
    return render.table(["The doctor looks at", "What is well", "What to do if it is not"], rows)


def steps(system: System) -> str:
    """Return a list of what one system does in its own way. Raises LabInvalid for another name."""
    if system not in checks.SYSTEMS:
        known = ", ".join(checks.SYSTEMS)
        raise LabInvalid(f"the doctor knows no system `{system}`", why=f"it knows {known}")
    own = [one for one in checks.ALL if system in one.own]
    return "".join(f"- **{escape(one.subject)}**: {_words(one.own[system])}.\n" for one in own)


def _words(text: str) -> str:
    """Return the command's words as Markdown; `advices` is called by way of `./run` on the page."""
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(
        part.replace("`advices ", "`./run advices -- ") if part.startswith("`") else escape(part)
        for part in parts
    )
