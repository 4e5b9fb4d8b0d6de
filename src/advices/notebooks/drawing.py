"""What a notebook shows of a lab, whoever measured it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from advices.results import escape
from advices.site import Shown, Views


class Drawing(Views):
    """Draws one lab. Who inherits it says in `_of` which result is drawn."""

    def dockerfile(self, variant: str) -> Shown:
        """Return a variant's Dockerfile and what it stands for."""
        text = self._lab.dockerfile(variant).read_text("utf-8").rstrip()
        says = self._lab.variants[variant].says
        return Shown(f"`{variant}`: {says}\n\n```dockerfile\n{text}\n```\n")

    def compare(
        self, *measures: str, variants: Sequence[str] | None = None, better: bool = True
    ) -> Shown:
        """Return measures of the variants side by side; `better` as in `measures`."""
        return self.measures(measures, variants, better=better)

    def _repr_html_(self) -> str:
        advice = html.escape(escape(self._lab.advice), quote=False)
        return f"<p><strong>{html.escape(self._lab.title)}</strong>: {advice}</p>"
