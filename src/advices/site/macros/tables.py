"""Macros that are tables of what was measured."""

from __future__ import annotations

from collections.abc import Sequence

from advices import results
from advices.lab import PROBED, describe, labfile
from advices.results import claims, code, escape, history
from advices.site import alert_tables, dashboard, origin, speed, tables
from advices.site.macros.page import Page


class Tables(Page):
    """Tables with the line on where they come from."""

    def measures(
        self, slug: str, names: Sequence[str], variants: Sequence[str] | None = None
    ) -> str:
        """Return a table of measures (rows) by variant (columns)."""
        shown = tables.measures_table(self._result(slug), names, variants, self._says(slug))
        return self._shown(shown, slug, variants, names)

    def replays(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a table of every build of every variant."""
        shown = tables.replays_table(self._result(slug), variants, self._says(slug))
        return self._shown(shown, slug, variants, origin.REBUILT)

    def layers(self, slug: str, variant: str) -> str:
        """Return a table of the layers of one variant."""
        shown = tables.layers_table(self._result(slug), variant)
        return self._shown(shown, slug, [variant], origin.OF_LAYERS)

    def steps(self, slug: str, variant: str, build: str) -> str:
        """Return a table of the steps of one build."""
        shown = tables.steps_table(self._result(slug), variant, build)
        return self._shown(shown, slug, [variant], origin.of_steps(build))

    def claims(self, slug: str) -> str:
        """Return a table of the lab's claims with what was measured for each."""
        verdicts = claims.verdicts(self._lab(slug), self._result(slug))
        return self._shown(tables.claims_table(verdicts), slug, title=origin.CLAIMS)

    def mistakes(self, slug: str) -> str:
        """Return a table of the lab's known mistakes and the claims that each turned red."""
        shown = tables.mistakes_table(self._lab(slug), self._result(slug))
        return self._shown(shown, slug, title=origin.MISTAKES)

    def probes(self) -> str:
        """Return a table of every measure that a probe takes, with what it counts."""
        rows = [
            [code(probe), code(name), escape(f"{about.label}: {about.meaning}")]
            for probe, found in PROBED.items()
            for name, about in found.items()
        ]
        return tables.table(["Probe", "Measure", "What it counts"], rows)

    def provenance(self, slug: str) -> str:
        """Return a table of where the numbers of a lab come from."""
        return tables.provenance_table(self._result(slug))

    def bases(self) -> str:
        """Return a table of the bases of all labs; the same base measured alike only once."""
        found: dict[tuple[str, results.BaseRecord], results.Result] = {}
        for result in map(self._result, labfile.slugs(self._labs)):
            for pair in result.provenance.bases.items():
                found.setdefault(pair, result)
        shown = tables.bases_rows(sorted(found, key=lambda pair: pair[0]))
        lines = {
            result.slug: origin.line(result, self._source(result.slug), result.slug, origin.BASES)
            for result in found.values()
        }
        return f"{shown}\n{''.join(lines.values())}"

    def scanners(self, slug: str) -> str:
        """Return a table of what each web scanner did on the machine of the last run."""
        shown = alert_tables.scanners_table(self._result(slug))
        return self._shown(shown, slug, title=origin.SCANNERS)

    def alerts(self, slug: str, variants: Sequence[str] | None = None) -> str:
        """Return a table of the rules that raised alerts, by variant."""
        shown = alert_tables.alerts_table(self._result(slug), variants)
        return self._shown(shown, slug, variants, title=origin.ALERTS)

    def alert(self, slug: str, variant: str, scanner: str, rule: str) -> str:
        """Return one alert with all that the scanner said of it."""
        shown = alert_tables.alert_table(self._result(slug), variant, scanner, rule)
        return self._shown(shown, slug, [variant], title=origin.ALERTS)

    def dashboard(self) -> str:
        """Return for every lab its effect over time and each claim's verdict, with dates."""
        parts = []
        for said in self._in_order():
            result = self._result(said.slug)
            entries = history.load(self._docs / "results", said.slug)
            verdicts = claims.verdicts(said, result)
            about = describe(said.headline, said.says())
            shown = dashboard.curve(entries, about.label)
            better = f": {about.direction}" if about.direction else ""
            parts.append(f"## {escape(said.title)}\n")
            parts.append(f"{escape(said.advice)} [The chapter]({self._to_chapter(said)}).\n")
            parts.append(f"{escape(about.label)}{better}. {shown}\n")
            runs = dashboard.runs_table(entries)
            both, one = ("bad", "good"), [said.headline]
            shown = self._shown(runs, said.slug, both, one, origin.REFRESHES)
            parts.append(f"{shown}\n" if entries else "No history yet.\n")
            table = dashboard.claims_table(verdicts, result.provenance.date, entries)
            table = self._shown(table, said.slug, title=origin.CLAIMS)
            indented = "\n".join(f"    {line}" for line in table.splitlines())
            parts.append(f'??? note "Every claim of this lab"\n\n{indented}\n')
        return "\n".join(parts)

    def bench(self) -> str:
        """Return a table of how fast this project is beside others, as `./run bench` measured."""
        return speed.markdown(speed.load(self._docs / "results"))
