"""Pure: which Python distributions requirements.txt declares, and which nobody declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from advices.lab import Lab


def requirements(lab: Lab, variant: str) -> str:
    """Return the requirements.txt of a variant's build context, "" where it has none.

    A mistake or a learner's Dockerfile gets what the good variant gets.
    """
    gets = lab.variants.get(variant, lab.variants["good"])
    name = "requirements.txt"
    places: list[Path] = [] if gets.overlay is None else [lab.folder / gets.overlay / name]
    places += [] if name in gets.leaves_out else [lab.context / name]
    return next((place.read_text("utf-8") for place in places if place.is_file()), "")


_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^]]*\])?\s*(?:==\s*([^\s;\\]+))?")


def declarations(text: str) -> dict[str, str]:
    """Return the version that requirements.txt pins for each name, "" for one without a pin."""
    found = {}
    for line in text.splitlines():
        if match := _REQUIREMENT.match(line.strip()):
            found[normal(match[1])] = match[2] or ""
    return found


def undeclared(
    installed: Iterable[tuple[str, str]],
    before: Iterable[tuple[str, str]],
    declared: Mapping[str, str],
) -> list[str]:
    """Return the installed distributions that nobody declared, or at another version.

    pip itself does not count, and neither does what was there `before`.
    """
    old = {normal(name) for name, _ in before} | {"pip"}
    new = {normal(name): version for name, version in installed if normal(name) not in old}
    return sorted(name for name, version in new.items() if declared.get(name) not in ("", version))


def normal(name: str) -> str:
    """Return a distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
