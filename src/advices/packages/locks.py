"""Pure: uv.lock, which names each package file with its digest and its address at an index.

uv takes a file from the address in the lock, whatever index its settings name, and finds a lock
out of date whose index is not among them. So a build that goes through another index gets the lock
with addresses of that one; versions, digests and the sizes of files stay.
Source: https://docs.astral.sh/uv/concepts/projects/layout (the lockfile), and tried with uv 0.13.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from advices.packages.wanted import Wanted

NAME = "uv.lock"

_PACKAGE = re.compile(r'^name = "([^"]+)"', re.M)
_PYPI = 'registry = "https://pypi.org/simple"'
_FILE = re.compile(r'url = "https://files\.pythonhosted\.org/[^"]*/([^/"]+)"')


def at_index(lock: str, index_url: str) -> str:
    """Return a lock of PyPI's packages with the addresses of the index at `index_url`."""
    tables = re.split(r"^(?=\[\[package\]\])", lock, flags=re.M)
    return "".join(_at_index(table, index_url.rstrip("/")) for table in tables)


def _at_index(table: str, index_url: str) -> str:
    name = _PACKAGE.search(table)
    if name is None:
        return table
    place = f"{index_url}/{canonicalize_name(name[1])}"
    table = table.replace(_PYPI, f'registry = "{index_url}/"')
    return _FILE.sub(lambda file: f'url = "{place}/{file[1]}"', table)


def versions(lock: str) -> dict[str, frozenset[str]]:
    """Return the versions that a lock has of each package of an index."""
    found: dict[str, frozenset[str]] = {}
    for name, package in _packages(lock):
        found[name] = found.get(name, frozenset()) | {str(package["version"])}
    return found


def wanted(lock: str) -> tuple[Wanted, ...]:
    """Return what a lock wants of an index: each package with the digests of its files."""
    return tuple(
        Wanted(f"{name}=={package['version']}", frozenset(_digests(package)))
        for name, package in _packages(lock)
    )


def _packages(lock: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield name and table of each package that comes from an index: not the project itself."""
    for package in tomllib.loads(lock).get("package", ()):
        if "registry" in package.get("source", {}):
            yield canonicalize_name(package["name"]), package


def _digests(package: dict[str, Any]) -> Iterator[str]:
    for file in (*package.get("wheels", ()), package.get("sdist", {})):
        if str(file.get("hash", "")).startswith("sha256:"):
            yield file["hash"].removeprefix("sha256:")
