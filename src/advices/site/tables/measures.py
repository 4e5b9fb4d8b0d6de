"""Pure: measures of variants as tables."""

from __future__ import annotations

from collections.abc import Sequence

from advices.lab import Measure, MeasureName, Says, describe
from advices.results import Result, Value, code, escape, value_text
from advices.site.tables.writing import table


def measures_table(
    result: Result,
    measures: Sequence[MeasureName],
    variants: Sequence[str] | None = None,
    says: Says | None = None,
    *,
    better: bool = True,
) -> str:
    """Return measures (rows) by variant (columns), each value with its unit.

    With `better` a last column says which direction is better. A comparison of trade-offs has none:
    the variant with the best number is not the one to take.
    """
    wanted = result.names(variants)
    rows = []
    for measure in measures:
        about = describe(measure, says)
        values = [value_text(measure, result.value(variant, measure)) for variant in wanted]
        rows.append([escape(about.label), *map(escape, values), *[_better(about)] * better])
    header = ["Measure", *map(code, wanted), *["Better"] * better]
    return table(header, rows, " " + "r" * len(wanted))


def places_table(
    result: Result,
    measures: Sequence[MeasureName],
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return variants (rows) by what must be found nowhere (columns): how many there are."""
    rows = [
        [code(variant), *(_found(measure, result.value(variant, measure)) for measure in measures)]
        for variant in result.names(variants)
    ]
    return table(["Variant", *(escape(describe(one, says).label) for one in measures)], rows)


def _found(measure: MeasureName, value: Value) -> str:
    css, sign = (
        ("adv-fails", f"✗ {value_text(measure, value)}") if value else ("adv-holds", "✓ none")
    )
    return f'<span class="{css}">{escape(sign)}</span>'


def _better(about: Measure) -> str:
    if about.lower_is_better is None:
        return "—"
    return "↓ lower" if about.lower_is_better else "↑ higher"
