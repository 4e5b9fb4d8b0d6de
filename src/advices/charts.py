"""Pure: a Result as small inline SVG charts, written at build time.

Widths are percentages and letters have a fixed size, so a chart fills the column it stands in
and stays readable on a phone. Colours come from the site's variables, with fallbacks on a white
card for places that have none (JupyterLab). No chart has ids, so none can clash on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advices.errors import ResultInvalid
from advices.measures import Says, describe, when
from advices.quantities import bytes_text, escape, value_text
from advices.render import (
    layers_table,
    measures_table,
    replays_table,
    table_html,
    variant_of,
    variants_of,
)
from advices.results import Result, replay_names

SIZES = {"disk_bytes": "on disk, unpacked", "transfer_bytes": "to transfer, compressed"}

_CARD = "var(--adv-card, #ffffff)"
_INK = "var(--md-default-fg-color, #1c2330)"
_SOFT = "var(--adv-soft-ink, #4d5768)"
_TRACK = "var(--adv-track, #e6e9ef)"
_BASE = "var(--adv-base-layer, #9aa6b8)"
_COLOURS = {"bad": "var(--adv-bad, #c2452d)", "good": "var(--adv-good, #0f7f74)"}
_OTHER = "var(--adv-other, #5a54c4)"

# A long name would run into the value at its right on a narrow screen.
_LONGEST_NAME = 26
# A part that is not zero stays visible however small it is: about 2 px on a phone.
_SMALLEST_PERCENT = 0.7
_TITLE_HEIGHT, _BAR_HEIGHT, _ROW_HEIGHT, _NOTE_HEIGHT = 26, 14, 46, 18


@dataclass(frozen=True)
class Part:
    """A piece of a bar: what it is, how long (any unit, not negative), and its colour."""

    name: str
    length: float
    colour: str


@dataclass(frozen=True)
class Bar:
    """One bar: name at the left, value at the right, parts from the left, a note below."""

    name: str
    value: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Bars below one heading; the heading may be empty."""

    heading: str
    bars: tuple[Bar, ...]


