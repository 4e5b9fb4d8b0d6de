"""What other tools say about a Dockerfile without building it, read into records."""

from advices.linters.every import lint, moved

__all__ = ["lint", "moved"]
