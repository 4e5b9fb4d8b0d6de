"""Which release of the toolkit this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

UNKNOWN = "0"


def release() -> str:
    """Return the version of the installed toolkit, "0" for sources that nobody installed."""
    try:
        return version("docker-advices")
    except PackageNotFoundError:
        return UNKNOWN
