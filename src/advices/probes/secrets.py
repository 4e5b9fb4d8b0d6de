"""Where a secret that the build was given stays in the image, for everybody who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import IO, Any

from advices.engine import Engine, Image
from advices.images import layer_files, read_images
from advices.probes.subject import Found, Subject

METHOD = 1
_CHUNK = 1 << 20


def probe(subject: Subject) -> Found:
    """Return how many places of the image hold the run's secret.

    Raises EngineLost when the engine breaks off.
    """
    canary = subject.canary
    if not canary:
        raise ValueError("no secret was made for this run")
    names = subject.workshop.memory.names
    return Found({**shown(subject.engine, names, subject.image, subject.base_ids, canary)})


def shown(
    engine: Engine, names: Mapping[str, str], image: Image, base_ids: frozenset[str], secret: str
) -> dict[str, int]:
    """Return how many places of an image hold a text, by measure; layers of its base left out.

    `names` remembers how layers are called. Raises EngineLost when the engine breaks off.
    """
    # The same layer twice, such as two that delete one file, is two places in the image.
    own = [diff_id for diff_id in image.diff_ids if diff_id not in base_ids]

    def holds(layer: IO[bytes]) -> bool:
        return layer_holds(layer, secret.encode())

    saved = read_images(engine, [image], frozenset(own), holds, names)
    config = saved.config(image)
    settings = {key: config.content.get(key) for key in ("config", "author", "comment")}
    return {
        "secrets_in_history": sum(any(holding(entry, secret)) for entry in config.history),
        "secrets_in_config": sum(holding(settings, secret)),
        "secrets_in_layers": sum(saved.layers[diff_id] for diff_id in own),
    }


def holding(data: Any, secret: str) -> Iterator[bool]:
    """Yield for each text in nested data, keys of tables too, whether it holds the secret."""
    if isinstance(data, str):
        yield secret in data
    elif isinstance(data, dict):
        for key, value in data.items():
            # A name and its value are one field, and count once.
            yield secret in str(key) or (isinstance(value, str) and secret in value)
            if not isinstance(value, str):
                yield from holding(value, secret)
    elif isinstance(data, list):
        for value in data:
            yield from holding(value, secret)


def layer_holds(layer: IO[bytes], secret: bytes) -> bool:
    """Return whether a file in the layer's archive holds the secret."""
    with layer_files(layer) as files:
        for member in files:
            if member.isfile():
                source = files.extractfile(member)
                assert source is not None
                if file_holds(source, secret):
                    return True
    return False


def file_holds(source: IO[bytes], secret: bytes, chunk_bytes: int = _CHUNK) -> bool:
    """Return whether a file holds the secret, also where it lies across two chunks."""
    before = b""
    while chunk := source.read(chunk_bytes):
        joined = before + chunk
        if secret in joined:
            return True
        # The last bytes may be the beginning of it.
        before = joined[max(0, len(joined) - len(secret) + 1) :]
    return False
