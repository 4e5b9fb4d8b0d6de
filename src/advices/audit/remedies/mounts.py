"""Pure: pip finds its downloads again in a cache mount, which is in no layer.

Only pip says what it downloads, so nothing would prove the same of another installer. A list that
is mounted and not copied is not offered: it saves a layer of some bytes, and no measure shows more.
"""

from __future__ import annotations

import re

from advices.audit.remedies.installs import keeps_downloads
from advices.audit.remedies.lists import installs_of
from advices.audit.remedies.source import Change, Source, replaced
from advices.lab import Placed, is_root

_CACHE = "/root/.cache/pip"


def mounts(source: Source) -> Change | None:
    """Return the file with a cache mount for pip's downloads, None where pip keeps none.

    Who switched pip's cache off meant it: those installs stay as they are.
    """
    edits = []
    for one in source.view.built:
        # What no list names is downloaded again only when the Dockerfile changes.
        by_list = any(i.by == "pip" and i.lists for i in installs_of(one))
        if by_list and keeps_downloads(one, "pip") and _is_roots(one):
            lines = [*source.written(one.instruction)]
            mount = f"--mount=type=cache,target={_CACHE}"
            lines[0] = re.sub(r"^(\s*RUN)(?=\s)", rf"\1 {mount}", lines[0], flags=re.I)
            edits.append(replaced(one.instruction, *lines))
    if not edits:
        return None
    says = "pip finds its downloads in a cache mount when the list of packages changes."
    return Change(says, source.edited(edits))


def _is_roots(one: Placed) -> bool:
    """Return whether pip's cache is where root has it, and a flag can be added."""
    told = any(name in one.env for name in ("PIP_CACHE_DIR", "XDG_CACHE_HOME", "HOME"))
    return not one.instruction.is_json and not told and (not one.user or is_root(one.user))
