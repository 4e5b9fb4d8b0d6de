"""What other tools say about a Dockerfile or a lock file without building it, as records."""

from advices.linters import pip_audit
from advices.linters.every import lint, moved

__all__ = ["lint", "moved", "pip_audit"]
