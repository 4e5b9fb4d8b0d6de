"""Pure: what changes rarely is copied first, so that an edit of the code installs nothing again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advices.audit.remedies.source import Change, Edit, Source, inserted
from advices.lab import Placed, PythonInstall, python_install

_NAMES_ANOTHER = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[ =]+(\S+)", re.M)
_LISTS = ("-r", "--requirement", "-c", "--constraint")
_LOCKED = {
    "poetry": ("pyproject.toml", "poetry.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
    "pdm": ("pyproject.toml", "pdm.lock"),
    "uv": ("pyproject.toml", "uv.lock"),
}


@dataclass(frozen=True)
class _Found:
    """An install that an edit of the code runs again, and the copy of the code before it."""

    copy: Placed
    install: Placed
    lists: tuple[str, ...]


def order(source: Source) -> Change | None:
    """Return the file with the lists of packages copied before the install, and the code after it.

    None where no install stands behind a copy of more than it needs, or where it needs the code.
    """
    found = next(_late_installs(source), None)
    if found is None:
        return None
    copy, install = found.copy.instruction, found.install.instruction
    to = _folder(found)
    lines = [f"COPY {' '.join(found.lists)} {to}"]
    edits = [
        # The list takes the place of the code, whose copy goes behind the install.
        Edit(source.with_comment(copy), copy.end_line, tuple(lines)),
        inserted(install.end_line + 1, *source.block(copy)),
    ]
    named = " and ".join(f"`{name}`" for name in found.lists)
    return Change(
        f"{named} and the install come before the copy of the code.", source.edited(edits)
    )


def _folder(found: _Found) -> str:
    """Return where the lists are copied to, so that the install finds them where it looks."""
    target = found.copy.instruction.args[-1]
    if len(found.lists) > 1 or target in (".", "./"):
        return target if target.endswith("/") else f"{target}/"
    return target if target.endswith("/") else f"{target}/"


def _late_installs(source: Source) -> Iterator[_Found]:
    for number in range(len(source.dockerfile.stages)):
        copies: list[Placed] = []
        for one in source.view.stage(number):
            if one.sources:
                copies.append(one)
            installs = [found for call in one.calls if (found := python_install(call))]
            if not installs or one.name != "RUN":
                continue
            lists = tuple(dict.fromkeys(name for i in installs for name in lists_of(source, i)))
            wide = next((copy for copy in copies if _brings_more(source, copy, lists)), None)
            if wide is None or not lists or any(_needs_code(i) for i in installs):
                continue
            if all(wide.brings(name) for name in lists):
                yield _Found(wide, one, lists)


def lists_of(source: Source, install: PythonInstall) -> tuple[str, ...]:
    """Return the files of the project that an install reads, those that they name included."""
    if install.by in _LOCKED and not install.options.values(*_LISTS):
        return tuple(name for name in _LOCKED[install.by] if name in source.files)
    found: list[str] = []
    wanted = [_relative(word) for word in install.options.values(*_LISTS)]
    while wanted:
        name = wanted.pop(0)
        if name in found:
            continue
        match = next((one for one in source.files if _same(one, name)), None)
        if match is None:
            return ()
        found.append(match)
        folder = posixpath.dirname(match)
        wanted += [
            posixpath.normpath(posixpath.join(folder, other))
            for other in _NAMES_ANOTHER.findall(source.files[match])
        ]
    # In one COPY all go to one folder, so only lists that lie in one can be moved.
    return tuple(found) if len({posixpath.dirname(name) for name in found}) <= 1 else ()


def _relative(word: str) -> str:
    return posixpath.normpath(word.lstrip("/"))


def _same(file: str, asked: str) -> bool:
    """Return whether a path that a command asks for may be this file of the context."""
    return file == asked or asked.endswith(f"/{file}")


def _brings_more(source: Source, copy: Placed, lists: Sequence[str]) -> bool:
    return any(copy.brings(file) for file in source.files if file not in lists)


def _needs_code(install: PythonInstall) -> bool:
    """Return whether an install builds the project itself, which needs its code."""
    if install.by in ("poetry", "uv", "pdm") and not install.options.values(*_LISTS):
        return not install.options.has("--no-root", "--no-install-project", "--no-self")
    editable = install.options.has("-e", "--editable")
    return editable or any(word.startswith((".", "/")) for word in install.options.plain)
