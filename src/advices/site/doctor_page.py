"""Pure: the doctor's checks as a page shows them, in the words that the command uses."""

from __future__ import annotations

import re

from advices.core import LabInvalid
from advices.results import escape
from advices.site import checks
from advices.site.checks import System


def looks() -> str:
    """Return a list of every check with what is well, and what to do where it is not."""
    return "".join(
        f"- **{escape(one.subject)}**: {_words(one.looks)}.  \n"
        f"  *If not*: {_words(one.fix) or 'see your system below'}.\n"
        for one in checks.ALL
    )


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
        # Code as it is; around it escape would take away the spaces.
        part.replace("`advices ", "`./run advices -- ")
        if part.startswith("`")
        else "".join(word if word.isspace() else escape(word) for word in re.split(r"(\s+)", part))
        for part in parts
    )
