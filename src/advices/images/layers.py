"""The layers of images: what each adds on disk, what it takes to transfer, what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, cast

from advices.engine import Engine, Image
from advices.images.archive import Config, layer_files, read_images
from advices.images.files import Listing, listing
from advices.images.gzip_bytes import Weighing, cores
from advices.images.memory import LayerMemory, Sizes
from advices.images.texts import Looked
from advices.results import Layer

# Raised when another instruction is told of a layer than before.
METHOD = 1


def learn(
    engine: Engine,
    images: Sequence[Image],
    base_ids: frozenset[str],
    memory: LayerMemory,
    *,
    listed: bool,
    without: frozenset[str] = frozenset(),
) -> dict[str, Listing]:
    """Let the memory know the layers of some images, by one `docker save` for what it lacks.

    `listed` asks for the listings of all layers, which are returned by diff id. `base_ids` are the
    diff ids of the base's layers. Layers whose diff ids are in `without` are left out. Raises
    EngineLost when the engine breaks off.
    """
    ids = {diff_id for image in images for diff_id in image.diff_ids} - without
    if not ids:
        return {}
    with memory.reading([image.id for image in images]):
        known = {one: memory.listing(one) for one in ids} if listed else {}
        found = {one: listing for one, listing in known.items() if listing is not None}
        unread = {one for one in ids - base_ids if memory.held(one, memory.sought) is None}
        wanted = {one for one in ids if memory.sizes(one) is None or (listed and one not in found)}
        wanted |= unread
        if not wanted and all(memory.config(image.id) for image in images):
            return found
        read = _read(engine, images, base_ids, memory, frozenset(wanted))
        return {**found, **read} if listed else {}


def _read(
    engine: Engine,
    images: Sequence[Image],
    base_ids: frozenset[str],
    memory: LayerMemory,
    wanted: frozenset[str],
) -> dict[str, Listing]:
    """Read layers of some images in one go, and return their listings."""
    texts = memory.sought
    with cores() as on:

        def read(source: IO[bytes]) -> tuple[Sizes, Listing, frozenset[bytes]]:
            weighing = Weighing(source, on)
            looked = Looked(texts)
            with layer_files(cast("IO[bytes]", weighing)) as files:
                held = listing(files, looked.into if texts else None)
            return Sizes(held.disk_bytes, weighing.transfer_bytes()), held, looked.found

        saved = read_images(engine, images, wanted, read, memory.names)
    memory.names.update(saved.names)
    for image in images:
        memory.add_config(image.id, saved.config(image))
    memory.add_sizes({diff_id: sizes for diff_id, (sizes, _, _) in saved.layers.items()})
    for diff_id, (_, held, found) in saved.layers.items():
        memory.add_listing(diff_id, held, of_base=diff_id in base_ids)
        memory.add_held(diff_id, texts, found)
    return {diff_id: held for diff_id, (_, held, _) in saved.layers.items()}


def base_sizes(engine: Engine, base: Image, memory: LayerMemory) -> Sizes:
    """Return the bytes of all layers of a base together.

    A base whose layers were all weighed before is not read again: the instructions behind them,
    which only an archive tells, are not asked for. Raises EngineLost.
    """
    ids = frozenset(base.diff_ids)
    wanted = frozenset(one for one in ids if memory.sizes(one) is None)
    if wanted:
        _read(engine, [base], ids, memory, wanted)
    found = [sizes for one in base.diff_ids if (sizes := memory.sizes(one)) is not None]
    return Sizes(sum(one.disk_bytes for one in found), sum(one.transfer_bytes for one in found))


def layers_of(
    engine: Engine,
    image: Image,
    base_ids: frozenset[str],
    memory: LayerMemory,
    without: frozenset[str] = frozenset(),
) -> list[Layer]:
    """Return an image's layers, lowest first, with bytes on disk and to transfer.

    Layers whose diff ids are in `without` are left out. The image is read from the engine only if
    the memory lacks something of the others. Raises EngineLost.
    """
    if without.issuperset(image.diff_ids):
        return []
    learn(engine, [image], base_ids, memory, listed=False, without=without)
    layers = []
    config = memory.config(image.id)
    assert config is not None
    for diff_id, text in zip(image.diff_ids, instructions(config), strict=True):
        if diff_id in without:
            continue
        sizes = memory.sizes(diff_id)
        assert sizes is not None
        layers.append(
            Layer(
                diff_id=diff_id,
                created_by=text,
                disk_bytes=sizes.disk_bytes,
                transfer_bytes=sizes.transfer_bytes,
                from_base=diff_id in base_ids,
            )
        )
    return layers


def listings(
    engine: Engine, image: Image, base_ids: frozenset[str], memory: LayerMemory
) -> tuple[Listing, ...]:
    """Return the listing of each layer, lowest first. Raises EngineLost."""
    found = learn(engine, [image], base_ids, memory, listed=True)
    return tuple(found[diff_id] for diff_id in image.diff_ids)


def instructions(config: Config) -> tuple[str, ...]:
    """Return the instruction that made each layer, lowest first.

    The history has an entry for each instruction and says which of them made no layer.
    """
    made = [entry for entry in config.history if not entry.get("empty_layer")]
    if len(made) != len(config.diff_ids):
        return ("not told by the image's history",) * len(config.diff_ids)
    return tuple(_readable(str(entry.get("created_by") or "")) for entry in made)


def _readable(created_by: str) -> str:
    text = created_by.replace("# buildkit", "").replace("/bin/sh -c #(nop)", "")
    return " ".join(text.replace("RUN /bin/sh -c", "RUN").split()) or "imported root file system"
