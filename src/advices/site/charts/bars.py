"""Pure: a Result as small inline SVG charts, written at build time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from advices.core import ResultInvalid
from advices.lab import COLD, Measure, MeasureName, Says, describe, when
from advices.results import NOT_MEASURED, Result, bytes_text, replay_names, value_text
from advices.site.charts.drawing import BASE, Bar, Group, Label, Part, bars, colour, figure
from advices.site.tables import (
    instruction,
    layer_sizes,
    layer_sizes_table,
    measures_table,
    rebuilds_table,
    short,
)

SIZES = {"disk_bytes": "on disk, unpacked", "transfer_bytes": "to transfer, compressed"}

# From this part of the largest image on a layer is seen, and gets a label of its own.
_LABELLED = 0.01
_LONGEST_LABEL = 72
# Neighbours of one colour are told apart by how opaque they are.
_OPACITIES, _SMALL = (1, 0.7, 0.5), 0.35


def bar_chart(
    result: Result,
    measure: MeasureName,
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return an SVG with one bar a variant. Raises ResultInvalid for a measure of text."""
    drawn = tuple(_bar(result, measure, variant) for variant in result.names(variants))
    return bars(describe(measure, says).label, (Group("", drawn),))


def replay_chart(
    result: Result,
    measure: str,
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return an SVG with one group of bars a replay, all on one scale.

    `measure` is the name that it has within a build, as `seconds`. The first build is left out.
    """
    wanted = result.names(variants)
    groups = tuple(
        Group(
            _upper_first(when(build, says)),
            tuple(
                _bar(result, MeasureName(measure, build), variant)
                for variant in wanted
                if build in result.variants[variant].builds
            ),
        )
        for build in replay_names(result)[1:]
    )
    return bars(_of_a_build(measure).label, groups)


def layers_chart(
    result: Result, size: str = "disk_bytes", variants: Sequence[str] | None = None
) -> str:
    """Return an SVG of stacked layers on one scale, first the base in grey, then the own ones.

    Below each image stands what made each layer that can be seen, and its bytes. `size` is
    disk_bytes or transfer_bytes.
    """
    if size not in SIZES:
        raise ResultInvalid(f"a layer has no size `{size}`", why=f"it has {', '.join(SIZES)}")
    sizes = {name: layer_sizes(result, name, size) for name in result.names(variants)}
    longest = max((sum(found.values()) for found in sizes.values()), default=0)
    drawn = tuple(
        _layers_bar(variant, found, longest * _LABELLED) for variant, found in sizes.items()
    )
    return bars(f"Layers, bytes {SIZES[size]}", (Group("", drawn),))


def _layers_bar(variant: str, sizes: dict[tuple[str, int], int], labelled: float) -> Bar:
    """Return one image as a bar; layers of fewer bytes than `labelled` are one part, the last."""
    base, *own = sizes.items()
    found = [("the base", base[1], Part(base[1], BASE))] if base[1] else []
    large = [(made_by, size) for (made_by, _), size in own if size and size >= labelled]
    for number, (made_by, size) in enumerate(large):
        part = Part(size, colour(variant), _OPACITIES[number % len(_OPACITIES)])
        found.append((short(instruction(made_by), _LONGEST_LABEL), size, part))
    small = [size for _, size in own if not (size and size >= labelled)]
    if sum(small):
        layers = "layer" if len(small) == 1 else "layers"
        part = Part(sum(small), colour(variant), _SMALL)
        found.append((f"{len(small)} small {layers}", sum(small), part))
    labels = tuple(Label(said, bytes_text(size), part) for said, size, part in found)
    parts = tuple(part for _, _, part in found)
    return Bar(variant, bytes_text(sum(sizes.values())), parts, labels=labels)


def bar_figure(
    result: Result,
    measure: MeasureName,
    variants: Sequence[str] | None = None,
    says: Says | None = None,
    *,
    better: bool = True,
) -> str:
    """Return `bar_chart` as a figure with caption and table; `better` as in `measures_table`."""
    about = describe(measure, says)
    return figure(
        bar_chart(result, measure, variants, says),
        _sentence(about.label, about.meaning, about.direction if better else ""),
        measures_table(result, [measure], variants, says, better=better),
    )


def replay_figure(
    result: Result,
    measure: str,
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return `replay_chart` as a figure with caption and table."""
    about = _of_a_build(measure)
    return figure(
        replay_chart(result, measure, variants, says),
        _sentence(f"{about.label} of a rebuild", about.meaning, about.direction),
        rebuilds_table(result, measure, variants, says),
    )


def layers_figure(
    result: Result, size: str = "disk_bytes", variants: Sequence[str] | None = None
) -> str:
    """Return `layers_chart` as a figure with caption and table."""
    svg = layers_chart(result, size, variants)
    caption = _sentence(
        f"Layers, bytes {SIZES[size]}",
        "the base's layers in grey, then the image's own, each with its instruction",
        "lower is better",
    )
    return figure(svg, caption, layer_sizes_table(result, size, variants))


def _sentence(label: str, meaning: str, direction: str) -> str:
    end = f" {_upper_first(direction)}." if direction else ""
    return f"{label}: {meaning}.{end}"


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _of_a_build(measure: str) -> Measure:
    """Return what a measure of builds means; its label names no build."""
    about = describe(MeasureName(measure, COLD))
    return replace(about, label=about.label.removesuffix(f" {when(COLD)}"))


def _bar(result: Result, measure: MeasureName, variant: str) -> Bar:
    value = result.value(variant, measure)
    if value == NOT_MEASURED:
        return Bar(variant, NOT_MEASURED, (), track=False)
    if isinstance(value, str | bool):
        raise ResultInvalid(
            f"`{measure}` cannot be drawn: it has no length",
            next_step="show it in a table",
        )
    return Bar(
        variant,
        value_text(measure, value),
        (Part(float(value), colour(variant)),),
    )
