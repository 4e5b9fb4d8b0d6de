"""The command `advices`."""

from advices.cli.command import main

__all__ = [
    "main",
]
