"""What the page calls in a learner's kernel: outputs as HTML, and the check of an exercise.

Imported by the client's own code (client/lesson.js), in the kernel that the lab's cells run in.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display

from advices.core import (
    AdvicesError,
    BuildHung,
    DockerfileInvalid,
    Event,
    StepFailed,
    Waiting,
    write_whole,
)
from advices.lab import LEARNERS
from advices.learn import CHECKED, hints
from advices.learn.markup import as_html
from advices.learn.printed import cut_output
from advices.learn.words import next_step
from advices.measure import setting
from advices.notebooks import LabSession, hear_events, open_lab
from advices.results import Checked, Pending, Row
from advices.site import Shown, checked_shown

BUILD_SECONDS = 180
BUILD_SECONDS_VARIABLE = "ADVICES_LEARN_BUILD_SECONDS"
SO_FAR = "application/vnd.advices.so-far+json"
WAITING = "application/vnd.advices.waiting+json"
FAULT = "application/vnd.advices.fault+json"

_PREPARED = "prepared_for_the_page"


@dataclass(frozen=True)
class Verdict:
    """How a learner's Dockerfile did, as the page shows it claim by claim."""

    found: Checked

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        data = {
            "solved": self.found.solved,
            "fault": self.found.fault,
            "rows": [asdict(row) for row in self.found.rows],
            "difference": self.found.difference,
            "measured": self.found.measured.isoformat() if self.found.measured else "",
            "hints": [asdict(one) for one in self.found.steps],
        }
        return {CHECKED: data, "text/plain": checked_shown(self.found).markdown}


@dataclass(frozen=True)
class SoFar:
    """The claims of a check that goes on; of one that is not decided only what it says."""

    rows: tuple[Row | Pending, ...]

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        decided = [row for row in self.rows if isinstance(row, Row)]
        text = [f"{'met' if row.holds else 'not met'}: {row.says}" for row in decided]
        return {SO_FAR: {"rows": [asdict(row) for row in self.rows]}, "text/plain": "\n".join(text)}


def prepare() -> None:
    """Let this kernel show what the toolkit returns, and for what it waits, for the page.

    What a cell prints without an end is cut: see `printed`. A second call changes nothing.
    """
    shell = get_ipython()
    if getattr(shell, _PREPARED, False):
        return
    if shell is not None and shell.display_formatter is not None:
        shell.display_formatter.formatters["text/html"].for_type(Shown, as_html)
        hear_events(_shows)
        shell.set_custom_exc((AdvicesError,), _say)  # type: ignore[no-untyped-call]
        cut_output(shell, sys.stdout, sys.stderr)
        setattr(shell, _PREPARED, True)


def _shows(event: Event) -> bool:
    """Display for what a cell or a check waits; the page counts the seconds."""
    if isinstance(event, Waiting):
        data = {WAITING: asdict(event), "text/plain": str(event)}
        display(data, raw=True)  # type: ignore[no-untyped-call]
        return True
    return False


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
    said: dict[str, Any] = {"what": error.what, "why": error.why, "next": next_step(error)}
    if isinstance(error, StepFailed) and error.steps:
        # The hint says what to do, step by step.
        said |= {"next": "", "hints": error.steps}
    # Only what the learner wrote counts as a try.
    said["tried"] = isinstance(error, StepFailed | DockerfileInvalid)
    return {FAULT: said, "text/plain": str(error)}


def check(slug: str, dockerfile: str, again: int = 0) -> Verdict:
    """Return how a Dockerfile does as the solution of a lab's exercise.

    The learner's file in the project is left alone. Each claim is displayed as soon as it is
    decided. What was measured in the last day is measured only if it is asked for `again`. A build
    may take three minutes, or the seconds that ADVICES_LEARN_BUILD_SECONDS says. Raises what
    `advices check-exercise` raises.
    """
    session = _session(slug)
    file = write_whole(session.scratch / "learn" / LEARNERS, dockerfile)
    seconds = setting(BUILD_SECONDS_VARIABLE, BUILD_SECONDS)
    try:
        return Verdict(session.checked(file, build_seconds=seconds, told=_tell, again=bool(again)))
    except StepFailed as error:
        hints.explain(error, slug, dockerfile)
        raise
    except BuildHung as error:
        after = f"look at the step named above; {BUILD_SECONDS_VARIABLE} gives builds more seconds"
        raise BuildHung(error.what, next_step=after) from None


def get_ready(slug: str) -> None:
    """Do what a check of a lab's exercise needs and no Dockerfile decides, while one is written.

    Whatever is wrong, the check will say.
    """
    with contextlib.suppress(AdvicesError):
        _session(slug).get_ready()


def _tell(rows: tuple[Row | Pending, ...]) -> None:
    display(SoFar(rows))  # type: ignore[no-untyped-call]


@functools.cache
def _session(slug: str) -> LabSession:
    return open_lab(slug)
