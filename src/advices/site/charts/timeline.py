"""Pure: one build of several variants, step by step: what ran, how long, where the cache stops."""

from __future__ import annotations

from collections.abc import Sequence

from advices.lab import Says, when
from advices.results import Build, Result, Step, code, escape, seconds_text
from advices.site.charts.drawing import ANCHORED, INK, SOFT, TRACK, colour, figure, framed, text
from advices.site.tables import instruction, short, table

_ROW, _CELL, _HEAD = 30, 26, 36
_LONGEST_NAME, _LONGEST_STEP, _LONGEST_CELL = 20, 72, 96
_SMALL = ' font-size="12" font-style="italic"'
_STOPS, _HOLDS = "the cache stops here", "the cache lasts to the end"


def cache_timeline(
    result: Result, build: str, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return an SVG a variant: each step of a build, in order, on one scale of seconds.

    Raises ResultInvalid for a build or a variant that is not there.
    """
    made = {name: result.build(name, build) for name in result.names(variants)}
    longest = max((step.seconds for one in made.values() for step in one.steps), default=0)
    return "".join(_column(name, one, when(build, says), longest) for name, one in made.items())


def cache_timeline_figure(
    result: Result, build: str, variants: Sequence[str] | None = None, says: Says | None = None
) -> str:
    """Return `cache_timeline` as a figure, variants side by side, with caption and table."""
    drawn = cache_timeline(result, build, variants, says)
    return figure(
        f'<div class="adv-side">{drawn}</div>',
        (
            f"Every step {when(build, says)}: a grey step came from the cache; a coloured step "
            "ran, and its bar shows how long it took."
        ),
        _table(result, build, variants),
    )


def _column(name: str, build: Build, placed: str, longest: float) -> str:
    """Return the picture of one variant's build."""
    top, drawn = _HEAD, [_heading(name, build)]
    before = True
    for step in build.steps:
        if before and not step.cached:
            drawn.append(_line(_STOPS, top))
            top += _ROW - 6
        before = before and step.cached
        drawn.append(_row(step, top, colour(name), longest))
        top += _ROW
    if before:
        drawn.append(_line(_HOLDS, top))
        top += _ROW - 6
    steps = ", ".join(f"{instruction(step.name)} {_happened(step)}" for step in build.steps)
    spoken = f"{name}, {placed}: {_counted(build)} in {seconds_text(build.timing.median)}: {steps}"
    return framed(spoken, top + 4, "".join(drawn))


def _counted(build: Build) -> str:
    return f"{build.steps_run} of {len(build.steps)} steps ran"


def _happened(step: Step) -> str:
    return "from the cache" if step.cached else f"ran {seconds_text(step.seconds)}"


def _heading(name: str, build: Build) -> str:
    return (
        f'<g style="fill:{INK};font-weight:600">{text(0, 22, short(name, _LONGEST_NAME))}'
        f"{text('100%', 22, _counted(build), ANCHORED)}</g>"
    )


def _line(said: str, top: int) -> str:
    """Return a dashed line across, with what it stands for below it."""
    return (
        f'<g style="fill:{SOFT}"><line x2="100%" y1="{top}" y2="{top}"'
        f' style="stroke:{SOFT}" stroke-dasharray="5 4"/>'
        f"{text(0, top + 15, said, _SMALL)}</g>"
    )


def _row(step: Step, top: int, of_variant: str, longest: float) -> str:
    """Return one step: an edge and a bar for what ran, the instruction, what happened."""
    share = round(step.seconds / longest * 100, 1) if longest else 0
    bar = f'<rect width="{share:g}%" height="{_CELL}" fill-opacity=".2"/>' if share else ""
    looks = TRACK if step.cached else of_variant
    said = "cached" if step.cached else seconds_text(step.seconds)
    # A viewport of its own cuts an instruction before it runs into what happened.
    return (
        f'<svg y="{top}" height="{_CELL}" font-size="12">'
        f'<g style="fill:{looks}">{bar}<rect width="4" height="{_CELL}"/></g>'
        f'<g style="fill:{SOFT if step.cached else INK}">'
        f'<svg width="76%">{text(12, 17, short(instruction(step.name), _LONGEST_STEP))}</svg>'
        f"{text('100%', 17, said, ANCHORED)}</g></svg>"
    )


def _table(result: Result, build: str, variants: Sequence[str] | None) -> str:
    """Return every step (rows) of every variant, in order."""
    rows = [
        [
            code(name),
            str(number),
            code(short(step.name, _LONGEST_CELL)),
            "from the cache" if step.cached else "ran",
            "—" if step.cached else escape(seconds_text(step.seconds)),
        ]
        for name in result.names(variants)
        for number, step in enumerate(result.build(name, build).steps, start=1)
    ]
    return table(["Variant", "Step", "Instruction", "What happened", "Seconds"], rows, " r  r")
