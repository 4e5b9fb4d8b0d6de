"""Pure: what to do next, in the words of a page: it has buttons where a terminal has commands."""

from __future__ import annotations

import re

from advices.core import AdvicesError, DockerfileInvalid, NeverAnswered, StepFailed

# What a class of faults says by itself is meant for who has the file in an editor of their own.
_HERE: tuple[tuple[type[AdvicesError], str], ...] = (
    (DockerfileInvalid, "change that line in the editor, then press Check again"),
    (StepFailed, "change that step in the editor, then press Check again"),
    (NeverAnswered, "read the container's last lines above, and look at what the image starts"),
)
# Only `./run` is on the path of whoever started the page by it.
_COMMAND = re.compile(r"`advices (?!--)([^`]+)`")


def next_step(error: AdvicesError) -> str:
    """Return what a fault tells to do, for one who pressed a button of a page."""
    for kind, here in _HERE:
        if isinstance(error, kind) and error.next_step == kind.next_step:
            return here
    told = error.next_step.replace("run the same command again", "run it again here")
    told = told.replace(", or name another file with --file", "")
    return _COMMAND.sub(r"`./run advices -- \1` in a terminal", told)
