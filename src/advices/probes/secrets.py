"""Where a secret that the build was given stays in the image, for everybody who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from advices.engine import Engine, Image
from advices.images import LayerMemory, look_for
from advices.probes.subject import Found, Subject

METHOD = 1


def probe(subject: Subject) -> Found:
    """Return how many places of the image hold the run's secret.

    Raises EngineLost when the engine breaks off.
    """
    canary = subject.canary
    if not canary:
        raise ValueError("no secret was made for this run")
    memory = subject.workshop.memory
    (shown,) = shown_each(subject.engine, memory, subject.image, subject.base_ids, (canary,))
    return Found({**shown})


def shown_each(
    engine: Engine,
    memory: LayerMemory,
    image: Image,
    base_ids: frozenset[str],
    secrets: Sequence[str],
) -> tuple[Mapping[str, int], ...]:
    """Return how many places of an image hold each of some texts, by measure.

    Layers of its base are left out. What the memory knows is not read again. Raises EngineLost when
    the engine breaks off.
    """
    texts = [secret.encode() for secret in secrets]
    look_for(engine, [image], base_ids, memory, texts)
    config = memory.config(image.id)
    assert config is not None
    settings = {key: config.content.get(key) for key in ("config", "author", "comment")}
    # The same layer twice, such as two that delete one file, is two places in the image.
    own = [diff_id for diff_id in image.diff_ids if diff_id not in base_ids]
    held = [memory.held(diff_id, texts) or () for diff_id in own]
    return tuple(
        {
            "secrets_in_history": sum(any(holding(entry, secret)) for entry in config.history),
            "secrets_in_config": sum(holding(settings, secret)),
            "secrets_in_layers": sum(text in one for one in held),
        }
        for secret, text in zip(secrets, texts, strict=True)
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
