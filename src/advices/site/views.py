"""What can be shown of one lab: each method draws it and says where its numbers come from.

This is the one place that a new table or chart is added to. A chapter calls each method as a macro
of the same name, with the lab's slug first; the session of a notebook has them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from advices.lab import Lab, MeasureName
from advices.results import Result, escape, verdicts
from advices.site import charts, origin, tables
from advices.site.origin import Origin
from advices.site.shown import Shown

_Names = Sequence[str] | None


class Views:
    """Draws one lab. Who inherits says in `_of` which result is drawn.

    `variants` are names of the lab's, None for all of them; measures are named as in lab.toml.
    Without `better` nothing says which direction is better: for trade-offs.
    """

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._says = lab.says()

    def _of(self, *variants: str) -> Result:
        """Return a result that holds these variants, all that there are when none is named."""
        raise NotImplementedError

    def measures(
        self, names: Sequence[str], variants: _Names = None, *, better: bool = True
    ) -> Shown:
        """Return a table of measures (rows) by variant (columns)."""
        found = self._of(*variants or ())
        wanted = [MeasureName.parse(name) for name in names]
        table = tables.measures_table(found, wanted, variants, self._says, better=better)
        return Shown(table, origin=Origin(variants, names))

    def places(self, names: Sequence[str], variants: _Names = None) -> Shown:
        """Return a table of variants (rows) by measures (columns) that must be 0."""
        found = self._of(*variants or ())
        wanted = [MeasureName.parse(name) for name in names]
        table = tables.places_table(found, wanted, variants, self._says)
        return Shown(table, origin=Origin(variants, names))

    def strip(self) -> Shown:
        """Return size, rebuild after an edit and user of bad and good, as under each headline."""
        found = self._of(*tables.STRIP_VARIANTS)
        text = f'<div class="adv-strip" markdown="1">\n\n{tables.strip_table(found)}\n</div>\n'
        shown = Origin(tables.STRIP_VARIANTS, tables.of_the_strip(found))
        return Shown(text, origin=shown)

    def in_turn(self, called: Mapping[str, str] | None = None) -> Shown:
        """Return the lab's variants as steps: size, rebuild, user, secrets, stop of each.

        `called` are some of them in order, each as its row calls it; without it all of them, in the
        words of lab.toml.
        """
        every = {name: escape(one.says) for name, one in self._lab.variants.items()}
        shown = called or every
        table = tables.in_turn_table(self._of(*shown), shown)
        return Shown(tables.cards(table), origin=Origin([*shown], tables.of_the_steps()))

    def replays(self, variants: _Names = None) -> Shown:
        """Return a table of every build of every variant."""
        table = tables.replays_table(self._of(*variants or ()), variants, self._says)
        return Shown(tables.cards(table), origin=Origin(variants, origin.REBUILT))

    def steps(self, variant: str, build: str) -> Shown:
        """Return a table of what each step of one build did."""
        table = tables.steps_table(self._of(variant), variant, build)
        return Shown(table, origin=Origin([variant], origin.of_steps(build)))

    def layers(self, variant: str) -> Shown:
        """Return a table of the layers of a variant's image."""
        table = tables.layers_table(self._of(variant), variant)
        return Shown(table, origin=Origin([variant], origin.OF_LAYERS))

    def claims(self, variants: _Names = None) -> Shown:
        """Return a table of the lab's claims with what was measured for each, by variant."""
        found = verdicts(self._lab, self._of(*self._lab.variants))
        wanted = [one for one in found if one.variant in (variants or self._lab.variants)]
        return Shown(tables.claims_table(wanted), origin=Origin(title=origin.CLAIMS))

    def mistakes(self) -> Shown:
        """Return a table of the lab's known mistakes and the claims that each turned red."""
        table = tables.mistakes_table(self._lab, self._of())
        return Shown(table, origin=Origin(title=origin.MISTAKES))

    def provenance(self) -> Shown:
        """Return a table of where the numbers of the lab come from."""
        return Shown(tables.provenance_table(self._of()))

    def bar_chart(self, measure: str, variants: _Names = None, *, better: bool = True) -> Shown:
        """Return a bar chart of one measure by variant, with the table behind it."""
        name = MeasureName.parse(measure)
        found = self._of(*variants or ())
        figure = charts.bar_figure(found, name, variants, self._says, better=better)
        return Shown(figure=figure, origin=Origin(variants, [measure]))

    def replay_chart(self, measure: str = "new_transfer_bytes", variants: _Names = None) -> Shown:
        """Return a chart of one measure of every rebuild, with the table behind it."""
        figure = charts.replay_figure(self._of(*variants or ()), measure, variants, self._says)
        return Shown(figure=figure, origin=Origin(variants, [f"+.{measure}"]))

    def layers_chart(self, size: str = "disk_bytes", variants: _Names = None) -> Shown:
        """Return the images as stacked layers on one scale, with the table behind it."""
        figure = charts.layers_figure(self._of(*variants or ()), size, variants)
        return Shown(figure=figure, origin=Origin(variants, [size]))

    def cache_timeline(self, build: str, variants: _Names = None) -> Shown:
        """Return each step of one build by variant: what ran, and where the cache stops."""
        found = self._of(*variants or ())
        figure = charts.cache_timeline_figure(found, build, variants, self._says)
        return Shown(figure=figure, origin=Origin(variants, origin.of_steps(build)))

    def stages(self, variant: str) -> Shown:
        """Return the stages of a variant's Dockerfile and what each takes from others."""
        read = self._lab.read(variant)
        figure = charts.stages_figure(read, self._lab.variants[variant].targets)
        return Shown(figure=figure, origin=Origin([variant], title=origin.STAGES))

    def scanners(self) -> Shown:
        """Return a table of what each web scanner did: when it ran, or why not."""
        return Shown(tables.scanners_table(self._of()), origin=Origin(title=origin.SCANNERS))

    def alerts(self, variants: _Names = None) -> Shown:
        """Return a table of the rules that raised alerts, by variant."""
        table = tables.alerts_table(self._of(*variants or ()), variants)
        return Shown(tables.cards(table), origin=Origin(variants, title=origin.ALERTS))

    def alerts_by_risk(self, variants: _Names = None) -> Shown:
        """Return a chart of the rules that raised alerts, by scanner, variant and risk."""
        figure = charts.alerts_by_risk_figure(self._of(*variants or ()), variants)
        return Shown(figure=figure, origin=Origin(variants, title=origin.ALERTS))

    def alert(self, variant: str, scanner: str, rule: str) -> Shown:
        """Return one alert with all that the scanner said of it."""
        table = tables.alert_table(self._of(variant), variant, scanner, rule)
        return Shown(table, origin=Origin([variant], title=origin.ALERTS))


class ViewsOf(Views):
    """Draws one lab from one result."""

    def __init__(self, lab: Lab, result: Result) -> None:
        super().__init__(lab)
        self._result = result

    def _of(self, *_variants: str) -> Result:
        return self._result


NAMES = tuple(name for name in vars(Views) if not name.startswith("_"))
"""What can be shown, each by the name of its method and of its macro."""
