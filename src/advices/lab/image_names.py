"""Pure: the names of images as BuildKit compares them."""

from __future__ import annotations

import re

_PART = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = re.compile(
    rf"{_PART}(?:/{_PART})*(?::\w[\w.-]{{0,127}})?(?:@[A-Za-z][\w+.-]*:[0-9a-fA-F]{{32,}})?",
    re.ASCII,
)
_DOCKER_HUB = ("docker.io", "index.docker.io")


def familiar(name: str) -> str:
    """Return the one name of an image out of all that mean it, as people write it.

    `docker.io/library/python:3` becomes `python:3`, and `:latest` is left out. BuildKit looks a
    FROM up among the named build contexts by this name, whichever way the FROM is written. Raises
    ValueError for what cannot be the name of an image.
    """
    first, slash, rest = name.partition("/")
    has_registry = bool(slash) and (first == "localhost" or not {".", ":"}.isdisjoint(first))
    path = rest if has_registry else name
    if not _PATH.fullmatch(path):
        raise ValueError(f"`{name}` is not an image name")
    if has_registry and first not in _DOCKER_HUB:
        return name.removesuffix(":latest")
    parts = path.split("/")
    known = parts[1:] if len(parts) == 2 and parts[0] == "library" else parts
    return "/".join(known).removesuffix(":latest")
