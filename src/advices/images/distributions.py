"""Pure: where an image has Python packages, and which, by the paths of its files alone.

Source: https://packaging.python.org/en/latest/specifications/recording-installed-packages
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from packaging.utils import canonicalize_name

_SITE = re.compile(r"(?:.*/)?(?:site|dist)-packages/")
_METADATA = re.compile(r"((?:.*/)?)([^/-]+)-([^/-]+)\.dist-info/METADATA")
# What pip, uv and poetry keep unpacked, uv in a cache of any name.
_KEPT = re.compile(r"(?:.*/)?(?:\.cache|archive-v\d+)/")


class Distribution(NamedTuple):
    """A Python package: its project's normalized name, and its version as the path has it."""

    name: str
    version: str


class PackageFolders:
    """The folders of an image that Python packages were installed into.

    Of any name, because `pip install --target` takes any: what marks one is the metadata of a
    package. Below a folder with packages there is no other: some carry copies of others.
    """

    def __init__(self, paths: Iterable[str], workdir: str = "") -> None:
        """Take the paths of all files. `workdir` has the project, and is no such folder itself."""
        self._found: dict[str, Distribution] = {}
        inside: dict[str, dict[str, Distribution]] = {}
        for path in paths:
            match = _METADATA.fullmatch(path)
            if match is not None and _KEPT.match(path) is None:
                one = Distribution(canonicalize_name(match[2]), match[3])
                inside.setdefault(match[1], {})[path] = one
        named: list[str] = []
        for folder in sorted(inside, key=len):
            site = _SITE.match(folder)
            if folder.startswith(tuple(named)) or (site is not None and site[0] != folder):
                continue
            named.append(folder)
            self._found |= inside[folder]
        project = f"{workdir.strip('/')}/"
        self._named = tuple(folder for folder in named if not project.startswith(folder))

    def distributions(self) -> dict[str, Distribution]:
        """Return each installed package by the path of its metadata."""
        return dict(self._found)

    def below(self, path: str) -> str | None:
        """Return a path as it is inside a folder of packages, None for one outside."""
        site = _SITE.match(path)
        if site is not None:
            return path[site.end() :]
        folder = next((one for one in self._named if path.startswith(one)), None)
        return path.removeprefix(folder) if folder is not None else None
