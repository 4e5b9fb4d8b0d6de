"""What an audit cannot do, which is neither a finding nor a clean project."""

from __future__ import annotations

from advices.core.errors import AdvicesError


class NotMeasured(AdvicesError):
    """A project could not be measured: what its image stands on is not available here."""

    exit_code = 57
    why = "no registry answers, or it does not give the image"
    next_step = "connect to a registry, or `docker load` the image; nothing was judged"
