"""Faults of an audit in CI that are neither findings nor a machine's."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class NotJudged(AdvicesError):
    """A chapter of --fail-on has no finding, and not all that decides it was measured."""

    exit_code = 57
    why = "the container did not answer, or a probe could not look into it"
    next_step = "read what was not judged, and why; `--env`, `--port` and `--url-path` may help"


class ListInvalid(AdvicesError):
    """A project's suppressions or its baseline say something that does not hold any more."""

    exit_code = 58
    why = "each suppression needs a chapter, a reason and a day until which it holds"
    next_step = "fix the file at the place named above"
