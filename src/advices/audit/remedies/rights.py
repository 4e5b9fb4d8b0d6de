"""Pure: files get their owner while they are copied, not by a step that stores them again."""

from __future__ import annotations

import re

from advices.audit.remedies.source import Change, Edit, Source, inserted, is_comment, replaced
from advices.lab import Placed, within


def chown(source: Source) -> Change | None:
    """Return the file with `COPY --chown` in place of `RUN chown -R`, None without such a step.

    Only where the step does nothing else: what it stores again is everything below the folder.
    """
    for number in range(len(source.dockerfile.stages)):
        placed = source.view.stage(number)
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
            # What was written about the step is about the copies now.
            begin = source.with_comment(one.instruction)
            said = [line for line in source.block(one.instruction) if is_comment(line)]
            edits.append(Edit(begin, one.instruction.end_line, ()))
            edits.append(inserted(copies[0].instruction.start_line, *said))
            return Change(
                f"Files are copied as `{owner}`, so that no step stores them again.",
                source.edited(edits),
            )
    return None


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
