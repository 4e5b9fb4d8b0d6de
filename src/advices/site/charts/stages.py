"""Pure: the stages of a Dockerfile as a picture, with arrows from what is taken to who takes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from advices.lab import Dockerfile, StageUse, stage_uses
from advices.results import code, escape
from advices.site.charts.drawing import ANCHORED, GOOD, INK, SOFT, TRACK, figure, framed, text
from advices.site.tables import short, table

_LANES, _LEFT = 3, 12
_GAP, _LINE, _PAD = 18, 20, 12
_LONGEST_NAME, _LONGEST_LINE = 14, 60
_SHIPS, _BELOW, _STAYS, _UNUSED = (
    "is shipped",
    "layers shipped",
    "stays behind",
    "is not built",
)


def stages_chart(dockerfile: Dockerfile, targets: Sequence[str] = ()) -> str:
    """Return an SVG of the stages, top to bottom; arrows at the left say what comes from where.

    `targets` are stages that become images besides the last one. Raises LabInvalid for a
    Dockerfile without a stage.
    """
    stages = stage_uses(dockerfile, targets)
    tops: list[tuple[int, int]] = []
    drawn, top = [], 8
    for stage in stages:
        height = _LINE * (len(_lines(stage)) + 1) + _PAD
        tops.append((top, height))
        drawn.append(_box(stage, top, height))
        top += height + _GAP
    drawn += _arrows(stages, tops)
    spoken = "; ".join(
        f"{stage.name} {_fate(stage)}, {', '.join(_lines(stage))}" for stage in stages
    )
    return framed(f"Stages: {spoken}", top - _GAP + 8, "".join(drawn))


def stages_figure(dockerfile: Dockerfile, targets: Sequence[str] = ()) -> str:
    """Return `stages_chart` as a figure with caption and table."""
    return figure(
        stages_chart(dockerfile, targets),
        (
            "Each box is a stage, each arrow what a later stage copies from it. The stage with "
            "the thick frame is shipped: it contains what it makes itself and what arrows bring."
        ),
        _table(stage_uses(dockerfile, targets)),
    )


def _fate(stage: StageUse) -> str:
    if stage.ships:
        return _SHIPS
    if stage.below:
        return _BELOW
    return _STAYS if stage.needed else _UNUSED


def _lines(stage: StageUse) -> tuple[str, ...]:
    """Return what a stage stands on and takes, in words."""
    return (f"starts from {stage.base.name}", *dict.fromkeys(taken.how for taken in stage.takes))


def _box(stage: StageUse, top: int, height: int) -> str:
    looks = f"stroke:{GOOD};stroke-width:2" if stage.ships else f"stroke:{SOFT};stroke-opacity:.5"
    # Texts are cut at the edge of the box, which is a viewport of its own.
    lines = "".join(
        text("3%", 20 + _LINE * number, short(line, _LONGEST_LINE))
        for number, line in enumerate(_lines(stage), start=1)
    )
    ink = GOOD if stage.ships else SOFT
    return (
        f'<svg x="{_LEFT}%" y="{top}" width="{100 - _LEFT}%" height="{height}">'
        f'<rect x="1" y="1" width="99%" height="{height - 2}" rx="6"'
        f' style="fill:{TRACK};fill-opacity:.4;{looks}"/>'
        f'<g style="fill:{INK};font-weight:600">{text("3%", 20, short(stage.name, _LONGEST_NAME))}'
        f'</g><g style="fill:{ink}">{text("96%", 20, _fate(stage), ANCHORED)}</g>'
        f'<g style="fill:{SOFT}" font-size="12">{lines}</g></svg>'
    )


def _arrows(stages: Sequence[StageUse], tops: Sequence[tuple[int, int]]) -> Iterator[str]:
    """Return an arrow for each pair of stages of which one takes from the other."""
    pairs = [(source, target) for target, one in enumerate(stages) for source in one.stages()]
    for number, (source, target) in enumerate(pairs):
        # Lanes keep arrows apart; more arrows than lanes share them.
        lane = round(_LEFT - (number % _LANES + 1) * _LEFT / (_LANES + 1), 1)
        spread = _LINE // 2 * (number % _LANES)
        start = tops[source][0] + tops[source][1] - 14
        end = tops[target][0] + 16 + spread
        yield (
            f'<g style="stroke:{INK};fill:none" stroke-width="1.5">'
            f'<line x1="{_LEFT}%" x2="{lane}%" y1="{start}" y2="{start}"/>'
            f'<line x1="{lane}%" x2="{lane}%" y1="{start}" y2="{end}"/>'
            f'<line x1="{lane}%" x2="{_LEFT}%" y1="{end}" y2="{end}"/></g>'
            f'<svg x="{_LEFT}%" y="{end}" overflow="visible">'
            f'<path d="M0 0l-8 -5v10z" style="fill:{INK}"/></svg>'
        )


def _table(stages: Sequence[StageUse]) -> str:
    """Return what each stage stands on and takes, and what becomes of it."""
    rows = [
        [
            code(stage.name),
            code(stage.base.name),
            "; ".join(escape(taken.how) for taken in stage.takes) or "—",
            str(stage.steps),
            _fate(stage),
        ]
        for stage in stages
    ]
    return table(["Stage", "Starts from", "Takes", "Steps", "What happens to it"], rows, "   r")
