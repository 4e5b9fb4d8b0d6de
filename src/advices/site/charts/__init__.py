"""The pictures of a page as SVG, each with the table behind it."""

from advices.site.charts.alerts import alerts_by_risk_figure
from advices.site.charts.bars import bar_chart, bar_figure, layers_figure, replay_figure
from advices.site.charts.drawing import BAD, GOOD, Bar, Group, Part, bars, figure
from advices.site.charts.stages import stages_figure
from advices.site.charts.timeline import cache_timeline_figure

__all__ = [
    "BAD",
    "GOOD",
    "Bar",
    "Group",
    "Part",
    "alerts_by_risk_figure",
    "bar_chart",
    "bar_figure",
    "bars",
    "cache_timeline_figure",
    "figure",
    "layers_figure",
    "replay_figure",
    "stages_figure",
]
