"""Pure: a file with a password that the build puts somewhere becomes a secret of its steps.

A secret file is there during one step: `docker build --secret id=ID,src=FILE`.
Source: https://docs.docker.com/build/building/secrets/
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from advices.audit.remedies.lists import CREDENTIALS, copied_to, installs_of
from advices.audit.remedies.source import Change, Edit, Source, inserted, replaced
from advices.lab import Placed, is_root

_RUN = re.compile(r"^(\s*RUN)(?=\s)", re.I)
_HOME = "/root/"


def credentials(source: Source) -> Change | None:
    """Return the file with such a file mounted for the installs that are behind it.

    None where no install is, and where something else uses the file as well.
    """
    for placed in source.built:
        for at, one in enumerate(placed):
            found = _put(source, one, placed[:at])
            if found is None:
                continue
            file, target = found
            id_ = posixpath.basename(file).lstrip("._")
            edits = _mounted(placed[at + 1 :], source, target, id_)
            if not edits or _is_named(placed[at + 1 :], file):
                continue
            first = source.with_comment(one.instruction)
            said = source.block(one.instruction)[: one.instruction.start_line - first]
            edits.append(Edit(first, one.instruction.end_line, ()))
            edits.append(inserted(first, *said, *source.comments(one.instruction)))
            says = (
                f"`{file}` is a secret of the installs and stays out of the image: build with "
                f"`--secret id={id_},src={file}`."
            )
            return Change(says, source.edited(edits), (file,), secret_files={id_: file})
    return None


def _put(source: Source, one: Placed, before: Sequence[Placed]) -> tuple[str, str] | None:
    """Return the file that a step puts somewhere, with its path there; None for another step."""
    files = [name for name in source.files if posixpath.basename(name) in CREDENTIALS]
    if one.sources:
        brought = [name for name in source.files if one.brings(name)]
        to = copied_to(one, brought[0]) if len(brought) == 1 and brought[0] in files else None
        return (brought[0], to) if to else None
    moves = [call for call in one.calls if call.program in ("mv", "cp")]
    others = [call for call in one.calls if call.program not in ("mv", "cp", "chmod")]
    if len(moves) != 1 or others or one.instruction.heredocs:
        return None
    words = [one.path(re.sub(r"^~/", _HOME, w)) for w in moves[0].words if not w.startswith("-")]
    if len(words) != 2:
        return None
    for file in files:
        if words[0] in {copied_to(copy, file) for copy in before if copy.sources}:
            is_folder = moves[0].words[-1].endswith(("/", "~")) or words[1] + "/" == _HOME
            name = posixpath.basename(file)
            return file, posixpath.join(words[1], name) if is_folder else words[1]
    return None


def _mounted(behind: Sequence[Placed], source: Source, target: str, id_: str) -> list[Edit]:
    """Return the edits that give the secret to installs, none where that cannot be done."""
    edits = []
    for one in behind:
        if one.name != "RUN" or not installs_of(one):
            continue
        lines = [*source.written(one.instruction)]
        if (one.user and not is_root(one.user)) or not _RUN.match(lines[0]):
            return []
        lines[0] = _RUN.sub(rf"\1 --mount=type=secret,id={id_},target={target}", lines[0])
        edits.append(replaced(one.instruction, *lines))
    return edits


def _is_named(behind: Sequence[Placed], file: str) -> bool:
    """Return whether a later step names the file: it may want it, or take it away."""
    name = posixpath.basename(file)
    return any(name in word for one in behind for word in (one.instruction.line, *one.sources))
