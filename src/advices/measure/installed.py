"""Pure: the Python packages of an image by version, and how those of two builds differ."""

from __future__ import annotations

from collections.abc import Mapping

from packaging.version import InvalidVersion, Version

from advices.images import PackageFolders, Tree


def installed(tree: Tree) -> dict[str, str]:
    """Return the version of each Python package that a container sees, by its project's name.

    Where two environments of an image have different versions, both are in the text.
    """
    found: dict[str, set[str]] = {}
    folders = PackageFolders(entry.path for entry in tree.files())
    for one in folders.distributions().values():
        found.setdefault(one.name, set()).add(one.version)
    return {name: " ".join(sorted(versions)) for name, versions in sorted(found.items())}


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> int:
    """Return how many packages have another version than before, or are only in one of the two."""
    return sum(before.get(name) != after.get(name) for name in before.keys() | after.keys())


def behind(found: Mapping[str, str], newest: Mapping[str, str]) -> int:
    """Return how many packages are older than the newest version that pip was offered."""
    return sum(
        any(_is_older(one, newest[name]) for one in versions.split())
        for name, versions in found.items()
        if name in newest
    )


def _is_older(version: str, than: str) -> bool:
    try:
        return Version(version) < Version(than)
    except InvalidVersion:
        return False
