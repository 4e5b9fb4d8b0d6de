"""How far a pull is, from what the engine tells of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from advices.core import clock

_EVERY_SECONDS = 2.0
_WHOLE = {"Download complete", "Extracting", "Pull complete"}


class PullProgress:
    """Adds up the layers that an engine downloads for a name, and says it every two seconds.

    Nothing is said before the engine names a layer: until then a registry may be silent.
    """

    def __init__(self, name: str, say: Callable[[str], object] | None) -> None:
        self._name = name
        self._say = say
        self._layers: dict[str, tuple[int, int]] = {}
        self._next = 0.0

    def hear(self, said: Mapping[str, Any]) -> None:
        """Hear one message of `POST /images/create`: `id`, `status` and `progressDetail`."""
        layer, status = str(said.get("id", "")), said.get("status")
        if status not in {"Pulling fs layer", "Downloading", *_WHOLE}:
            return
        _, total = self._layers.get(layer, (0, 0))
        if status == "Downloading":
            detail = said.get("progressDetail") or {}
            total = int(detail.get("total") or total)
            self._layers[layer] = (int(detail.get("current") or 0), total)
        else:
            self._layers[layer] = (total if status in _WHOLE else 0, total)
        if self._say is not None and clock() >= self._next:
            self._next = clock() + _EVERY_SECONDS
            self._say(self._told())

    def _told(self) -> str:
        current, total = (sum(one) for one in zip(*self._layers.values(), strict=True))
        bytes_ = f": {current / 1e6:.1f} of {total / 1e6:.1f} MB" if total else ""
        return f"pulling {self._name}{bytes_}"
