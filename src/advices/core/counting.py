"""Pure: a number and what it counts, as a sentence has them."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 seat`, `2 seats`; `many` where an s is not enough."""
    return f"{count} {one if count == 1 else many or f'{one}s'}"
