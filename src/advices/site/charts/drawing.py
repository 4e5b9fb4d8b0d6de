"""Pure: bars, labels and figures as inline SVG; what they show is decided in `charts` and others.

Widths are percentages and letters have a fixed size, so a picture fills the column it stands in
and stays readable on a phone. Colours come from the site's variables, with fallbacks on a white
card for places that have none (JupyterLab). No picture has ids, so none can clash on a page.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from advices.results import escape
from advices.site.tables import short, table_html

CARD = "var(--adv-card, #ffffff)"
INK = "var(--md-default-fg-color, #1c2330)"
SOFT = "var(--adv-soft-ink, #4d5768)"
TRACK = "var(--adv-track, #e6e9ef)"
BASE = "var(--adv-base-layer, #9aa6b8)"
BAD = "var(--adv-bad, #c2452d)"
GOOD = "var(--adv-good, #0f7f74)"
OTHER = "var(--adv-other, #5a54c4)"

# A long name would run into the value at its right on a narrow screen.
_LONGEST_NAME = 26
# A part that is not zero stays visible however small it is: about 2 px on a phone.
_SMALLEST_PERCENT = 0.7
_BEHIND = "The numbers behind this chart"
ANCHORED = ' text-anchor="end"'
_ROUND = ' rx="3"'
_TITLE_HEIGHT, _BAR_HEIGHT, _ROW_HEIGHT, _NOTE_HEIGHT = 26, 14, 46, 18


@dataclass(frozen=True)
class Part:
    """A piece of a bar: how long, in any unit and not negative, its colour, and how opaque."""

    length: float
    colour: str
    opacity: float = 1


@dataclass(frozen=True)
class Label:
    """A line below a bar: text at the left, value at the right, after a spot of a part's look.

    The text is cut where the picture is too narrow for it.
    """

    text: str
    value: str
    looks: Part | None = None


@dataclass(frozen=True)
class Bar:
    """One bar: name at the left, value at the right, parts from the left, a note and labels below.

    A bar without a track stands for what was not measured.
    """

    name: str
    value: str
    parts: tuple[Part, ...]
    note: str = ""
    labels: tuple[Label, ...] = ()
    track: bool = True

    @property
    def spoken(self) -> str:
        """Return all that this bar says, for who does not see it."""
        labels = ", ".join(f"{label.text} {label.value}" for label in self.labels)
        said = " ".join(filter(None, (self.name, self.value, self.note)))
        return f"{said} ({labels})" if labels else said


@dataclass(frozen=True)
class Group:
    """Bars below one heading; the heading may be empty."""

    heading: str
    bars: tuple[Bar, ...]


def colour(variant: str) -> str:
    """Return the colour that a variant has in every picture."""
    return {"bad": BAD, "good": GOOD}.get(variant, OTHER)


def figure(pictures: str, caption: str, behind: str) -> str:
    """Return pictures as an HTML figure: the pictures, a caption, and the table behind them.

    `caption` is escaped; `behind` is a table made by `tables.table`.
    """
    # A scrolling box without focus cannot be scrolled from the keyboard.
    box = f'<div class="adv-table" tabindex="0" role="group" aria-label="{_BEHIND}">'
    return (
        f'<figure class="adv-figure">{pictures}<figcaption>{escape(caption)}</figcaption>'
        f"<details><summary>{_BEHIND}</summary>"
        f"{box}{table_html(behind)}</div></details></figure>"
    )


def framed(spoken: str, height: int, drawn: str) -> str:
    """Return the SVG around what was drawn, `height` px high; `spoken` is its name."""
    # The viewport in the middle leaves a margin, which percentages alone cannot do.
    return (
        f'<svg class="adv-chart" role="img" aria-label="{escape(spoken)}"'
        ' xmlns="http://www.w3.org/2000/svg" width="640"'
        f' height="{height}" style="height:{height}px;max-width:100%"'
        ' font-family="system-ui, sans-serif" font-size="14">'
        f'<rect width="100%" height="100%" rx="8" style="fill:{CARD}"/>'
        f'<svg x="3%" width="94%" height="{height}" overflow="visible">{drawn}</svg></svg>'
    )


def text(left: int | str, top: int, said: str, more: str = "") -> str:
    """Return a text of which the line of its letters stands at `top`."""
    where = f' x="{left}"' if left else ""
    return f'<text{where} y="{top}"{more}>{escape(said)}</text>'


def clipped(texts: str) -> str:
    """Return small texts that are cut before they run into the values at their right."""
    # A viewport of its own cuts what is too long, without an id to clip by.
    return f'<svg width="76%" height="100%" font-size="12">{texts}</svg>' if texts else ""


@dataclass
class _Sheet:
    """What looks alike stands together and says its looks once: a page may hold many charts."""

    soft: list[str] = field(default_factory=list)
    strong: list[str] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    tracks: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    edged: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    spots: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        small = (
            f'<g font-size="12" text-anchor="end">{"".join(self.values)}</g>' if self.values else ""
        )
        return (
            f'<g style="fill:{SOFT}">{"".join(self.soft)}{small}{clipped("".join(self.labels))}</g>'
            f'<g style="fill:{INK};font-weight:600">{"".join(self.headings)}'
            f'<g text-anchor="end">{"".join(self.strong)}</g></g>'
            f'<g style="fill:{TRACK}">{"".join(self.tracks)}</g>'
            + "".join(self.parts)
            + (f'<g style="stroke:{CARD}">{"".join(self.edged)}</g>' if self.edged else "")
            + "".join(
                f'<g style="fill:{of}">{"".join(all_)}</g>' for of, all_ in self.spots.items()
            )
        )


def bars(title: str, groups: Sequence[Group]) -> str:
    """Return an SVG of bars on one scale, which the longest of them fills."""
    every = [bar for group in groups for bar in group.bars]
    longest = max((sum(part.length for part in bar.parts) for bar in every), default=0)
    sheet, top = _Sheet(), 12
    for group in groups:
        if group.heading:
            sheet.headings.append(text(0, top + 14, group.heading))
            top += _TITLE_HEIGHT
        for bar in group.bars:
            top = _bar(sheet, bar, top, longest)
        top += 6
    spoken = "; ".join(
        f"{group.heading + ': ' if group.heading else ''}"
        + ", ".join(bar.spoken for bar in group.bars)
        for group in groups
    )
    return framed(f"{title}: {spoken}", top, str(sheet))


def _bar(sheet: _Sheet, bar: Bar, top: int, longest: float) -> int:
    """Draw one bar and return where the next one stands."""
    sheet.soft.append(text(0, top + 14, short(bar.name, _LONGEST_NAME)))
    sheet.strong.append(text("100%", top + 14, bar.value))
    if bar.track:
        sheet.tracks.append(_rect(0, top + 21, 100, _ROUND))
    else:
        empty = _rect(0, top + 21, 100, _ROUND)
        sheet.parts.append(f'<g style="fill:none;stroke:{SOFT};stroke-dasharray:4 4">{empty}</g>')
    # Parts that touch are told apart by an edge.
    (sheet.edged if len(bar.parts) > 1 else sheet.parts).extend(_parts(bar, top + 21, longest))
    if bar.note:
        sheet.soft.append(text(0, top + 51, bar.note))
        top += _NOTE_HEIGHT
    for label in bar.labels:
        if label.looks:
            spot = f'<rect y="{top + 42}" width="10" height="10"{_opacity(label.looks)}/>'
            sheet.spots.setdefault(label.looks.colour, []).append(spot)
        sheet.labels.append(text(16, top + 51, label.text))
        sheet.values.append(text("100%", top + 51, label.value))
        top += _NOTE_HEIGHT
    return top + _ROW_HEIGHT + (4 if bar.labels else 0)


def _parts(bar: Bar, top: int, longest: float) -> Iterator[str]:
    """Return the parts of one bar that can be seen, those of one colour together."""
    # Parts that are drawn larger than they are push the others; 1 keeps the bar on its track.
    percents = [
        max(part.length / longest * 100, _SMALLEST_PERCENT) if part.length else 0.0
        for part in bar.parts
    ]
    shrink = min(1.0, 100 / total) if (total := sum(percents)) else 1.0
    start = 0.0
    round_ = "" if len(percents) > 1 else _ROUND
    drawn = zip(bar.parts, percents, strict=True)
    for of_colour, alike in itertools.groupby(drawn, lambda pair: pair[0].colour):
        rects = []
        for part, percent in alike:
            if percent:
                rects.append(_rect(start, top, percent * shrink, round_ + _opacity(part)))
                start += percent * shrink
        if rects:
            yield f'<g style="fill:{of_colour}">{"".join(rects)}</g>'


def _opacity(part: Part) -> str:
    return f' fill-opacity="{part.opacity:g}"' if part.opacity != 1 else ""


def _rect(start: float, top: int, percent: float, more: str) -> str:
    left = f' x="{round(start, 1):g}%"' if start else ""
    return f'<rect{left} y="{top}" width="{round(percent, 1):g}%" height="{_BAR_HEIGHT}"{more}/>'
