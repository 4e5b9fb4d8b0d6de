"""What the page calls in a learner's kernel: outputs as HTML, and the check of an exercise.

Imported by the client's own code (client/lesson.js), in the kernel that the lab's cells run in.
"""

from __future__ import annotations

import functools
import sys
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

import markdown
from IPython.core.getipython import get_ipython
from IPython.display import display

from advices.core import AdvicesError, BuildHung, write_whole
from advices.lab import LEARNERS
from advices.learn.printed import cut_output
from advices.measure import setting
from advices.notebooks import LabSession, open_lab
from advices.results import Checked
from advices.site import Shown, checked_shown

BUILD_SECONDS = 180
BUILD_SECONDS_VARIABLE = "ADVICES_LEARN_BUILD_SECONDS"
CHECKED = "application/vnd.advices.checked+json"
FAULT = "application/vnd.advices.fault+json"

_PREPARED = "prepared_for_the_page"
# As in mkdocs.yml, so that an output looks like what is recorded.
_EXTENSIONS = ["tables", "attr_list", "md_in_html", "pymdownx.highlight", "pymdownx.superfences"]
_SETTINGS = {"pymdownx.highlight": {"pygments_lang_class": True}}


@dataclass(frozen=True)
class Verdict:
    """How a learner's Dockerfile did, as the page shows it claim by claim."""

    found: Checked

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        data = {
            "solved": self.found.solved,
            "fault": self.found.fault,
            "rows": [asdict(row) for row in self.found.rows],
            "hints": [one.hint for one in self.found.hints],
        }
        return {CHECKED: data, "text/plain": checked_shown(self.found).markdown}


def prepare() -> None:
    """Let this kernel show what the toolkit returns as HTML too, for the page.

    What a cell prints without an end is cut: see `printed`. A second call changes nothing.
    """
    shell = get_ipython()
    if getattr(shell, _PREPARED, False):
        return
    if shell is not None and shell.display_formatter is not None:
        shell.display_formatter.formatters["text/html"].for_type(Shown, as_html)
        shell.set_custom_exc((AdvicesError,), _say)  # type: ignore[no-untyped-call]
        cut_output(shell, sys.stdout, sys.stderr)
        setattr(shell, _PREPARED, True)


def _say(
    _shell: Any,
    _kind: type[BaseException],
    error: AdvicesError,
    _trace: TracebackType | None,
    tb_offset: int | None = None,
) -> None:
    """Display a fault that was foreseen: it needs no traceback and no name of a class."""
    display(fault(error), raw=True)  # type: ignore[no-untyped-call]


def fault(error: AdvicesError) -> dict[str, Any]:
    """Return a fault as what a page shows of it, and as text."""
    # A command's words, for one who pressed a button.
    after = error.next_step.replace("run the same command again", "run it again here")
    said = {"what": error.what, "why": error.why, "next": after}
    return {FAULT: said, "text/plain": str(error)}


def as_html(shown: Shown) -> str:
    """Return what a cell shows as HTML, made of Markdown as the site makes it."""
    if shown.figure:
        return shown.figure
    return str(
        markdown.markdown(shown.markdown, extensions=_EXTENSIONS, extension_configs=_SETTINGS)
    )


def check(slug: str, dockerfile: str) -> Verdict:
    """Return how a Dockerfile does as the solution of a lab's exercise.

    The learner's file in the project is left alone. A build may take three minutes, or the seconds
    that ADVICES_LEARN_BUILD_SECONDS says. Raises what `advices check-exercise` raises.
    """
    session = _session(slug)
    file = write_whole(session.scratch / "learn" / LEARNERS, dockerfile)
    seconds = setting(BUILD_SECONDS_VARIABLE, BUILD_SECONDS)
    try:
        return Verdict(session.checked(file, build_seconds=seconds))
    except BuildHung as error:
        after = f"look at the step named above; {BUILD_SECONDS_VARIABLE} gives builds more seconds"
        raise BuildHung(error.what, next_step=after) from None


@functools.cache
def _session(slug: str) -> LabSession:
    return open_lab(slug)
