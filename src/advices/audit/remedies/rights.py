"""Pure: files get their owner while they are copied, not by a step that stores them again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from advices.audit.remedies.source import Change, Edit, Source, inserted, is_comment, replaced
from advices.lab import Instruction, Placed, within

_CHOWN = re.compile(r"\s--chown=\S+")
_MAKES_USERS = frozenset({"useradd", "groupadd", "adduser", "addgroup"})


def chown(source: Source) -> Change | None:
    """Return the file with `COPY --chown` in place of `RUN chown -R`, None without such a step.

    Only where the step does nothing else: what it stores again is everything below the folder.
    """
    for placed in source.built:
        for at, one in enumerate(placed):
            owner_and_folders = _chowns(one)
            if owner_and_folders is None:
                continue
            owner, folders = owner_and_folders
            copies = [
                copy
                for copy in placed[:at]
                if copy.name in ("COPY", "ADD")
                and any(within(copy.target, folder) for folder in folders)
                and not copy.instruction.flag("chown")
            ]
            if not copies:
                continue
            edits = [_with_owner(source, copy, owner) for copy in copies]
            first = copies[0].instruction
            # A copy for a user needs that user.
            makers = [] if _is_number(owner) else _makers(placed[placed.index(copies[0]) : at])
            made = [line for maker in makers for line in source.block(maker.instruction)]
            # What was written about the step is about the copies now.
            said = [line for line in source.block(one.instruction) if is_comment(line)]
            for step in (*makers, one):
                begin = source.with_comment(step.instruction)
                edits.append(Edit(begin, step.instruction.end_line, ()))
            if made and (above := source.with_comment(first)) < first.start_line:
                edits.append(inserted(above, *made))
                made = []
            edits.append(inserted(first.start_line, *made, *said))
            return Change(
                f"Files are copied as `{owner}`, so that no step stores them again.",
                source.edited(edits),
            )
    return None


def without_owner(source: Source, instruction: Instruction) -> tuple[str, ...]:
    """Return the lines of a copy without its owner; a line that held nothing else goes."""
    lines = [*source.written(instruction)]
    has = (n for n, one in enumerate(lines) if _CHOWN.search(one) and not is_comment(one))
    if (at := next(has, None)) is None:
        return tuple(lines)
    lines[at] = _CHOWN.sub("", lines[at], count=1)
    if lines[at].strip() in ("", source.dockerfile.escape):
        del lines[at]
    return tuple(lines)


def _makers(placed: Sequence[Placed]) -> list[Placed]:
    """Return the steps that do nothing but make users and groups."""
    return [
        one
        for one in placed
        if one.name == "RUN" and one.calls and all(c.program in _MAKES_USERS for c in one.calls)
    ]


def _is_number(owner: str) -> bool:
    """Return whether an owner is given by numbers, which need no user of that name."""
    return all(part.isdecimal() for part in owner.split(":"))


def _chowns(one: Placed) -> tuple[str, tuple[str, ...]] | None:
    if one.name != "RUN" or len(one.calls) != 1 or one.calls[0].program != "chown":
        return None
    words = [word for word in one.calls[0].words if not word.startswith("-")]
    recursive = any(re.fullmatch(r"-\w*R\w*|--recursive", word) for word in one.calls[0].words)
    if not recursive or len(words) < 2:
        return None
    return one.expand(words[0]), tuple(one.path(word) for word in words[1:])


def _with_owner(source: Source, copy: Placed, owner: str) -> Edit:
    lines = list(source.written(copy.instruction))
    lines[0] = re.sub(r"^(\s*\w+)(\s+)", rf"\1 --chown={owner}\2", lines[0])
    return replaced(copy.instruction, *lines)
