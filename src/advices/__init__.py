"""Measures good and bad container images for Python applications.

    from advices import open_lab

is all that a notebook needs. The rooms of this package are on docs/architecture.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from advices.notebooks import open_lab

__all__ = ["open_lab"]


def __getattr__(name: str) -> Any:
    """Load what a notebook needs when it asks: a page or a command needs less."""
    if name == "open_lab":
        from advices.notebooks import open_lab  # noqa: PLC0415

        return open_lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
