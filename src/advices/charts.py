"""Pure: a Result as small inline SVG charts, written at build time.

Widths are percentages and letters have a fixed size, so a chart fills the column it stands in
and stays readable on a phone. Colours come from the site's variables, with fallbacks on a white
card for places that have none (JupyterLab). No chart has ids, so none can clash on a page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from advices.errors import ResultInvalid
from advices.measures import Says, describe, when
from advices.quantities import bytes_text, escape, value_text
from advices.render import (
    layer_sizes,
    layer_sizes_table,
    measures_table,
    rebuilds_table,
    short,
    table_html,
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
_BEHIND = "The numbers behind this chart"
_ROUND = ' rx="3"'
_TITLE_HEIGHT, _BAR_HEIGHT, _ROW_HEIGHT, _NOTE_HEIGHT = 26, 14, 46, 18


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how long, in any unit and not negative, and its colour."""

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
    """Return an SVG of stacked layers on one scale, first the base in grey, then the own ones.

    `size` is disk_bytes or transfer_bytes.
    """
    if size not in SIZES:
        raise ResultInvalid(f"a layer has no size `{size}`", why=f"it has {', '.join(SIZES)}")
    bars = []
    for variant in variants_of(result, variants):
        base, *own = layer_sizes(result, variant, size).values()
        parts = (Part(base, _BASE), *(Part(length, _colour(variant)) for length in own))
        note = f"base {bytes_text(base)}, own {bytes_text(sum(own))}"
        bars.append(Bar(variant, bytes_text(base + sum(own)), parts, note))
    return _svg(f"Layers, bytes {SIZES[size]}", (Group("", tuple(bars)),))


def figure(svg: str, caption: str, behind: str) -> str:
    """Return a chart as an HTML figure: the chart, a caption, and the table behind it.

    `caption` is escaped; `behind` is a table made by `render.table`.
    """
    # A scrolling box without focus cannot be scrolled from the keyboard.
    box = f'<div class="adv-table" tabindex="0" role="group" aria-label="{_BEHIND}">'
    return (
        f'<figure class="adv-figure">{svg}<figcaption>{escape(caption)}</figcaption>'
        f"<details><summary>{_BEHIND}</summary>"
        f"{box}{table_html(behind)}</div></details></figure>"
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
        rebuilds_table(result, measure, variants, says),
    )


def layers_figure(
    result: Result, variants: Sequence[str] | None = None, size: str = "disk_bytes"
) -> str:
    """Return `layers_chart` as a figure with caption and table."""
    svg = layers_chart(result, variants, size)
    caption = _sentence(
        f"Layers, bytes {SIZES[size]}",
        "those of the base together in grey, the image's own in colour",
        "lower is better",
    )
    return figure(svg, caption, layer_sizes_table(result, size, variants))


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
        (Part(float(value), _colour(variant)),),
    )


def _svg(title: str, groups: Sequence[Group]) -> str:
    bars = [bar for group in groups for bar in group.bars]
    longest = max((sum(part.length for part in bar.parts) for bar in bars), default=0)
    # What looks alike stands together and says its looks once: a page may hold many charts.
    soft: list[str] = []
    strong: list[str] = []
    tracks: list[str] = []
    parts: list[str] = []
    top = 12
    for group in groups:
        if group.heading:
            strong.append(_text(0, top + 14, group.heading))
            top += _TITLE_HEIGHT
        for bar in group.bars:
            soft.append(_text(0, top + 14, short(bar.name, _LONGEST_NAME)))
            strong.append(_text("100%", top + 14, bar.value, ' text-anchor="end"'))
            tracks.append(_rect(0, top + 21, 100, _ROUND))
            parts += _parts(bar, top + 21, longest)
            if bar.note:
                soft.append(_text(0, top + 51, bar.note))
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
        f'<svg x="3%" width="94%" height="{top}" overflow="visible">'
        f'<g style="fill:{_SOFT}">{"".join(soft)}</g>'
        f'<g style="fill:{_INK};font-weight:600">{"".join(strong)}</g>'
        f'<g style="fill:{_TRACK}">{"".join(tracks)}</g>'
        f"{''.join(parts)}</svg></svg>"
    )


def _parts(bar: Bar, top: int, longest: float) -> Iterator[str]:
    """Return the parts of one bar that can be seen, those of one colour together."""
    # Parts that are drawn larger than they are push the others; 1 keeps the bar on its track.
    percents = [
        max(part.length / longest * 100, _SMALLEST_PERCENT) if part.length else 0.0
        for part in bar.parts
    ]
    shrink = min(1.0, 100 / total) if (total := sum(percents)) else 1.0
    start = 0.0
    edge = f";stroke:{_CARD}" if len(percents) > 1 else ""
    round_ = "" if edge else _ROUND
    drawn = zip(bar.parts, percents, strict=True)
    for colour, alike in itertools.groupby(drawn, lambda pair: pair[0].colour):
        rects = []
        for _, percent in alike:
            if percent:
                rects.append(_rect(start, top, percent * shrink, round_))
                start += percent * shrink
        if rects:
            yield f'<g style="fill:{colour}{edge}">{"".join(rects)}</g>'


def _rect(start: float, top: int, percent: float, more: str) -> str:
    left = f' x="{start:.1f}%"' if start else ""
    return f'<rect{left} y="{top}" width="{percent:.1f}%" height="{_BAR_HEIGHT}"{more}/>'


def _text(left: int | str, top: int, text: str, more: str = "") -> str:
    where = f' x="{left}"' if left else ""
    return f'<text{where} y="{top}"{more}>{escape(text)}</text>'
