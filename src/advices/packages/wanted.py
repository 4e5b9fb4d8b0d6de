"""Pure: what a build wants of a package index."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.requirements import Requirement


@dataclass(frozen=True)
class Wanted:
    """A requirement, and the SHA-256 digests that its file may have: any when none is named."""

    requirement: str
    sha256: frozenset[str] = frozenset()

    def parsed(self) -> Requirement:
        """Return the requirement as packaging reads it."""
        return Requirement(self.requirement)

    @property
    def is_locked(self) -> bool:
        """Return whether it comes from a complete list: one with digests names everything."""
        return bool(self.sha256)
