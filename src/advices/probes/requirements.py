"""Pure: which Python distributions requirements.txt declares, and which nobody declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.utils import canonicalize_name

from advices.lab import Lab, project_file
from advices.packages import selection


def requirements(lab: Lab, variant: str) -> str:
    """Return the requirements.txt of a variant's build context, "" where it has none."""
    return project_file(lab, variant, "requirements.txt")


def declarations(text: str) -> dict[str, str]:
    """Return the version that requirements.txt pins for each name, "" for one without a pin."""
    found: dict[str, str] = {}
    for _, requirement, _ in selection.requirements_in(text):
        pins = [one.version for one in requirement.specifier if one.operator == "=="]
        found[canonicalize_name(requirement.name)] = pins[0] if pins else ""
    return found


def undeclared(
    installed: Iterable[tuple[str, str]],
    before: Iterable[tuple[str, str]],
    declared: Mapping[str, str],
) -> list[str]:
    """Return the installed distributions that nobody declared, or at another version.

    pip itself does not count, and neither does what was there `before`.
    """
    old = {canonicalize_name(name) for name, _ in before} | {"pip"}
    new = {canonicalize_name(name): version for name, version in installed}
    return sorted(
        name
        for name, version in new.items()
        if name not in old and declared.get(name) not in ("", version)
    )
