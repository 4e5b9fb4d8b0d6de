"""Pure: what a remedy may not break, told by what was measured before and after it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from advices.audit.pages import Served
from advices.lab import MeasureName
from advices.results import Page, VariantResult, value_text

_NOT_MORE = {
    "distributions_failing": "Python packages that do not import",
    "missing_libraries": "shared libraries that are missing",
    "requests_lost": "requests lost at a stop",
    "writable_app_files": "files of the project that the container may change",
}
_KILLED = 137
_ERROR = re.compile(r"(?:\w+\.)*\w*(?:Error|Exception)(?::|$)")
SILENT = "the container no longer answers"
"""What is said of a container that answered before a change and does not after it."""
MEASURES = (*map(MeasureName, (*_NOT_MORE, "stop_exit_code")),)
"""What is looked at besides the answer."""


def broken(
    before: VariantResult,
    after: VariantResult,
    served: Served | None = None,
    page: Page | None = None,
    *,
    added: int = 0,
) -> str:
    """Return what is worse after a change than before it, "" when nothing is seen to be.

    `served` is what the project serves as it is, `page` what it serves after the change. `added`
    are the files that the change itself adds: they are no more that a container may change.
    """
    was, is_ = before.measures(), after.measures()
    if before.boot.answered and not after.boot.answered:
        return SILENT
    if served is not None and page is not None:
        differs = served.is_other(page)
    else:
        differs = before.boot.answered and before.boot.page_digest != after.boot.page_digest
    if differs:
        return "the page is not the same any more"
    if before.boot.uid and after.boot.uid == 0:
        return "PID 1 became root"
    for name, says in _NOT_MORE.items():
        measure = MeasureName(name)
        old, new = was.get(measure), is_.get(measure)
        more = added if name == "writable_app_files" else 0
        if isinstance(old, int) and isinstance(new, int) and new > old + more:
            return f"{says}: {value_text(measure, new)}, before {value_text(measure, old)}"
    code = MeasureName("stop_exit_code")
    if is_.get(code) == _KILLED and was.get(code, _KILLED) != _KILLED:
        return "docker stop has to kill it"
    return ""


def last_words(silence: str) -> str:
    """Return the line that tells most of why a container does not answer, "" for none.

    `silence` is the message of NeverAnswered. It is the last error that Python printed, or else
    what was printed last: some servers say goodbye behind an error.
    """
    printed = silence.rpartition("\nwhy: ")[0] or silence
    lines = [line.strip() for line in printed.strip().splitlines()]
    return ([line for line in lines if _ERROR.match(line)] or lines or [""])[-1]


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Return what the settings of an image lack that they had, "" for nothing.

    Both are as an engine writes them: ExposedPorts, Volumes, Healthcheck, StopSignal.
    """
    for key, says in (("ExposedPorts", "port"), ("Volumes", "volume")):
        gone = {*(before.get(key) or {})} - {*(after.get(key) or {})}
        if gone:
            return f"the image no longer names the {says} {', '.join(sorted(gone))}"
    if before.get("Healthcheck") and not after.get("Healthcheck"):
        return "the image has no health check any more"
    if before.get("StopSignal", "") != after.get("StopSignal", ""):
        return "docker stop sends another signal"
    return ""
