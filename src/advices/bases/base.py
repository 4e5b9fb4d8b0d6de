"""What stands behind a name in FROM."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from advices.bases.versions import Contents


@dataclass(frozen=True)
class Base:
    """What stands behind a FROM name: the local image and where it comes from.

    A `local` one has the name on this engine, and neither proof of a registry nor a recipe.
    """

    name: str
    image: str
    kind: Literal["official", "stand-in", "local"]
    identity: str
    contents: Contents | None = None

    @property
    def identities(self) -> tuple[str, str, str]:
        """Return what tells it from others: kind, identity, and the digest of its packages."""
        return self.kind, self.identity, self.contents.digest if self.contents else ""


@dataclass(frozen=True)
class MarkedBase:
    """A base as one build of one run sees it, and the layers that count as the base's."""

    image: str
    diff_ids: frozenset[str]
