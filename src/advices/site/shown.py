"""Pure: what a page or a notebook shows, with where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from advices.site.origin import Origin

_KEY = "advices"


@dataclass(frozen=True)
class Shown:
    """Markdown, or HTML where a chart is drawn. `origin` is None for what shows no numbers."""

    markdown: str = ""
    figure: str = ""
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """Return what stands on a page."""
        return self.figure or self.markdown

    def _repr_mimebundle_(self, **_: object) -> tuple[dict[str, str], dict[str, Any]]:
        """Return what a notebook shows; the origin travels beside it, unseen."""
        beside = {_KEY: asdict(self.origin)} if self.origin else {}
        if self.figure:
            return {"text/html": self.figure, "text/plain": "(a chart)"}, beside
        return {"text/markdown": self.markdown, "text/plain": self.markdown}, beside


def origin_of(output: Mapping[str, Any]) -> Origin | None:
    """Return the origin that travelled with an output of a notebook, None when none did."""
    found = output.get("metadata", {}).get(_KEY)
    return Origin(**found) if found else None
