"""Pure: which files of the project an install reads, and where a COPY puts them."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from advices.audit.remedies.source import Source
from advices.lab import Placed, PythonInstall, python_install

_NAMES_ANOTHER = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[ =]+(\S+)", re.M)
_NAMES_A_FOLDER = re.compile(r"^\s*(?:-e\s|--editable[ =]|\.{1,2}(?:/|\s*$|\[)|file:)", re.M)
CREDENTIALS = frozenset({".netrc", "_netrc", ".pypirc", "pip.conf", ".git-credentials"})
"""What an installer reads where it finds it, and nothing else needs: names of files."""
OPTIONS = ("-r", "--requirement", "-c", "--constraint")
_LOCKED = {
    "poetry": ("pyproject.toml", "poetry.lock"),
    "pipenv": ("Pipfile", "Pipfile.lock"),
    "pdm": ("pyproject.toml", "pdm.lock"),
    "uv": ("pyproject.toml", "uv.lock"),
}
WITHOUT_PROJECT = {"uv": "--no-install-project", "poetry": "--no-root", "pdm": "--no-self"}
"""The option by which each of these installs all but the project."""
_NO_PROJECT = ("--no-install-workspace", "--only-group", "--only-dev")


def installs_of(one: Placed) -> tuple[PythonInstall, ...]:
    """Return what a step installs of Python packages."""
    return tuple(found for call in one.calls if (found := python_install(call)))


def lists_of(
    source: Source, install: PythonInstall, known: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the files of the project that an install reads, those that they name included.

    `known` are files by the words with which the install asks for them, as far as copies tell that.
    None where one of them is not there, or where they are in several folders: in one COPY all go
    to one.
    """
    if install.by in _LOCKED and not install.options.values(*OPTIONS):
        return tuple(name for name in _LOCKED[install.by] if name in source.files)
    found: list[str] = []
    wanted = [*install.options.values(*OPTIONS)]
    while wanted:
        word = wanted.pop(0)
        name = (known or {}).get(word) or _relative(word)
        same = (one for one in source.files if _same(one, name))
        match = name if name in source.files else next(same, None)
        if match is None:
            return ()
        if match in found:
            continue
        found.append(match)
        folder = posixpath.dirname(match)
        wanted += [
            posixpath.normpath(posixpath.join(folder, other))
            for other in _NAMES_ANOTHER.findall(source.files[match])
        ]
    return tuple(found) if len({posixpath.dirname(name) for name in found}) <= 1 else ()


def _relative(word: str) -> str:
    return posixpath.normpath(word.lstrip("/"))


def _same(file: str, asked: str) -> bool:
    """Return whether a path that a command asks for may be this file of the context."""
    return file == asked or asked.endswith(f"/{file}")


def needs_code(source: Source, install: PythonInstall, lists: Iterable[str]) -> bool:
    """Return whether an install builds the project itself, which needs its code."""
    if install.by in WITHOUT_PROJECT and not install.options.values(*OPTIONS):
        return installs_project(source, install)
    options = install.options
    if options.has("-e", "--editable") or any(w.startswith((".", "/")) for w in options.plain):
        return True
    return any(_NAMES_A_FOLDER.search(source.files[name]) for name in lists)


def installs_project(source: Source, install: PythonInstall) -> bool:
    """Return whether uv, poetry or pdm installs the project besides what it needs."""
    # Poetry's --only is about groups: the project is installed with them.
    if install.options.has(*WITHOUT_PROJECT.values(), *_NO_PROJECT):
        return False
    try:
        said = tomllib.loads(source.files.get("pyproject.toml", ""))
    except tomllib.TOMLDecodeError:
        return True
    tools = said.get("tool", {})
    if install.by == "uv":
        # Without a build system a project is installed only if it says that it is a package.
        return bool(tools.get("uv", {}).get("package", "build-system" in said))
    return not (install.by == "poetry" and tools.get("poetry", {}).get("package-mode") is False)


def copied_to(copy: Placed, file: str) -> str | None:
    """Return the path at which a COPY puts a file of the context, None where it cannot be said."""
    if copy.instruction.flag("parents") or "--parents" in copy.instruction.flags:
        return None
    for word in copy.sources:
        wanted = posixpath.normpath(word.lstrip("/") or ".")
        if wanted == ".":
            return posixpath.join(copy.target, file)
        if file.startswith(f"{wanted}/"):
            return posixpath.join(copy.target, file.removeprefix(f"{wanted}/"))
        if file == wanted or ("/" not in file and fnmatchcase(file, wanted)):
            is_folder = copy.instruction.args[-1].endswith(("/", ".")) or len(copy.sources) > 1
            # The name of a pattern's only file would be that of the target.
            if not is_folder:
                return copy.target if file == wanted else None
            return posixpath.join(copy.target, posixpath.basename(file))
    return None


def folder_of(one: Placed) -> str:
    """Return the folder in which a step's first install runs."""
    folder = one.workdir
    for call in one.calls:
        if call.program == "cd" and call.words:
            folder = posixpath.normpath(posixpath.join(folder, one.expand(call.words[0])))
        if python_install(call):
            break
    return folder