def bar_chart(
    result: Result, measure: str, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return an SVG with one bar a variant. Raises ResultInvalid for a measure of text."""
    bars = tuple(_bar(result, measure, variant) for variant in variants_of(result, variants))
    return _svg(describe(measure, says).label, (Group("", bars),))


def replay_chart(
    result: Result,
    measure: str = "new_transfer_bytes",
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return an SVG with one group of bars a replay, all on one scale.

    `measure` is that of a build, without its prefix. The first build is left out.
    """
    wanted = variants_of(result, variants)
    groups = tuple(
        Group(
            _upper_first(when(build, says)),
            tuple(_bar(result, f"{build}.{measure}", variant) for variant in wanted),
        )
        for build in replay_names(result)[1:]
    )
    return _svg(describe(f"cold.{measure}").label.removesuffix(" in the first build"), groups)


def layers_chart(
    result: Result, variants: Sequence[str] | None = None, size: str = "disk_bytes"
) -> str:
    """Return an SVG of stacked layers on one scale, those of the base in grey, lowest first.

    `size` is disk_bytes or transfer_bytes.
    """
    if size not in SIZES:
        raise ResultInvalid(f"a layer has no size `{size}`", why=f"it has {', '.join(SIZES)}")
    bars = []
    for variant in variants_of(result, variants):
        layers = variant_of(result, variant).layers
        lengths = [
            layer.disk_bytes if size == "disk_bytes" else layer.transfer_bytes for layer in layers
        ]
        own = sum(n for n, layer in zip(lengths, layers, strict=True) if not layer.from_base)
        total = sum(lengths)
        parts = tuple(
            Part(
                f"{'base' if layer.from_base else 'own'}: {layer.created_by}, {bytes_text(length)}",
                length,
                _BASE if layer.from_base else _colour(variant),
            )
            for layer, length in zip(layers, lengths, strict=True)
        )
        note = f"base {bytes_text(total - own)}, own {bytes_text(own)}"
        bars.append(Bar(variant, bytes_text(total), parts, note))
    return _svg(f"Layers, bytes {SIZES[size]}", (Group("", tuple(bars)),))


def figure(svg: str, caption: str, behind: str) -> str:
    """Return a chart as an HTML figure: the chart, a caption, and the table behind it.

    `caption` is escaped; `behind` is a table made by `render.table`.
    """
    return _figure(svg, caption, table_html(behind))


def _figure(svg: str, caption: str, behind: str) -> str:
    # A scrolling box without focus cannot be scrolled from the keyboard.
    box = f'<div class="adv-table" tabindex="0" role="group" aria-label="{escape(caption)}">'
    return (
        f'<figure class="adv-figure">{svg}<figcaption>{escape(caption)}</figcaption>'
        "<details><summary>The numbers behind this chart</summary>"
        f"{box}{behind}</div></details></figure>"
    )


def bar_figure(
    result: Result, measure: str, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return `bar_chart` as a figure with caption and table."""
    about = describe(measure, says)
    return figure(
        bar_chart(result, measure, variants, says),
        _sentence(about.label, about.meaning, about.direction),
        measures_table(result, [measure], variants, says),
    )


def replay_figure(
    result: Result,
    measure: str = "new_transfer_bytes",
    variants: Sequence[str] | None = None,
    says: Says | None = None,
) -> str:
    """Return `replay_chart` as a figure with caption and table."""
    about = describe(f"cold.{measure}")
    label = about.label.removesuffix(" in the first build") + " of a rebuild"
    return figure(
        replay_chart(result, measure, variants, says),
        _sentence(label, about.meaning, about.direction),
        replays_table(result, variants, says),
    )


def layers_figure(
    result: Result, variants: Sequence[str] | None = None, size: str = "disk_bytes"
) -> str:
    """Return `layers_chart` as a figure with caption and the layers of every variant."""
    svg = layers_chart(result, variants, size)
    caption = _sentence(
        f"Layers, bytes {SIZES[size]}",
        "the base's layers in grey, the image's own in colour",
        "lower is better",
    )
    tables = "".join(
        f"<p><strong>{escape(variant)}</strong></p>{table_html(layers_table(result, variant))}"
        for variant in variants_of(result, variants)
    )
    return _figure(svg, caption, tables)


def _sentence(label: str, meaning: str, direction: str) -> str:
    end = f" {_upper_first(direction)}." if direction else ""
    return f"{label}: {meaning}.{end}"


def _upper_first(text: str) -> str:
    return text[:1].upper() + text[1:]


def _colour(variant: str) -> str:
    return _COLOURS.get(variant, _OTHER)


def _bar(result: Result, measure: str, variant: str) -> Bar:
    value = result.value(variant, measure)
    if isinstance(value, str | bool):
        raise ResultInvalid(
            f"`{measure}` cannot be drawn: it has no length",
            next_step="show it in a table",
        )
    return Bar(
        variant,
        value_text(measure, value),
        (Part(variant, float(value), _colour(variant)),),
    )


def _svg(title: str, groups: Sequence[Group]) -> str:
    bars = [bar for group in groups for bar in group.bars]
    longest = max((sum(part.length for part in bar.parts) for bar in bars), default=0)
    lines = []
    top = 12
    for group in groups:
        if group.heading:
            lines.append(_text(0, top + 14, group.heading, _INK, weight=600))
            top += _TITLE_HEIGHT
        for bar in group.bars:
            lines += _draw(bar, top, longest)
            top += _ROW_HEIGHT + (_NOTE_HEIGHT if bar.note else 0)
        top += 6
    spoken = "; ".join(
        f"{group.heading + ': ' if group.heading else ''}"
        + ", ".join(" ".join(filter(None, (b.name, b.value, b.note))) for b in group.bars)
        for group in groups
    )
    # The viewport in the middle leaves a margin, which percentages alone cannot do.
    return (
        f'<svg class="adv-chart" role="img" aria-label="{escape(f"{title}: {spoken}")}"'
        ' xmlns="http://www.w3.org/2000/svg" width="640"'
        f' height="{top}" style="height:{top}px;max-width:100%"'
        ' font-family="system-ui, sans-serif" font-size="14">'
        f'<rect width="100%" height="100%" rx="8" style="fill:{_CARD}"/>'
        f'<svg x="3%" width="94%" height="{top}" overflow="visible">{"".join(lines)}</svg></svg>'
    )


def _draw(bar: Bar, top: int, longest: float) -> list[str]:
    name = bar.name if len(bar.name) <= _LONGEST_NAME else bar.name[: _LONGEST_NAME - 1] + "…"
    lines = [
        _text(0, top + 14, name, _SOFT),
        _text("100%", top + 14, bar.value, _INK, anchor="end", weight=600),
        _rect(0, top + 21, 100, _TRACK),
    ]
    # Parts that are drawn larger than they are push the others; 1 keeps the bar on its track.
    percents = [
        max(part.length / longest * 100, _SMALLEST_PERCENT) if part.length else 0.0
        for part in bar.parts
    ]
    shrink = min(1.0, 100 / total) if (total := sum(percents)) else 1.0
    start = 0.0
    for part, percent in zip(bar.parts, percents, strict=True):
        if percent:
            seen = _rect(start, top + 21, percent * shrink, part.colour, edge=len(percents) > 1)
            lines.append(f"<g><title>{escape(part.name)}</title>{seen}</g>")
            start += percent * shrink
    if bar.note:
        lines.append(_text(0, top + 51, bar.note, _SOFT))
    return lines


def _rect(start: float, top: int, percent: float, colour: str, *, edge: bool = False) -> str:
    line = f";stroke:{_CARD};stroke-width:1" if edge else ""
    return (
        f'<rect x="{start:.2f}%" y="{top}" width="{percent:.2f}%" height="{_BAR_HEIGHT}"'
        f' rx="{0 if edge else 3}" style="fill:{colour}{line}"/>'
    )


def _text(
    left: int | str, top: int, text: str, colour: str, *, anchor: str = "start", weight: int = 400
) -> str:
    return (
        f'<text x="{left}" y="{top}" text-anchor="{anchor}" font-weight="{weight}"'
        f' style="fill:{colour}">{escape(text)}</text>'
    )
