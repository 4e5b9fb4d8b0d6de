"""What bundles brought: the registry digest of each official image that came without a registry.

`docker load` brings an image and not the digest that a registry knows it by. A bundle names both,
and what was verified when it was loaded is remembered here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from advices.core import state_folder, write_whole


def _file() -> Path:
    return state_folder() / "carried.json"


def _known() -> dict[str, str]:
    try:
        found = json.loads(_file().read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(key): str(value) for key, value in found.items()} if isinstance(found, dict) else {}


def digest_of(image_id: str) -> str | None:
    """Return the registry digest of an image that a bundle brought, else None."""
    return _known().get(image_id)


def remember(digests: Mapping[str, str]) -> None:
    """Keep registry digests by image id. Raises DiskFull or FileRefused."""
    write_whole(_file(), json.dumps({**_known(), **digests}, indent=1, sort_keys=True) + "\n")
