"""The mirror of mistakes: each remedy is one change of a Dockerfile or of its .dockerignore."""

from advices.audit.remedies.source import Change, Source
from advices.audit.remedies.table import Remedy, remedies

__all__ = ["Change", "Remedy", "Source", "remedies"]
