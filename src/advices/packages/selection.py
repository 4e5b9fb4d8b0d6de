"""Pure: which Python packages the builds of a lab install, and which files of an index they take.

A build installs what a `pip` in a RUN names: requirements, and lists of them. Files are chosen as
pip chooses them: the newest version that fits, a wheel before sources.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

from advices.core import LabInvalid
from advices.lab import COLD, Dockerfile, Lab, edited
from advices.packages import locks
from advices.packages.wanted import Wanted

_INSTALLS = frozenset({"install", "wheel", "download"})
_LISTS = frozenset({"-r", "--requirement"})
# Options of pip whose value is a word of its own.
_WITH_VALUE = frozenset(
    {"-c", "--constraint", "-d", "--dest", "-t", "--target", "-w", "--wheel-dir", "--prefix"}
    | {"--root", "-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-e", "--editable"}
    | {"--python", "--platform", "--python-version", "--no-binary", "--only-binary", "--proxy"}
)


@dataclass(frozen=True)
class PipCall:
    """What one call of pip in a Dockerfile installs: requirements, and lists by file name."""

    requirements: tuple[str, ...]
    lists: tuple[str, ...]


@dataclass(frozen=True)
class Target:
    """The Python of a base image: its wheel tags, best first, and its environment markers."""

    tags: tuple[str, ...]
    markers: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Offered:
    """A file that an index offers."""

    project: str
    name: str
    url: str
    sha256: str
    requires_python: str = ""
    yanked: bool = False


def pip_calls(dockerfile: Dockerfile) -> Iterator[PipCall]:
    """Yield what each pip in a RUN installs; one that may ask no index is left out."""
    for instruction in dockerfile.instructions:
        for command in instruction.commands():
            call = _pip_call(command)
            if call is not None:
                yield call


def _pip_call(words: list[str]) -> PipCall | None:
    pips = [n for n, word in enumerate(words) if re.fullmatch(r"pip[0-9.]*", Path(word).name)]
    if not pips or "--no-index" in words:
        return None
    arguments: list[str] = []
    lists: list[str] = []
    rest = iter(words[pips[0] + 1 :])
    for word in rest:
        if word in _LISTS:
            lists.append(PurePosixPath(next(rest, "")).name)
        elif word in _WITH_VALUE:
            next(rest, None)
        elif word.startswith("--requirement="):
            lists.append(PurePosixPath(word.partition("=")[2]).name)
        elif not word.startswith("-"):
            arguments.append(word)
    if not arguments or arguments[0] not in _INSTALLS:
        return None
    return PipCall(tuple(filter(_is_requirement, arguments[1:])), tuple(lists))


def _is_requirement(word: str) -> bool:
    try:
        return not Requirement(word).url
    except InvalidRequirement:  # a path, a pattern
        return False


def requirements_in(text: str) -> Iterator[tuple[str, Requirement, frozenset[str]]]:
    """Yield each requirement of a list, as written and as read, and the SHA-256 digests named.

    Options, comments and paths are left out.
    """
    for line in re.sub(r"\\\s*\n", " ", text).splitlines():
        said = re.sub(r"(^|\s)#.*", "", line).strip()
        written = re.split(r"\s--", said, maxsplit=1)[0].rstrip("\\ ")
        with contextlib.suppress(InvalidRequirement):
            digests = frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", said))
            yield written, Requirement(written), digests


def newest_versions(text: str) -> dict[str, str]:
    """Return the version that a list names of each project: lines such as `django==5.2.14`."""
    found = {}
    for _, requirement, _ in requirements_in(text):
        for one in requirement.specifier:
            if one.operator == "==":
                found[project_of(requirement)] = one.version
    return found


def listed(text: str) -> tuple[Wanted, ...]:
    """Return what a list of requirements wants of an index."""
    return tuple(
        Wanted(written, digests)
        for written, requirement, digests in requirements_in(text)
        if not requirement.url
    )


def of_lab(lab: Lab) -> tuple[Wanted, ...]:
    """Return what the builds of a lab or an exercise install: variants, mistakes and replays."""
    read = lab.read_all()
    calls = [call for one in read for call in pip_calls(one)]
    found = [Wanted(one) for call in calls for one in call.requirements]
    for build in (COLD, *lab.replays):
        # What pip is held back to is asked for by the lists of requirements without a version.
        found += listed(lab.newest(build))
    for name in sorted({name for call in calls for name in call.lists}):
        for text in _texts(lab, name):
            found += listed(text)
    if any(map(_syncs, read)):
        for text in _texts(lab, locks.NAME):
            found += locks.wanted(text)
    return tuple(dict.fromkeys(found))


def _syncs(dockerfile: Dockerfile) -> bool:
    """Return whether a RUN calls `uv sync`, which installs what uv.lock names."""
    commands = (command for one in dockerfile.instructions for command in one.commands())
    return any("uv" in map(_program, words) and "sync" in words for words in commands)


def _program(word: str) -> str:
    return PurePosixPath(word).name


def _texts(lab: Lab, name: str) -> Iterator[str]:
    """Yield the texts that a list of packages has in builds, as far as they differ."""
    # Overlays are folders of the lab, and the list of one takes the place of the project's.
    for folder in (lab.context, lab.folder):
        for file in sorted(folder.rglob(name)):
            text = file.read_text("utf-8")
            yield text
            for replay in lab.replays.values():
                # A file of this name may be another: an exercise's, say.
                with contextlib.suppress(LabInvalid):
                    if any(PurePosixPath(edit.file).name == name for edit in replay.edits):
                        yield edited(text, name, replay.edits)
    for replay in lab.replays.values():
        if replay.append and replay.file and PurePosixPath(replay.file).name == name:
            yield replay.append


def applies(requirement: Requirement, target: Target, extras: Iterable[str] = ()) -> bool:
    """Return whether a requirement is meant for a target, one of some extras being asked for."""
    if requirement.marker is None:
        return True
    return any(
        requirement.marker.evaluate({**target.markers, "extra": extra}) for extra in ("", *extras)
    )


def chosen(offered: Iterable[Offered], wanted: Wanted, target: Target) -> Offered | None:
    """Return the file that pip takes for a requirement, None when no file fits."""
    requirement = wanted.parsed()
    ranked = []
    for file in offered:
        if file.yanked or (wanted.sha256 and file.sha256 not in wanted.sha256):
            continue
        found = _version_and_rank(file.name, target.tags)
        if found is None or not _runs_on(file, target):
            continue
        version, rank = found
        early = bool(requirement.specifier.prereleases)  # only where one is named
        if requirement.specifier.contains(version, prereleases=early):
            ranked.append((version, -rank, file))
    return max(ranked, key=lambda one: one[:2])[2] if ranked else None


def _runs_on(file: Offered, target: Target) -> bool:
    try:
        allowed = SpecifierSet(file.requires_python)
    except InvalidSpecifier:
        return True
    return allowed.contains(target.markers["python_full_version"], prereleases=True)


def _version_and_rank(name: str, tags: Sequence[str]) -> tuple[Version, int] | None:
    """Return a file's version and how well it fits, 0 best, sources last; None if not at all."""
    try:
        if name.endswith(".whl"):
            _, version, _, found = parse_wheel_filename(name)
            ranks = [tags.index(str(tag)) for tag in found if str(tag) in tags]
            return (version, min(ranks)) if ranks else None
        _, version = parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion):
        return None
    return version, len(tags)


def project_of(requirement: Requirement) -> str:
    """Return the name that an index knows a requirement's project by."""
    return str(canonicalize_name(requirement.name))
