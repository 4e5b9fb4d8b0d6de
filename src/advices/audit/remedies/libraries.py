"""Pure: the Debian packages of shared libraries, installed where an image lacks them."""

from __future__ import annotations

from collections.abc import Iterable

from advices.audit.remedies.source import Source
from advices.lab import Instruction


def installing(source: Source, like: Instruction, packages: Iterable[str]) -> list[str]:
    """Return the lines of a step that installs packages, none for no package.

    They are written in the case of the instruction `like`.
    """
    names = " ".join(dict.fromkeys(packages))
    if not names:
        return []
    run, escape = source.keyword(like, "RUN"), source.dockerfile.escape
    return [
        f"{run} apt-get update {escape}",
        f"    && apt-get install --yes --no-install-recommends {names} {escape}",
        "    && rm -rf /var/lib/apt/lists/*",
    ]


def bringing(packages: Iterable[str]) -> str:
    """Return what the packages are for, as the end of a sentence, "" for no package."""
    names = ", ".join(f"`{name}`" for name in packages)
    return f", and the shared libraries of {names} with it" if names else ""
