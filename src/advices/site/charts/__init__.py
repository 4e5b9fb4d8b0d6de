"""The pictures of a page as SVG, each with the table behind it."""

from advices.site.charts import drawing
from advices.site.charts.alerts import alerts_by_risk_figure
from advices.site.charts.bars import bar_chart, bar_figure, layers_figure, replay_figure
from advices.site.charts.stages import stages_figure
from advices.site.charts.timeline import cache_timeline_figure

__all__ = [
    "alerts_by_risk_figure",
    "bar_chart",
    "bar_figure",
    "cache_timeline_figure",
    "drawing",
    "layers_figure",
    "replay_figure",
    "stages_figure",
]
