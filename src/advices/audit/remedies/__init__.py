"""The mirror of mistakes: each remedy is one change of a Dockerfile or of its .dockerignore."""

from advices.audit.remedies.env import meant
from advices.audit.remedies.secret import suspects
from advices.audit.remedies.settings import pairs_of
from advices.audit.remedies.source import Change, Source
from advices.audit.remedies.table import REMEDIES, Remedy, in_effect, remedies, together

__all__ = [
    "REMEDIES",
    "Change",
    "Remedy",
    "Source",
    "in_effect",
    "meant",
    "pairs_of",
    "remedies",
    "suspects",
    "together",
]
