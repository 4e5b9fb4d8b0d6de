"""The layers of images: what each adds on disk, what it takes to transfer, what it holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from typing import IO, cast

from advices.engine import Engine, Image
from advices.images.archive import StoredLayer, diff_ids, read_layers, unpacked
from advices.images.files import Listing, listing
from advices.images.gzip_bytes import Scale, Weighing, scale
from advices.images.memory import LayerMemory
from advices.results import Layer


def learn(
    engine: Engine,
    images: Sequence[Image],
    base_ids: frozenset[str],
    memory: LayerMemory,
    *,
    listed: bool,
    weighed: bool = True,
) -> dict[str, Listing]:
    """Let the memory know the layers of some images, by one `docker save` for what it lacks.

    `weighed` asks for their bytes to transfer, `listed` for their listings, which are returned by
    diff id. `base_ids` are the diff ids of the base's layers. Raises EngineLost when the engine
    breaks off.
    """
    ids = {diff_id for image in images for diff_id in diff_ids(image)}
    unweighed = {one for one in ids if weighed and memory.transfer_bytes(one) is None}
    listings = {one: memory.listing(one) for one in ids} if listed else {}
    unlisted = {one for one, found in listings.items() if found is None}
    if unweighed | unlisted:
        # Where an engine names a layer otherwise than by its diff id, some work is done twice.
        weighed_before, listed_before = _names(ids - unweighed), _names(ids - unlisted)

        def read_one(stored: StoredLayer) -> _LayerRead:
            return _read(
                on,
                stored,
                weighed=bool(unweighed) and stored.name not in weighed_before,
                listed=bool(unlisted) and stored.name not in listed_before,
            )

        with scale(memory.weights) as on:
            read = read_layers(engine, images, frozenset(unweighed | unlisted), read_one)
            sizes = {one: read[one].transfer_bytes() for one in unweighed}
        if unweighed:
            memory.add_sizes(sizes)
        for one in unlisted:
            listings[one] = read[one].listing
            memory.add_listing(one, read[one].listing, of_base=one in base_ids)
    return {one: found for one, found in listings.items() if found is not None}


def layers_of(
    engine: Engine, image: Image, base_ids: frozenset[str], memory: LayerMemory
) -> list[Layer]:
    """Return an image's layers, lowest first, with bytes on disk and to transfer.

    The image is read from the engine only if one of its layers was never compressed.
    """
    learn(engine, [image], base_ids, memory, listed=False)
    ids = diff_ids(image)
    return [
        Layer(
            diff_id=diff_id,
            created_by=text,
            disk_bytes=size,
            transfer_bytes=memory.transfer_bytes(diff_id) or 0,
            from_base=diff_id in base_ids,
        )
        for diff_id, (text, size) in zip(ids, _created_by(engine, image, len(ids)), strict=True)
    ]


def listings(
    engine: Engine, image: Image, base_ids: frozenset[str], memory: LayerMemory
) -> tuple[Listing, ...]:
    """Return the listing of each layer, lowest first. Raises EngineLost."""
    found = learn(engine, [image], base_ids, memory, listed=True, weighed=False)
    return tuple(found[diff_id] for diff_id in diff_ids(image))


def _names(ids: Set[str]) -> frozenset[str]:
    return frozenset(diff_id.rpartition(":")[2] for diff_id in ids)


# Instructions


def _created_by(engine: Engine, image: Image, count: int) -> list[tuple[str, int]]:
    """Return instruction and bytes of each layer.

    History has an entry per instruction and does not say which of them made a layer: those
    with bytes did, and of the empty ones COPY, ADD, RUN and WORKDIR do (WORKDIR may make an
    empty layer), metadata such as ENV and CMD does not.
    """
    entries = [(str(e.get("CreatedBy") or ""), int(e["Size"])) for e in engine.history(image)]
    made = [entry for entry in entries if entry[1] > 0 or _makes_layer(entry[0])]
    if len(made) != count:
        made = [entry for entry in entries if entry[1] > 0]
    if len(made) != count:
        made = ([("", 0)] * count + made)[-count:]
    return [(_readable(text), size) for text, size in made]


def _makes_layer(created_by: str) -> bool:
    words = created_by.removeprefix("/bin/sh -c ").removeprefix("|").split()
    if "#(nop)" in words:
        return any(word in words[:3] for word in ("ADD", "COPY", "WORKDIR"))
    return bool(words) and words[0] in ("ADD", "COPY", "RUN", "WORKDIR")


def _readable(created_by: str) -> str:
    text = created_by.replace("# buildkit", "").replace("/bin/sh -c #(nop)", "")
    return " ".join(text.replace("RUN /bin/sh -c", "RUN").split()) or "imported root file system"


# One layer, weighed and listed in one pass


@dataclass(frozen=True)
class _LayerRead:
    transfer_bytes: Callable[[], int]
    listing: Listing


def _read(on: Scale, stored: StoredLayer, *, weighed: bool, listed: bool) -> _LayerRead:
    """Read one layer. It is compressed beside the reading of the next."""
    if stored.compressed or not weighed:
        found = _listed(stored.source) if listed else Listing(())
        return _LayerRead(lambda: stored.stored_bytes, found)
    weighing = Weighing(stored.source, on)
    found = _listed(cast("IO[bytes]", weighing)) if listed else Listing(())
    return _LayerRead(weighing.to_its_end().transfer_bytes, found)


def _listed(source: IO[bytes]) -> Listing:
    with unpacked(source) as archive:
        return listing(archive)
