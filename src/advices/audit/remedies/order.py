"""Pure: what changes rarely is copied first, so that an edit of the code installs nothing again."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from advices.audit.remedies.lists import (
    CREDENTIALS,
    OPTIONS,
    WITHOUT_PROJECT,
    copied_to,
    folder_of,
    installs_of,
    installs_project,
    lists_of,
    needs_code,
)
from advices.audit.remedies.source import Change, Edit, Source, inserted
from advices.lab import Placed, does

# What a step may do between a copy of the code and an install without looking at the code.
_NEEDS_NO_CODE = frozenset(
    {"rm", "mkdir", "useradd", "groupadd", "adduser", "addgroup", "set", "apt-get", "apt", "apk"}
    | {"cd", "export", "true", "echo"}
)
_KEPT_FLAGS = ("chown", "chmod", "link")


@dataclass(frozen=True)
class _Found:
    """An install that an edit of the code runs again, and the copies of the code before it.

    `between` are the instructions from the first of them to the install, `lists` what it reads,
    `lacking` those of them that only the code's copies bring, `brings` the first copy of all those.
    """

    copies: tuple[Placed, ...]
    between: tuple[Placed, ...]
    install: Placed
    lists: tuple[str, ...]
    lacking: tuple[str, ...]
    brings: Placed


def order(source: Source) -> Change | None:
    """Return the file with the lists of packages copied before the install, and the code after it.

    None where no install is behind a copy of more than it needs, or where it needs the code.
    """
    for found in _late_installs(source):
        if any(needs_code(source, i, found.lists) for i in installs_of(found.install)):
            continue
        edits = _moved(source, found)
        named = " and ".join(f"`{name}`" for name in found.lists)
        says = f"{named} and the install come before the copy of the code."
        return Change(says, source.edited(edits))
    return None


def project_last(source: Source) -> Change | None:
    """Return the file with the project's packages installed before its code is copied.

    uv, poetry and pdm install the project itself as well, which needs the code: that is a step for
    itself then. None where they do not, or where the step cannot be told apart.
    """
    for found in _late_installs(source):
        one, installs = found.install, installs_of(found.install)
        if len(installs) != 1 or one.instruction.is_json or one.instruction.heredocs:
            continue
        by = installs[0].by
        before = source.view.stage(one.stage)
        earlier = [i for step in before[: before.index(one)] for i in installs_of(step)]
        if any(i.by == by and not installs_project(source, i) for i in earlier):
            continue  # they are installed before the code already
        if by not in WITHOUT_PROJECT or not installs_project(source, installs[0]):
            continue
        lines = source.changed(one.instruction, partial(_without_project, by))
        again = _alone(source, one, by)
        if lines == source.written(one.instruction) or again is None:
            continue
        says = f"The packages of the project come before its code, and {by} installs it last."
        return Change(says, source.edited(_moved(source, found, lines, (again,))))
    return None


def _late_installs(source: Source) -> Iterator[_Found]:
    for stage in source.built:
        for at, one in enumerate(stage):
            if one.name != "RUN" or not installs_of(one):
                continue
            whole = _found(source, stage[:at], one)
            ways = _ways(source, whole) if whole else ()
            found = next(filter(partial(_can_move, source), ways), None)
            if found is not None:
                yield found


def _ways(source: Source, found: _Found) -> Iterator[_Found]:
    """Yield what may be moved: all, or nothing in front of the copy that brings the lists."""
    at = found.copies.index(found.brings)
    fewer = found
    if at:
        after = found.between[found.between.index(found.brings) + 1 :]
        fewer = replace(found, copies=found.copies[at:], between=after)
    if _may_wait(source, found):
        yield found
    yield fewer


def _found(source: Source, before: Sequence[Placed], install: Placed) -> _Found | None:
    copies = [one for one in before if one.sources]
    folder = folder_of(install)
    words = {
        word: posixpath.normpath(posixpath.join(folder, install.expand(word)))
        for one in installs_of(install)
        for word in one.options.values(*OPTIONS)
    }
    at = {
        place: file
        for copy in copies
        for file in source.files
        if copy.brings(file) and (place := copied_to(copy, file))
    }
    known = {word: at[path] for word, path in words.items() if path in at}
    each = [lists_of(source, one, known) for one in installs_of(install)]
    lists = tuple(dict.fromkeys(name for one in each for name in one))
    wide = tuple(one for one in copies if _brings_more(source, one, lists))
    if not wide or not lists:
        return None
    places: dict[str, str] = {}
    lacking = []
    for name in lists:
        # The last copy of a file is the one that counts.
        for copy in copies:
            if copy.brings(name):
                places[name] = copied_to(copy, name) or ""
        if not any(copy.brings(name) for copy in copies if copy not in wide):
            lacking.append(name)
    brings = next((one for one in wide if all(map(one.brings, lacking))), None)
    if brings is None:
        return None
    # Where it looks for them must be where they are: else nobody knows what is installed.
    asked = {*words.values()} or {posixpath.join(folder, name) for name in lists}
    if not asked <= {*places.values()} or "" in places.values():
        return None
    start = before.index(wide[0])
    return _Found(wide, tuple(before[start + 1 :]), install, lists, tuple(lacking), brings)


def _brings_more(source: Source, copy: Placed, lists: Sequence[str]) -> bool:
    brought = [file for file in source.files if file not in lists and copy.brings(file)]
    named = {posixpath.normpath(word).lstrip("/") for word in copy.sources}
    # A file that is named and no code, such as a start script, changes as rarely as a list.
    if named <= source.files.keys():
        brought = [file for file in brought if file.endswith(".py")]
    return any(posixpath.basename(file) not in CREDENTIALS for file in brought)


def _can_move(source: Source, found: _Found) -> bool:
    """Return whether code or install mean in their new place what they mean in the old one."""
    first, one = found.copies[0], found.install
    if _may_wait(source, found):
        folders = {copy.workdir for copy in found.copies} | {one.workdir}
        return len(folders) == 1 or all(
            copy.instruction.args[-1].startswith("/") for copy in found.copies
        )
    # A list that is copied between them would come too late.
    copied = [name for name in found.lists if name not in found.lacking]
    is_there = not any(step.sources and step.brings(n) for step in found.between for n in copied)
    return is_there and (first.workdir, first.user, first.env, first.args) == (
        *(one.workdir, one.user, one.env, one.args),
    )


def _without_project(by: str, line: str) -> str:
    command = rf"(\b{by}(?:\s+-\S+)*\s+(?:sync|install))(?=\s|$)"
    return re.sub(command, rf"\1 {WITHOUT_PROJECT[by]}", line)


def _alone(source: Source, one: Placed, by: str) -> str | None:
    """Return a step that does nothing but the install, on one line; None if it must be quoted."""
    call = next(call for call in one.calls if call.program == by and does(call))
    words = [call.path, *call.words]
    if call.sets or call.starters or any(re.search(r"[^\w@%+=:,./\[\]-]", w) for w in words):
        return None
    run = source.keyword(one.instruction, "RUN")
    return " ".join([run, *one.instruction.flags, *words])


def _moved(
    source: Source, found: _Found, install: Sequence[str] = (), behind: Sequence[str] = ()
) -> list[Edit]:
    """Return the edits that put the lists first, then the install, then the code.

    `install` are the install's lines where they change, `behind` follow the code.
    """
    one = found.install.instruction
    first = found.copies[0]
    lists = [_copy_of_lists(source, found.brings, found.lacking)] if found.lacking else []
    lines = tuple(install) or source.written(one)
    if _may_wait(source, found):
        code = [line for copy in found.copies for line in source.block(copy.instruction)]
        edits = [
            Edit(source.with_comment(copy.instruction), copy.instruction.end_line, ())
            for copy in found.copies[1:]
        ]
        # The list takes the place of the code, whose copy goes behind the install.
        begin = source.with_comment(first.instruction)
        edits.append(Edit(begin, first.instruction.end_line, tuple(lists)))
        return [*edits, Edit(one.start_line, one.end_line, (*lines, *code, *behind))]
    block = (*source.block(one)[: -len(source.written(one))], *lines)
    begin = source.with_comment(first.instruction)
    return [
        inserted(begin, *lists, *block),
        Edit(source.with_comment(one), one.end_line, tuple(behind)),
    ]


def _may_wait(source: Source, found: _Found) -> bool:
    """Return whether the code may be copied behind the install: no step between looks at it."""
    steps = [one for one in found.between if one.name == "RUN"]
    # Such as a package of the same repository.
    if any(needs_code(source, install, ()) for step in steps for install in installs_of(step)):
        return False
    return all(
        call.program in _NEEDS_NO_CODE or bool(installs_of(step)) or does(call) is not None
        for step in steps
        for call in step.calls
    )


def _copy_of_lists(source: Source, copy: Placed, lists: Sequence[str]) -> str:
    """Return the line that copies lists to where the copy of the code would bring them."""
    target = copy.instruction.args[-1]
    place = posixpath.dirname(copied_to(copy, lists[0]) or "")
    below = posixpath.relpath(place, copy.target)
    to = target if target.endswith("/") else f"{target}/"
    to = to if below == "." else f"{to}{below}/"
    flags = [f for f in copy.instruction.flags if f[2:].partition("=")[0] in _KEPT_FLAGS]
    return " ".join([source.keyword(copy.instruction, "COPY"), *flags, *lists, to])
