"""Images of one audit + engine -> in how many places they hold some texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from advices.audit.canaries import Canary
from advices.audit.secrets import LEAST_CHARACTERS, longest_line
from advices.engine import Image
from advices.images import look_for
from advices.probes import shown_each
from advices.workshop import Workshop


class Reads:
    """Looks for texts in images, such as the real value of something that is built with it."""

    def __init__(
        self,
        workshop: Workshop,
        image_of: Callable[[str], Image],
        values: Mapping[str, bytes],
        base_ids: Mapping[str, frozenset[str]],
    ) -> None:
        self._workshop = workshop
        self._image_of = image_of
        self._values = values
        self._base_ids = base_ids

    def real(self, name: str, canary: Canary) -> Mapping[str, int] | None:
        """Return where the image of a name shows it, None for a file and for what is too short."""
        value = longest_line(self._values.get(canary.name, b""))
        if canary.kind == "file" or len(value) < LEAST_CHARACTERS:
            return None
        return self.places(name, (value,))[0]

    def places(self, name: str, texts: Sequence[str]) -> Sequence[Mapping[str, int]]:
        """Return in how many places the image of a name holds each text; it is read once."""
        engine, memory = self._workshop.engine, self._workshop.memory
        return shown_each(engine, memory, self._image_of(name), self._base_ids[name], texts)

    def seek(self, texts: Iterable[str]) -> None:
        """Let texts be looked for wherever the layers of an image are read for something else."""
        self._workshop.memory.seek(text.encode() for text in texts)

    def ahead(self, names: Sequence[str], texts: Sequence[str]) -> None:
        """Read the images of some names at once, in which some texts will be looked for."""
        engine, memory = self._workshop.engine, self._workshop.memory
        images = [self._image_of(name) for name in names]
        base_ids = frozenset().union(*(self._base_ids[name] for name in names))
        look_for(engine, images, base_ids, memory, [text.encode() for text in texts])
