"""Macros that draw what was measured, with the table behind it."""

from __future__ import annotations

from collections.abc import Sequence

from advices.site import charts, explorer, origin
from advices.site.macros.page import Page


class Pictures(Page):
    """Figures with the line on where they come from."""

    def bar_chart(self, slug: str, name: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of one measure by variant."""
        shown = charts.bar_figure(self._result(slug), name, variants, self._says(slug))
        return self._shown(shown, slug, variants, [name])

    def replay_chart(
        self,
        slug: str,
        name: str = "new_transfer_bytes",
        variants: Sequence[str] | None = None,
    ) -> str:
        """Return a figure of one measure of every rebuild by variant."""
        shown = charts.replay_figure(self._result(slug), name, variants, self._says(slug))
        return self._shown(shown, slug, variants, [f"+.{name}"])

    def layers_chart(
        self, slug: str, variants: Sequence[str] | None = None, size: str = "disk_bytes"
    ) -> str:
        """Return a figure of the layers of every variant on one scale."""
        shown = charts.layers_figure(self._result(slug), variants, size)
        return self._shown(shown, slug, variants, [size])

    def cache_timeline(self, slug: str, build: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of each step of one build by variant: what ran, where the cache stops."""
        shown = charts.cache_timeline_figure(self._result(slug), build, variants, self._says(slug))
        return self._shown(shown, slug, variants, origin.of_steps(build))

    def cache_explorer(self, slug: str, variants: Sequence[str] = ("bad", "good")) -> str:
        """Return the explorer in which the reader reorders Dockerfiles; it starts from variants."""
        # Pages are folders, so a page lies one level below its file's folder.
        levels = self._page().count("/") + (not self._page().endswith("index.md"))
        return explorer.cache_explorer(
            self._lab(slug), variants, ("../" * levels or "./") + "assets"
        )

    def alerts_by_risk(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a figure of the rules that raised alerts, by scanner, variant and risk."""
        shown = charts.alerts_by_risk_figure(self._result(slug), variants)
        return self._shown(shown, slug, variants, title=origin.ALERTS)

    def stages(self, slug: str, variant: str) -> str:
        """Return a figure of the stages of a variant's Dockerfile, read from that file."""
        said = self._lab(slug)
        read = said.read(variant)
        shown = charts.stages_figure(read, said.variants[variant].targets)
        return self._shown(shown, slug, [variant], title=origin.STAGES)
