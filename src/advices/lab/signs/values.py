"""Values of the vocabulary: one or several, and the variants of the Python image."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field


def several(value: object) -> object:
    """Return a value as one of several: where one is enough, TOML needs no list."""
    return value if isinstance(value, tuple) else (value,)


Variant = Literal["full", "slim", "alpine"]
Names = Annotated[tuple[str, ...], BeforeValidator(several), Field(min_length=1)]


def variant_of(image: str, of: str = "python") -> Variant | None:
    """Return the variant of an image by its familiar name, None for another image."""
    name, _, tag = image.partition("@")[0].partition(":")
    if name != of:
        return None
    words = tag.split("-")
    if any(word.startswith("alpine") for word in words):
        return "alpine"
    return "slim" if "slim" in words else "full"
