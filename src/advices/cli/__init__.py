"""The command `advices`: one module a group of commands, each loads what it needs when it runs."""

from advices.cli import (
    advisories,
    audit,
    class_hub,
    classroom,
    labs,
    learn,
    lint,
    machine,
    offline,
    sbom,
    scan,
    watch,
)
from advices.cli.app import main

__all__ = [
    "advisories",
    "audit",
    "class_hub",
    "classroom",
    "labs",
    "learn",
    "lint",
    "machine",
    "main",
    "offline",
    "sbom",
    "scan",
    "watch",
]
