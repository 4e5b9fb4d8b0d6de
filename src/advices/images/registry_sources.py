"""Which registries an image was pulled from, where the engine's image store notes it.

With containerd's image store a local build has digests too. What came from a registry is told by
a note that containerd keeps with the content, and `docker save` writes into index.json.
"""

from __future__ import annotations

import json
import tarfile

from advices.core import EngineLost, alive
from advices.engine import Engine, Image
from advices.images.archive import saved_stream

_NOTE = "containerd.io/distribution.source."


def registry_sources(engine: Engine, image: Image) -> frozenset[str]:
    """Return the repositories that an image came from: `docker.io/library/python`.

    The registry's port is not in it. Reads the whole image. Raises EngineLost.
    """
    stream = saved_stream(engine, [image])
    index = b"{}"
    try:
        with tarfile.open(fileobj=stream, mode="r|") as saved:
            for member in saved:
                alive()
                if member.name == "index.json" and (source := saved.extractfile(member)):
                    index = source.read()
        return noted_in(index)
    except (tarfile.TarError, ValueError) as error:
        raise EngineLost(f"`docker save` broke off: {error}") from None


def noted_in(index: bytes) -> frozenset[str]:
    """Return the repositories that the index.json of a saved image names as its sources."""
    notes = (one.get("annotations") or {} for one in json.loads(index).get("manifests", ()))
    return frozenset(
        f"{key.removeprefix(_NOTE)}/{repository}"
        for found in notes
        for key, value in found.items()
        if key.startswith(_NOTE)
        for repository in value.split(",")
    )
