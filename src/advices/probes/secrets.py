"""Where a secret that the build was given stays in the image, for everybody who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    return shown_each(engine, names, image, base_ids, (secret,))[0]


def shown_each(
    engine: Engine,
    names: Mapping[str, str],
    image: Image,
    base_ids: frozenset[str],
    secrets: Sequence[str],
) -> tuple[dict[str, int], ...]:
    """Return what `shown` returns of each of some texts; the image is read once."""
    # The same layer twice, such as two that delete one file, is two places in the image.
    own = [diff_id for diff_id in image.diff_ids if diff_id not in base_ids]

    def holds(layer: IO[bytes]) -> frozenset[bytes]:
        return held_by(layer, [secret.encode() for secret in secrets])

    saved = read_images(engine, [image], frozenset(own), holds, names)
    config = saved.config(image)
    settings = {key: config.content.get(key) for key in ("config", "author", "comment")}
    return tuple(
        {
            "secrets_in_history": sum(any(holding(entry, secret)) for entry in config.history),
            "secrets_in_config": sum(holding(settings, secret)),
            "secrets_in_layers": sum(secret.encode() in saved.layers[diff_id] for diff_id in own),
        }
        for secret in secrets
    )


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


def held_by(layer: IO[bytes], secrets: Sequence[bytes]) -> frozenset[bytes]:
    """Return those of some texts that a file in the layer's archive holds."""
    found: frozenset[bytes] = frozenset()
    with layer_files(layer) as files:
        for member in files:
            left = [one for one in secrets if one not in found]
            if not left:
                break
            if member.isfile():
                source = files.extractfile(member)
                assert source is not None
                found |= held_by_file(source, left)
    return found


def held_by_file(
    source: IO[bytes], secrets: Sequence[bytes], chunk_bytes: int = _CHUNK
) -> frozenset[bytes]:
    """Return those of some texts that a file holds, also where they lie across two chunks."""
    before = b""
    found: set[bytes] = set()
    longest = max(map(len, secrets))
    while len(found) < len(secrets) and (chunk := source.read(chunk_bytes)):
        joined = before + chunk
        found |= {one for one in secrets if one in joined}
        # The last bytes may be the beginning of one.
        before = joined[max(0, len(joined) - longest + 1) :]
    return frozenset(found)
