"""What an audit cannot do, which is neither a finding nor a clean project."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class NotMeasured(AdvicesError):
    """Something that an audit was asked for could not be measured: no finding, and not clean."""

    exit_code = 57
    why = "no registry answers, or it does not give the image"
    next_step = "connect to a registry, or `docker load` the image; nothing was judged"


class ListInvalid(AdvicesError):
    """A project's suppressions or its baseline say something that does not hold any more."""

    exit_code = 58
    why = "each suppression needs a chapter, a reason and a day until which it holds"
    next_step = "fix the file at the place named above"
