"""What the layers above the base hold of Python packages: which, compiled, and by which installer.

All of it is read from paths in the layers: the folder of metadata of a distribution has its name
and version, a compiled module is in `__pycache__` with the tag of its Python.
Sources: https://packaging.python.org/en/latest/specifications/recording-installed-packages and
https://peps.python.org/pep-3147.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence, Set

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from advices.images import Entry, Listing, PackageFolders, Tree, listings
from advices.lab import project_file
from advices.packages import locks
from advices.probes.subject import Found, Subject
from advices.results import Value

METHOD = 2

_INSTALLERS = r"(?:pip|uv|poetry|poetry[-_](?:core|plugin[-_]export)|pipenv|pdm)"
INSTALLER = re.compile(
    r"(?:.*/)?(?:"
    r"bin/(?:pip[0-9.]*|uv|uvx|poetry|pipenv|pdm)$"
    r"|\.cache/(?:pip|uv|pypoetry|pipenv|pdm)/)"
)
_INSTALLED = re.compile(rf"{_INSTALLERS}(?:-[^/]+\.dist-info)?/")
_COMPILED = re.compile(r"(.*)__pycache__/([^/]+)\.[a-z]+-\d+\.pyc")


def probe(subject: Subject) -> Found:
    """Return how far the packages above the base are from the lock, and what came with them.

    Raises EngineLost when the engine breaks off.
    """
    layers = listings(subject.engine, subject.image, subject.base_ids, subject.workshop.memory)
    above = [diff_id not in subject.base_ids for diff_id in subject.image.diff_ids]
    lock = locks.versions(project_file(subject.lab, subject.variant, locks.NAME))
    asked = declared(project_file(subject.lab, subject.variant, "pyproject.toml"))
    differing = off_lock(distributions(layers, above), lock, asked)
    if differing:
        subject.workshop.say(f"{subject.variant}: not as the lock says: {', '.join(differing)}")
    workdir = str(subject.image.config.get("WorkingDir") or "")
    return Found({"off_lock": len(differing), **left(layers, above, workdir)})


def declared(pyproject: str) -> frozenset[str]:
    """Return the packages that pyproject.toml asks for everywhere: those without a marker."""
    asked = tomllib.loads(pyproject).get("project", {}).get("dependencies", ())
    found = (Requirement(one) for one in asked)
    return frozenset(canonicalize_name(one.name) for one in found if one.marker is None)


def distributions(layers: Sequence[Listing], above: Sequence[bool]) -> dict[str, str]:
    """Return the version of each distribution that a container sees and the base has not.

    `above` says of each layer whether it is above the base. Installers are left out.
    """
    tree = Tree(layers)
    own = {entry.path for entry in _above(tree, above)}
    folders = PackageFolders(entry.path for entry in tree.files())
    return {
        one.name: one.version
        for path, one in folders.distributions().items()
        if path in own and not _is_installers(path, folders)
    }


def off_lock(
    installed: Mapping[str, str], lock: Mapping[str, Set[str]], asked: Set[str]
) -> list[str]:
    """Return each package that is installed otherwise than the lock says, or not at all."""
    other = [
        f"{name} {version}"
        for name, version in sorted(installed.items())
        if version not in lock.get(name, ())
    ]
    return other + [f"no {name}" for name in sorted(asked - installed.keys())]


def left(layers: Sequence[Listing], above: Sequence[bool], workdir: str = "") -> dict[str, Value]:
    """Return the bytes of installers in layers above the base, and the modules not compiled."""
    own = [layer for layer, is_own in zip(layers, above, strict=True) if is_own]
    tree = Tree(layers)
    seen = {entry.path for entry in _above(tree, above)}
    compiled = set(map(_source, seen))
    brought = {None, *(entry.path for layer in own for entry in layer.entries)}
    # Of what a later layer removes as well: it is moved all the same.
    paths = {entry.path for entry in tree.files()} | {path for path in brought if path is not None}
    folders = PackageFolders(paths, workdir)
    return {
        "installer_bytes": sum(
            entry.size
            for layer in own
            for entry in layer.entries
            # The base's own pip, when it runs, only keeps what Python has compiled of it.
            if _is_installers(entry.path, folders) and _source(entry.path) in brought
        ),
        "uncompiled_modules": sum(
            path.endswith(".py") and folders.below(path) is not None and path not in compiled
            for path in seen
        ),
    }


def _is_installers(path: str, folders: PackageFolders) -> bool:
    """Return whether a file is one of an installer, or of what it keeps."""
    return (
        INSTALLER.match(path) is not None or _INSTALLED.match(folders.below(path) or "") is not None
    )


def _source(path: str) -> str | None:
    """Return the module that a file is compiled from, None for any other file."""
    found = _COMPILED.fullmatch(path)
    return f"{found[1]}{found[2]}.py" if found is not None else None


def _above(tree: Tree, above: Sequence[bool]) -> Iterator[Entry]:
    """Yield the files that a container sees and that layers above the base have brought."""
    for one in tree.seen.values():
        if above[one.layer] and one.entry.kind in ("file", "hardlink"):
            yield one.entry
