"""What other tools say about a Dockerfile or a lock file without building it, as records."""

from advices.linters import pip_audit
from advices.linters.every import lint, moved
from advices.linters.one import lint_file

__all__ = ["lint", "lint_file", "moved", "pip_audit"]
