"""Pure: which Python package a file of an image says to be there, by its path alone."""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.utils import canonicalize_name

# Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages
_METADATA = re.compile(r"(?:.*/)?(?:site|dist)-packages/([^/-]+)-([^/-]+)\.dist-info/METADATA")


class Distribution(NamedTuple):
    """A Python package: its project's normalized name, and its version as the path has it."""

    name: str
    version: str


def distribution_at(path: str) -> Distribution | None:
    """Return the package whose metadata a path is, None for any other file."""
    found = _METADATA.fullmatch(path)
    return Distribution(canonicalize_name(found[1]), found[2]) if found is not None else None
