"""Pure: a builder stage with a virtual environment; what only the build needs stays in it.

For a file of one stage on a Python image of Debian whose packages pip installs. Everything else
keeps its place, and other shapes are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from advices.audit.remedies.base import is_python_of_debian, slim_of
from advices.audit.remedies.libraries import bringing, installing
from advices.audit.remedies.lists import installs_of, lists_of, needs_code
from advices.audit.remedies.rights import without_owner
from advices.audit.remedies.source import Change, Source, is_comment
from advices.lab import Placed, does, is_root, system_packages

_VENV = "/opt/venv"
_NAME = "builder"
_BUILDS = re.compile(
    r"build-essential|(?:gcc|g\+\+|clang|cpp)(?:-\d+)?|make|cmake|ninja-build|meson|autoconf"
    r"|automake|libtool|pkg-config|pkgconf|patch|cargo|rustc|swig|bison|flex|git|.+-dev"
)
# The library behind a package of headers, where its name is the same in every Debian.
_LIBRARIES = {
    "libpq-dev": "libpq5",
    "default-libmysqlclient-dev": "libmariadb3",
    "libmariadb-dev": "libmariadb3",
}
_OF_BOTH = frozenset({"ENV", "ARG", "WORKDIR", "SHELL"})
_RUNS_LATER = frozenset({"useradd", "groupadd", "adduser", "addgroup", "mkdir", "chown", "chmod"})
# What such a step does to files of the project an install may need, and the image as well.
_IN_BOTH = frozenset({"mv", "cp", "ln", "rm", "touch", "sed", "cat", "echo", "printf", "test", "["})
_BESIDES_APT = frozenset({"rm", "set"})


def stages(source: Source) -> Change | None:
    """Return the file with a builder stage, None where it has no compilers or another shape."""
    dockerfile = source.dockerfile
    if len(dockerfile.stages) != 1 or dockerfile.escape != "\\":
        return None
    (stage,) = dockerfile.stages
    placed = source.view.stage(0)
    last = max((n for n, one in enumerate(placed) if installs_of(one)), default=None)
    if stage.name or last is None or not is_python_of_debian(stage.base.name):
        return None
    smaller = slim_of(stage.base_written, stage.base.name)
    built = [word for one in placed for word in _packages(one) if _BUILDS.fullmatch(word)]
    if (smaller is None and not built) or not all(map(_fits, placed[: last + 1])):
        return None
    if any(_is_odd(one) for one in placed) or any(map(_packages, placed[last + 1 :])):
        return None
    return Change(
        f"Compilers stay in a separate stage; the image gets its `{_VENV}`"
        f"{bringing(source.packages)}.",
        _written(source, placed, last, smaller or stage.base_written),
    )


def _written(source: Source, placed: Sequence[Placed], last: int, base: str) -> str:
    """Return the file as two stages; each comment stays with what it is about."""
    (first,) = [one for one in source.dockerfile.instructions if one.name == "FROM"]
    word = source.keyword(first, "AS")
    from_lines = source.written(first)
    head = source.between(1, first.start_line - 1)
    builder = [*head, *from_lines[:-1], f"{from_lines[-1].rstrip()} {word} {_NAME}"]
    # A byte order mark is the file's, not that of its FROM.
    froms = [line.removeprefix("\ufeff") for line in from_lines if not is_comment(line)]
    runs = [line.replace(source.dockerfile.stages[0].base_written, base, 1) for line in froms]
    before = placed[: last + 1]
    lists = {n for one in before for i in installs_of(one) for n in lists_of(source, i)}
    wants_code = any(map(_is_for_both, before)) or any(
        needs_code(source, i, lists_of(source, i)) for one in before for i in installs_of(one)
    )
    there = {name for one in placed for name in _kept(one)}
    runs += installing(source, first, (one for one in source.packages if one not in there))
    has_venv = False
    end = first.end_line
    for number, one in enumerate(placed):
        gap = source.between(end + 1, one.instruction.start_line - 1)
        lines = [*source.written(one.instruction)]
        end = one.instruction.end_line
        bare = [line for line in lines if not is_comment(line)]
        run, env, copy = (source.keyword(one.instruction, n) for n in ("RUN", "ENV", "COPY"))
        on_path = f'{env} PATH="{_VENV}/bin:$PATH"'
        if number > last:
            runs += [*gap, *lines]
        elif one.name in _OF_BOTH:
            builder += bare
            runs += [*gap, *lines]
        elif installs_of(one):
            if not has_venv:
                builder += [f"{run} python -m venv {_VENV}", on_path]
                has_venv = True
            builder += [*gap, *lines]
            if number == last:
                runs += [f"{copy} --from={_NAME} {_VENV} {_VENV}", on_path]
        elif _packages(one):
            builder += [*gap, *lines]
            # They are written again, because a list over several lines has no line that could go.
            runs += installing(source, one.instruction, _kept(one))
        elif one.name == "RUN":
            builder += bare if _is_for_both(one) else []
            runs += [*gap, *lines]
        else:
            brought = {file for file in source.files if one.brings(file)}
            comes_again = any(all(map(copy.brings, brought)) for copy in placed[last + 1 :])
            is_wanted = wants_code or bool(brought & lists)
            # Root installs there, and an owner of the image may be unknown.
            roots = without_owner(source, one.instruction)
            if is_wanted and brought <= lists and comes_again:
                builder += [*gap, *roots]
            else:
                builder += [line for line in roots if is_wanted and not is_comment(line)]
                runs += [*gap, *lines]
    tail = source.between(end + 1, None)
    return source.joined([*builder, "", *runs, *tail])


def _packages(one: Placed) -> tuple[str, ...]:
    return tuple(
        name
        for call in one.calls
        if does(call) == "installs system packages"
        for name in system_packages(call)
    )


def _fits(one: Placed) -> bool:
    """Return whether it is known in which stage a step up to the last install belongs."""
    if one.instruction.heredocs or (one.user and not is_root(one.user)):
        return False
    if one.name != "RUN":
        return one.name not in ("USER", "ONBUILD")
    if one.instruction.is_json or not one.calls:
        return False
    if installs := installs_of(one):
        elsewhere = any(i.options.has("--user", "--target", "-t", "--prefix") for i in installs)
        only = all(
            call.program == "rm" or does(call) == "installs Python packages" for call in one.calls
        )
        return only and not elsewhere and all(i.by == "pip" for i in installs)
    if _packages(one):
        return all(
            call.program in _BESIDES_APT
            or (call.program in ("apt", "apt-get") and does(call) != "purges packages")
            for call in one.calls
        )
    updates = all(does(call) == "updates the lists" for call in one.calls)
    known = all(call.program in _RUNS_LATER for call in one.calls)
    return not updates and (known or _is_for_both(one))


def _is_for_both(one: Placed) -> bool:
    """Return whether a step only moves and writes files: an install behind it may read them."""
    return bool(one.calls) and all(call.program in _IN_BOTH for call in one.calls)


def _is_odd(one: Placed) -> bool:
    """Return whether a step has an environment of Python already, or something for later builds."""
    makes = any(call.program in ("venv", "virtualenv") for call in one.calls)
    return makes or one.name == "ONBUILD" or bool(one.takes)


def _kept(one: Placed) -> tuple[str, ...]:
    """Return the packages of a step that the container needs."""
    kept = (_LIBRARIES.get(name, name) for name in _packages(one))
    return tuple(name for name in dict.fromkeys(kept) if not _BUILDS.fullmatch(name))
