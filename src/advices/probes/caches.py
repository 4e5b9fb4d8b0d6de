"""Pure: which of the distributions in an image are installed, and which an installer only keeps.

uv and conda keep packages unpacked in their caches, each with its metadata as if it were installed.
An application imports none of them from there. pip and Poetry keep archives, which look like none.
Sources: https://docs.astral.sh/uv/concepts/cache/ and
https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/settings.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

_VARIABLES = (
    *("UV_CACHE_DIR", "XDG_CACHE_HOME", "PIP_CACHE_DIR", "POETRY_CACHE_DIR", "PDM_CACHE_DIR"),
    "CONDA_PKGS_DIRS",
)
# Where nothing names them: the folder of all caches, what uv names its own, and that of conda.
_CACHES = re.compile(r"/(?:\.cache|archive-v\d+|[^/]*(?:conda|mamba|miniforge)[^/]*/pkgs)/", re.I)


def installed(found: Mapping[str, str], env: Iterable[str]) -> dict[str, str]:
    """Return those distributions that are installed, by path, each with its interpreter.

    `found` has all, "" for one without an interpreter; `env` are an image's variables, each as
    NAME=VALUE. What lies in a cache counts only if an interpreter belongs to its folder, as to the
    environments that Poetry keeps there, or if PYTHONPATH names it.
    """
    given = {name: value for name, _, value in (one.partition("=") for one in env)}
    searched = _folders(given, ("PYTHONPATH",))
    caches = _folders(given, _VARIABLES)

    def is_kept(path: str) -> bool:
        folder = PurePosixPath(path).parent
        is_cached = _CACHES.search(f"{folder}/") or _is_below(folder, caches)
        return bool(is_cached) and folder not in searched

    return {path: python for path, python in found.items() if python or not is_kept(path)}


def _folders(given: Mapping[str, str], names: Iterable[str]) -> frozenset[PurePosixPath]:
    """Return the folders that variables name: absolute ones, for of others nobody knows where."""
    listed = (part for name in names for part in re.split("[:,]", given.get(name, "")))
    return frozenset(PurePosixPath(one) for one in listed if one.startswith("/") and one != "/")


def _is_below(folder: PurePosixPath, others: frozenset[PurePosixPath]) -> bool:
    return any(folder.is_relative_to(one) for one in others)
