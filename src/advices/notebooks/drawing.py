"""What a notebook shows of a lab, whoever measured it: dockerfiles, tables and charts."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

from advices.lab import Lab
from advices.results import Result, escape
from advices.site import alert_tables, charts, tables


@dataclass(frozen=True)
class Shown:
    """Something that a notebook shows: Markdown, or HTML where a chart is drawn."""

    markdown: str = ""
    figure: str = ""

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        if self.figure:
            return {"text/html": self.figure, "text/plain": "(a chart)"}
        return {"text/markdown": self.markdown, "text/plain": self.markdown}


class Drawing:
    """Draws one lab. Who inherits it says in `_of` which result is drawn."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._says = lab.says()

    def _of(self, *variants: str) -> Result:
        """Return a result that holds these variants, all that there are when none is named."""
        raise NotImplementedError

    def dockerfile(self, variant: str) -> Shown:
        """Return a variant's Dockerfile and what it stands for."""
        text = self._lab.dockerfile(variant).read_text("utf-8").rstrip()
        says = self._lab.variants[variant].says
        return Shown(f"`{variant}`: {says}\n\n```dockerfile\n{text}\n```\n")

    def steps(self, variant: str, build: str) -> Shown:
        """Return what each step of one build did."""
        return Shown(tables.steps_table(self._of(variant), variant, build))

    def layers(self, variant: str) -> Shown:
        """Return the layers of a variant's image."""
        return Shown(tables.layers_table(self._of(variant), variant))

    def compare(self, *measures: str, variants: Sequence[str] | None = None) -> Shown:
        """Return measures of the variants side by side."""
        return Shown(
            tables.measures_table(self._of(*variants or ()), measures, variants, self._says)
        )

    def bar_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a bar chart of one measure, with the table behind it."""
        return Shown(
            figure=charts.bar_figure(self._of(*variants or ()), measure, variants, self._says)
        )

    def replay_chart(self, measure: str, variants: Sequence[str] | None = None) -> Shown:
        """Return a chart of one measure of the rebuilds, with the table behind it."""
        return Shown(
            figure=charts.replay_figure(self._of(*variants or ()), measure, variants, self._says)
        )

    def layers_chart(self, size: str, variants: Sequence[str] | None = None) -> Shown:
        """Return the images as stacked layers, with the table behind it."""
        return Shown(figure=charts.layers_figure(self._of(*variants or ()), variants, size))

    def cache_timeline(self, build: str, *variants: str) -> Shown:
        """Return each step of one build by variant: what ran, and where the cache stops."""
        return Shown(
            figure=charts.cache_timeline_figure(
                self._of(*variants), build, variants or None, self._says
            )
        )

    def alerts_by_risk(self, *variants: str) -> Shown:
        """Return the rules that raised alerts by risk, with the table behind the picture."""
        return Shown(figure=charts.alerts_by_risk_figure(self._of(*variants), variants or None))

    def stages(self, variant: str) -> Shown:
        """Return the stages of a variant's Dockerfile and what each takes from others."""
        read = self._lab.read(variant)
        return Shown(figure=charts.stages_figure(read, self._lab.variants[variant].targets))

    def scanners(self) -> Shown:
        """Return what each web scanner did here: when it ran, or why not."""
        return Shown(alert_tables.scanners_table(self._of()))

    def alerts(self, *variants: str) -> Shown:
        """Return the rules that raised alerts, by variant."""
        return Shown(alert_tables.alerts_table(self._of(*variants), variants or None))

    def alert(self, variant: str, scanner: str, rule: str) -> Shown:
        """Return one alert with all that the scanner said of it."""
        return Shown(alert_tables.alert_table(self._of(variant), variant, scanner, rule))

    def _repr_html_(self) -> str:
        advice = html.escape(escape(self._lab.advice), quote=False)
        return f"<p><strong>{html.escape(self._lab.title)}</strong>: {advice}</p>"
