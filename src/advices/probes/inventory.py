"""Says what can be told from an image about its content and its origin: what an SBOM has.

An inventory reads lists. A package whose metadata is gone is still there, and nobody sees it: so
the lock file says what has to be found. Known security fixes come from lab.toml, as recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from advices.images import Inventory, cyclonedx, inventory_of
from advices.lab import Fixes
from advices.packages import selection
from advices.probes.opened import paths_opened
from advices.probes.requirements import requirements
from advices.probes.subject import Found, Subject
from advices.results import Value

METHOD = 2

ORIGIN = ("source", "revision", "created")
_LABELS = "org.opencontainers.image."
_LINUX = {
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "extra": "",
}


def probe(subject: Subject) -> Found:
    """Return what an SBOM of the image says, and what it does not.

    Without an answer nothing is said about idle packages. Raises EngineLost when the engine breaks
    off, NeverAnswered, and ResultInvalid if the SBOM does not fit its schema.
    """
    image, memory = subject.image, subject.workshop.memory
    found = inventory_of(subject.engine, image, subject.base_ids, memory)
    cyclonedx(found, f"{subject.lab.slug}-{subject.variant}", image.id, image.labels)
    lock = locked(requirements(subject.lab, subject.variant), found.python)
    unnamed = not_named(lock, found)
    if unnamed:
        subject.workshop.say(f"{subject.variant}: no list names {', '.join(unnamed)}")
    measured: dict[str, Value] = {
        **counted(found),
        "lock_unnamed": len(unnamed),
        "origin_labels": len(origin(image.labels)),
    }
    if subject.lab.fixes is not None:
        measured["fixes_seen_missing"] = len(missing(found, subject.lab.fixes))
    opened = paths_opened(subject)
    if opened is not None:
        measured["idle_distributions"] = len(idle(found, opened))
    return Found(measured)


def counted(found: Inventory) -> dict[str, Value]:
    """Return how much of each kind an inventory has."""
    return {
        "components": len(found.components),
        "listed_system_packages": len(found.of_kind("deb", "apk")),
        "listed_distributions": len(found.of_kind("pypi")),
        "bundled_libraries": len(found.bundled_libraries),
        "bundled_components": len(found.of_kind("bundled")),
    }


def locked(text: str, python: str) -> dict[str, str]:
    """Return the version of each package that a lock file installs on Linux with this Python.

    "" if a package has no pin. `python` is a version such as "3.14".
    """
    around = {**_LINUX, "python_version": python, "python_full_version": f"{python}.0"}
    lines = (one for _, one, _ in selection.requirements_in(text))
    applying = (one for one in lines if one.marker is None or one.marker.evaluate(around))
    return {canonicalize_name(one.name): _pin(one) for one in applying}


def _pin(requirement: Requirement) -> str:
    return next((one.version for one in requirement.specifier if one.operator == "=="), "")


def not_named(lock: Mapping[str, str], found: Inventory) -> list[str]:
    """Return the names in a lock file that an inventory does not have at that version, sorted.

    A name with two versions is one of them: nobody knows which one runs.
    """
    named = found.python_versions()
    return sorted(
        name
        for name, version in lock.items()
        if name not in named or (version and named[name] != {version})
    )


def origin(labels: Mapping[str, str]) -> list[str]:
    """Return the labels that say where an image comes from, of those that are not empty."""
    return [name for name in ORIGIN if labels.get(f"{_LABELS}{name}", "").strip()]


def missing(found: Inventory, fixes: Fixes) -> list[str]:
    """Return the security fixes that the named versions do not have yet, sorted."""
    return sorted(
        {
            fix
            for name, versions in found.python_versions().items()
            for version in versions
            for fix in _after(version, fixes.packages.get(name, {}))
        }
    )


def _after(version: str, releases: Mapping[str, Iterable[str]]) -> Iterator[str]:
    try:
        installed = Version(version)
    except InvalidVersion:
        return
    for release, fixed in releases.items():
        if Version(release) > installed:
            yield from fixed


def idle(found: Inventory, opened: Collection[str]) -> list[str]:
    """Return the Python packages of which no file was opened; `opened` are absolute paths."""
    paths = {path.strip("/") for path in opened}
    return [one.name for one in found.of_kind("pypi") if paths.isdisjoint(one.files)]
