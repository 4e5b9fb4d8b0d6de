"""Pure: whether what installs Python packages goes by a lock, compiles, and stays in the image."""

from __future__ import annotations

import posixpath
from collections.abc import Collection
from fnmatch import fnmatchcase

from advices.core import Record
from advices.lab.signs.calls import Call, assignments, does, options, python_install
from advices.lab.signs.values import Names
from advices.lab.signs.view import Placed, View

INSTALLERS = frozenset({"pip", "uv", "poetry", "pdm", "pipenv"})
_NO_PACKAGES = INSTALLERS | {"setuptools", "wheel", "poetry-plugin-export"}
_NO = frozenset({"", "0", "false", "no", "off"})
_COMPILE = "UV_COMPILE_BYTECODE"
_LOCK = "uv.lock"
# Where Docker's Pythons have their pip.
_FOLDERS_OF_PIP = (
    ("usr", "local", "bin"),
    ("usr", "local", "lib", "python3*", "site-packages"),
)


class Unlocked(Record):
    """What is installed is not what a lock says. `locks` are the lists that have digests.

    Tools that install do not count: they are no packages of the project.
    """

    locks: Names

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        exported = {file for one in view.everywhere for file in _exported(one)}
        locks = {*self.locks, "pylock.toml", *exported}
        return any(
            _syncs_without_a_lock(view, one, call)
            if _is_project(call)
            else _floats(call, locks, piped=bool(_exported(one)))
            for one in view.everywhere
            for call in one.calls
            if does(call) == "installs Python packages"
        )


class ShipsInstaller(Record):
    """The last image has a program that installs packages, besides its base's own.

    `lists` are the lists of requirements that name one.
    """

    lists: Names

    def shown(self, view: View) -> bool:
        """Return whether a Dockerfile shows it."""
        return any(self._is_installed(one) or _is_copied(one) for one in view.shipped) or any(
            map(_has_pip, (call for one in view.everywhere for call in one.calls))
        )

    def _is_installed(self, one: Placed) -> bool:
        gone = any("uninstall" in call.words for call in one.calls)
        return not gone and any(
            not INSTALLERS.isdisjoint(install.packages)
            or not {*self.lists}.isdisjoint(install.lists)
            for install in filter(None, map(python_install, one.calls))
        )


def is_uncompiled(view: View) -> bool:
    """Return whether packages are installed and nothing compiles them."""
    calls = [(one, call) for one in view.everywhere for call in one.calls]
    if any(does(call) == "compiles bytecode" for _, call in calls):
        return False
    return any(
        _leaves_sources(one, call) for one, call in calls if python_install(call) is not None
    )


def _leaves_sources(one: Placed, call: Call) -> bool:
    if call.program != "uv":
        return "--no-compile" in call.words
    said = {**one.env, **dict(assignments(one.calls))}.get(_COMPILE, "")
    asked = {"--compile-bytecode", "--compile"} & {*call.words}
    return not asked and said.lower() in _NO


def _is_project(call: Call) -> bool:
    """Return whether a call installs a project, by its own lock, and not a list."""
    return call.program in INSTALLERS - {"pip"} and "pip" not in call.words


def _syncs_without_a_lock(view: View, one: Placed, call: Call) -> bool:
    if call.program != "uv":  # other tools find their lock beside pyproject.toml, or stop
        return False
    before = view.of_image(one.stage)
    there = before[: before.index(one) + 1]
    has_lock = any(
        step.brings(_LOCK)
        or any(posixpath.basename(path) == _LOCK for taken in step.takes for path in taken.paths)
        for step in there
    )
    return not has_lock or not {"-U", "--upgrade"}.isdisjoint(call.words)


def _floats(call: Call, locks: Collection[str], *, piped: bool) -> bool:
    install = python_install(call)
    if install is None:
        return False
    named = {*install.lists} | {
        one for one in map(posixpath.basename, install.options.plain) if one in locks
    }
    packages = {
        name
        for name in install.packages
        if name not in _NO_PACKAGES and not name.startswith((".", "/")) and name not in locks
    }
    if install.constraints and {*install.constraints} <= {*locks}:
        return False
    allowed = {*locks, *(("-", "stdin") if piped else ())}
    return bool(packages) or not named <= allowed


def _exported(one: Placed) -> tuple[str, ...]:
    """Return the lists that a RUN makes of a lock, "-" for one that it only pipes."""
    found: list[str] = []
    for call in one.calls:
        if call.program in ("uv", "poetry", "pdm") and "export" in call.words:
            given = options(call.words, {"-o", "--output-file", "--output"})
            found += given.values("-o", "--output-file", "--output") or call.writes or ("-",)
    return tuple(map(posixpath.basename, found))


def _is_copied(one: Placed) -> bool:
    """Return whether a COPY takes an installer from elsewhere: by name, or its Python's own pip."""
    paths = [path for taken in one.takes for path in taken.paths]
    names = {posixpath.basename(path) for path in paths}
    if one.name != "COPY":
        return False
    return not names.isdisjoint({*INSTALLERS, "uvx"}) or any(
        _has_its_pythons_pip(one.expand(path)) for path in paths
    )


def _has_its_pythons_pip(folder: str) -> bool:
    """Return whether a folder of a stage has the pip of the stage's own Python in it."""
    parts = [part for part in folder.removesuffix("/*").split("/") if part not in ("", ".")]
    return any(
        len(parts) <= len(own) and all(map(fnmatchcase, parts, own)) for own in _FOLDERS_OF_PIP
    )


def _has_pip(call: Call) -> bool:
    """Return whether a call makes a virtual environment with a pip in it."""
    if call.program == "uv":
        return call.words[:1] == ("venv",) and "--seed" in call.words
    return (call.program == "venv" and "--without-pip" not in call.words) or (
        call.program == "virtualenv" and "--no-pip" not in call.words
    )
