"""Brings package files from an index to the shelf: what builds ask for, and what that needs."""

from __future__ import annotations

import functools
import hashlib
import json
import shutil
import tarfile
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterable
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from advices.core import PackageMissing
from advices.packages import shelf
from advices.packages.selection import Offered, Target, applies, chosen, project_of
from advices.packages.shelf import PackageFile
from advices.packages.wanted import Wanted

_SIMPLE_JSON = "application/vnd.pypi.simple.v1+json"
_TIMEOUT_SECONDS = 600
Say = Callable[[str], None]


class Fetcher:
    """Fetches from the index at `url`; `scratch` takes files that are under way."""

    def __init__(self, url: str, scratch: Path, say: Say) -> None:
        self._url = url.rstrip("/")
        self._scratch = scratch
        self._say = say
        # An address of this machine: no proxy may stand between.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._offered = functools.cache(self._ask)
        self._got: dict[tuple[str, str], PackageFile] = {}

    def fetch(self, wanted: Iterable[Wanted], target: Target) -> set[PackageFile]:
        """Return the files that a build on a target installs, all of them on the shelf.

        A requirement without digests brings what it depends on, sources bring what builds them.
        Raises PackageMissing when the index has no file for one.
        """
        found: set[PackageFile] = set()
        seen: set[tuple[str, tuple[str, ...]]] = set()
        waiting = list(wanted)
        while waiting:
            one = waiting.pop()
            requirement = one.parsed()
            key = (one.requirement, tuple(sorted(one.sha256)))
            if key in seen or not applies(requirement, target):
                continue
            seen.add(key)
            project = project_of(requirement)
            file = chosen(self._offered(project), one, target)
            if file is None:
                raise PackageMissing(f"the package index has no file for `{one.requirement}`")
            got = self._fetched(file)
            found.add(got)
            needs = build_needs(shelf.place(got))
            if not one.is_locked:
                needs += run_needs(shelf.place(got), target, requirement.extras)
            waiting += [Wanted(need) for need in needs]
        return found

    def _open(self, path: str, **headers: str) -> Any:
        request = urllib.request.Request(f"{self._url}/{path}", headers=headers)
        try:
            return self._opener.open(request, timeout=_TIMEOUT_SECONDS)
        except OSError as error:
            why = "it does not have it, or cannot reach the index behind it"
            raise PackageMissing(f"the package index sent no {path}: {error}", why=why) from None

    def _ask(self, project: str) -> tuple[Offered, ...]:
        with self._open(f"{project}/", Accept=_SIMPLE_JSON) as answer:
            said = json.load(answer)
        return tuple(
            Offered(
                project,
                str(file["filename"]),
                str(file["url"]),
                str(file["hashes"].get("sha256", "")),
                str(file.get("requires-python") or ""),
                bool(file.get("yanked")),
            )
            for file in said["files"]
        )

    def _fetched(self, file: Offered) -> PackageFile:
        """Return a file that is on the shelf with the index's digest, fetched if need be."""
        key = (file.project, file.name)
        if key in self._got:
            return self._got[key]
        there = shelf.folder() / "index" / file.project / file.name
        if not there.is_file() or shelf.sha256_of(there) != file.sha256:
            self._say(file.name)
            half = self._scratch / file.name
            with self._open(f"{file.project}/{file.url}") as answer, half.open("wb") as sink:
                shutil.copyfileobj(answer, sink)
            got = _recorded(file, half)
            shelf.put(got, half)
        self._got[key] = _recorded(file, there)
        return self._got[key]


def _recorded(file: Offered, path: Path) -> PackageFile:
    with path.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    if file.sha256 and sha256 != file.sha256:
        raise PackageMissing(
            f"{file.name} has a different digest from the one in the index",
            why="it was damaged or cut off during the download",
        )
    return PackageFile(
        project=file.project, name=file.name, sha256=sha256, size_bytes=path.stat().st_size
    )


def build_needs(file: Path) -> list[str]:
    """Return what must be installed to build sources: nothing for a wheel."""
    if file.suffix == ".whl":
        return []
    text = _of_sdist(file, "pyproject.toml")
    system = tomllib.loads(text).get("build-system", {}) if text else {}
    # What pip installs for sources that say nothing.
    return list(system.get("requires", ["setuptools>=40.8.0"]))


def run_needs(file: Path, target: Target, extras: Iterable[str]) -> list[str]:
    """Return what a package depends on at run time on a target."""
    if file.suffix == ".whl":
        with zipfile.ZipFile(file) as wheel:
            names = [n for n in wheel.namelist() if n.endswith(".dist-info/METADATA")]
            text = wheel.read(names[0]).decode("utf-8", "replace") if names else ""
    else:
        text = _of_sdist(file, "PKG-INFO")
    needs = []
    for said in HeaderParser().parsestr(text).get_all("Requires-Dist") or []:
        try:
            need = Requirement(said)
        except InvalidRequirement:
            continue
        if applies(need, target, extras):
            # It was judged here, where the extras are known.
            need.marker = None
            needs.append(str(need))
    return needs


def _of_sdist(file: Path, name: str) -> str:
    """Return a file of the top folder of sources as text, empty when it is not there."""
    if file.suffix == ".zip":
        with zipfile.ZipFile(file) as archive:
            for member in archive.namelist():
                if member.count("/") == 1 and member.endswith(f"/{name}"):
                    return archive.read(member).decode("utf-8", "replace")
        return ""
    with tarfile.open(file) as sources:
        for entry in sources:
            if entry.isfile() and entry.name.count("/") == 1 and entry.name.endswith(f"/{name}"):
                found = sources.extractfile(entry)
                return found.read().decode("utf-8", "replace") if found else ""
    return ""
