"""Pure: what makes two builds of one commit differ: versions that float, and times."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import PurePosixPath

from advices.lab.signs.calls import (
    Call,
    PythonInstall,
    assignments,
    does,
    options,
    python_install,
)
from advices.lab.signs.view import Placed, View

EPOCH = "SOURCE_DATE_EPOCH"
_DATE = re.compile(r"(?:\$\(|`)\s*date\b([^)`]*)")


def floats(view: View, locks: Collection[str]) -> bool:
    """Return whether a RUN installs Python packages that none of some lock files holds back."""
    installs = [
        install
        for one in view.everywhere
        for install in filter(None, map(python_install, one.calls))
    ]
    return any(_floats(install, locks) for install in installs)


def _floats(install: PythonInstall, locks: Collection[str]) -> bool:
    if not {*install.constraints}.isdisjoint(locks):
        return False
    # `uv pip sync` and `uv sync` name no list in an option.
    words = [word for word in install.options.plain if word[:1] not in "./$"]
    named = [word for word in words if PurePosixPath(word).name not in locks]
    return not {*install.lists} <= {*locks} or any("==" not in word for word in named)


def copies(view: View, file: str) -> bool:
    """Return whether a COPY or an ADD of the last image takes a file straight from the context."""
    return any(one.name in ("COPY", "ADD") and one.brings(file) for one in view.shipped)


def sets_times(view: View) -> bool:
    """Return whether a RUN of any stage gives files a time that it names."""
    return any(
        call.program == "touch" or (call.program in ("find", "xargs") and "touch" in call.words)
        for one in view.everywhere
        for call in one.calls
    )


def sets_all_times(view: View) -> bool:
    """Return whether a RUN of any stage gives a time to all below a folder, links and folders too.

    `touch` follows a link unless it is told not to, and `find -type f` passes over both.
    """
    return any(_touches_all(one.calls) for one in view.everywhere)


def _touches_all(calls: Sequence[Call]) -> bool:
    finds = [call for call in calls if call.program == "find"]
    some = {call for call in finds if "-type" in call.words}
    for call in calls:
        if call.program not in ("find", "xargs") or "touch" not in call.words or call in some:
            continue
        if call.program == "xargs" and len(some) == len(finds):
            continue
        given = options(call.words[call.words.index("touch") + 1 :])
        if given.has("-h", "--no-dereference"):
            return True
    return False


def asks_the_date(view: View) -> bool:
    """Return whether a RUN of any stage asks what time it is."""
    return any(
        any(call.program == "date" and not _is_given(call.words) for call in one.calls)
        or any(not _is_given(found[1].split()) for found in _DATE.finditer(one.instruction.line))
        for one in view.everywhere
        if one.name == "RUN"
    )


def _is_given(words: Sequence[str]) -> bool:
    """Return whether the words of `date` name the time that it prints."""
    return any(word.startswith(("-d", "--date", "-r", "--reference")) for word in words)


def times_in_bytecode(view: View) -> bool:
    """Return whether a RUN compiles Python's bytecode where nothing sets SOURCE_DATE_EPOCH.

    Python then writes the times of the sources into it.
    Source: https://docs.python.org/3/library/py_compile.html
    """
    return any(_compiles_times(view.of_image(stage.number)) for stage in view.stages)


def _compiles_times(steps: Sequence[Placed]) -> bool:
    known = False
    for one in steps:
        known = known or (one.name == "ARG" and EPOCH in dict(one.instruction.pairs))
        told = known or EPOCH in one.env or EPOCH in dict(assignments(one.calls))
        if not told and any(map(_compiles, one.calls)):
            return True
    return False


def _compiles(call: Call) -> bool:
    install = python_install(call)
    if call.program == "venv":  # which compiles the pip that it brings
        return "--without-pip" not in call.words
    if install is None:
        hashed = any(word.endswith("checked-hash") for word in call.words)
        return does(call) == "compiles bytecode" and not hashed
    if install.by == "uv":
        return install.options.has("--compile-bytecode")
    return not install.options.has("--no-compile")
