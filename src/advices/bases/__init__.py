"""From the name in FROM to a local image: official, or a stand-in built from a recipe."""

from advices.bases import registry_digests
from advices.bases.base import Base, MarkedBase
from advices.bases.resolve import Bases

__all__ = [
    "Base",
    "Bases",
    "MarkedBase",
    "registry_digests",
]
