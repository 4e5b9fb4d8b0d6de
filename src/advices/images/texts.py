"""Which texts the layers of images hold, in their files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import IO

from advices.engine import Engine, Image
from advices.images.archive import layer_files, read_images
from advices.images.memory import LayerMemory

_CHUNK = 1 << 20


def look_for(
    engine: Engine,
    images: Sequence[Image],
    base_ids: frozenset[str],
    memory: LayerMemory,
    texts: Sequence[bytes],
) -> None:
    """Let the memory know which of some texts the layers of images hold, and the images' configs.

    `base_ids` are the diff ids of layers that are left out. All that the memory
    lacks is read in one go. Raises EngineLost when the engine breaks off.
    """
    own = {diff_id for image in images for diff_id in image.diff_ids} - base_ids
    with memory.reading([image.id for image in images]):
        wanted = frozenset(one for one in own if memory.held(one, texts) is None)
        if not wanted and all(memory.config(image.id) for image in images):
            return
        saved = read_images(engine, images, wanted, partial(held_by, texts=texts), memory.names)
        memory.names.update(saved.names)
        for image in images:
            memory.add_config(image.id, saved.config(image))
        for diff_id, held in saved.layers.items():
            memory.add_held(diff_id, texts, held)


class Looked:
    """Which of some texts were found in the files that it was given."""

    def __init__(self, texts: Iterable[bytes]) -> None:
        self._left = [*texts]
        self._found: set[bytes] = set()

    @property
    def found(self) -> frozenset[bytes]:
        """Return those that were found."""
        return frozenset(self._found)

    @property
    def is_over(self) -> bool:
        """Return whether nothing is left to be looked for."""
        return not self._left

    def into(self, source: IO[bytes], chunk_bytes: int = _CHUNK) -> None:
        """Look into a file, also for what is across two chunks of it."""
        before = b""
        while self._left and (chunk := source.read(chunk_bytes)):
            joined = before + chunk
            self._found |= {one for one in self._left if one in joined}
            # The last bytes may be the beginning of one.
            before = joined[max(0, len(joined) - max(map(len, self._left)) + 1) :]
            self._left = [one for one in self._left if one not in self._found]


def held_by(layer: IO[bytes], texts: Iterable[bytes]) -> frozenset[bytes]:
    """Return those of some texts that a file in a layer's archive holds."""
    looked = Looked(texts)
    with layer_files(layer) as files:
        for member in files:
            if looked.is_over:
                break
            if member.isfile():
                source = files.extractfile(member)
                assert source is not None
                looked.into(source)
    return looked.found
