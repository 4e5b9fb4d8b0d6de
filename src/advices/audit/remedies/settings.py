"""Pure: settings that CMD reads from a file of the image are given when the container starts."""

from __future__ import annotations

import posixpath
import re

from advices.audit.remedies.lists import copied_to
from advices.audit.remedies.source import Change, Source, replaced

_AND = r"\s*(?:;|&&)\s*"
# Without `set -a` the program does not get them.
_SOURCED = re.compile(rf"set -a{_AND}(?:\.|source)\s+(\S+){_AND}(?:set \+a{_AND})?(\S.*)", re.S)
# What a shell and `docker run --env-file` read in the same way.
_PAIR = re.compile(r"([A-Za-z_]\w*)=([\w@%+=:,./-]*)")


def settings(source: Source) -> Change | None:
    """Return the file without the file of settings in its image, None where CMD reads none.

    None as well where `docker run --env-file` would read it otherwise than a shell.
    """
    last = {one.name: one for one in source.view.shipped if one.name in ("CMD", "ENTRYPOINT")}
    for name, one in last.items():
        text = " ".join(one.instruction.args).strip()
        found = _SOURCED.fullmatch(text)
        if one.instruction.is_json or one.instruction.heredocs or found is None:
            continue
        place = posixpath.normpath(posixpath.join(source.view.workdir, found[1]))
        copies = [copy for copy in source.view.shipped if copy.sources]
        file = next((f for f in source.files for c in copies if copied_to(c, f) == place), None)
        # A COPY that names it alone would find nothing any more.
        if file is None or not pairs_of(source.files[file]) or _is_named(source, file):
            continue
        line = f"{source.keyword(one.instruction, name)} {found[2]}"
        edit = replaced(one.instruction, *source.comments(one.instruction), line)
        says = (
            f"`{file}` is not in the image: start the container with `--env-file {file}`, in "
            "compose with `env_file:`."
        )
        return Change(says, source.edited([edit]), (file,), env_files=(file,))
    return None


def pairs_of(text: str) -> dict[str, str]:
    """Return the variables of a file of settings, none where a line of it needs a shell."""
    lines = [line.strip() for line in text.splitlines()]
    found = [_PAIR.fullmatch(line) for line in lines if line and not line.startswith("#")]
    return {one[1]: one[2] for one in found if one} if all(found) else {}


def _is_named(source: Source, file: str) -> bool:
    """Return whether anything else in the Dockerfile names the file."""
    name = posixpath.basename(file)
    steps = (one for one in source.view.everywhere if one.name not in ("CMD", "ENTRYPOINT"))
    return any(name in one.instruction.line for one in steps)
