"""What is shown as a table, in Markdown.

All text that comes out of a result is escaped: a build step is written by anybody.
"""

from advices.site.tables.advisories import advisories_table
from advices.site.tables.alerts import alert_table, alerts_table, kinds, scanners_table
from advices.site.tables.builds import rebuilds_table, replays_table, steps_table
from advices.site.tables.claims import (
    claims_table,
    judged_and_not,
    mistakes_table,
    verdict_mark,
)
from advices.site.tables.layers import layer_sizes, layer_sizes_table, layers_table
from advices.site.tables.measures import measures_table, places_table
from advices.site.tables.provenance import bases_table, provenance_table
from advices.site.tables.recorded import recorded_table
from advices.site.tables.rehearsed import rehearsals_shown
from advices.site.tables.strip import (
    STRIP_VARIANTS,
    in_turn_table,
    of_the_steps,
    of_the_strip,
    strip_table,
)
from advices.site.tables.writing import cards, instruction, short, table, table_html

__all__ = [
    "STRIP_VARIANTS",
    "advisories_table",
    "alert_table",
    "alerts_table",
    "bases_table",
    "cards",
    "claims_table",
    "in_turn_table",
    "instruction",
    "judged_and_not",
    "kinds",
    "layer_sizes",
    "layer_sizes_table",
    "layers_table",
    "measures_table",
    "mistakes_table",
    "of_the_steps",
    "of_the_strip",
    "places_table",
    "provenance_table",
    "rebuilds_table",
    "recorded_table",
    "rehearsals_shown",
    "replays_table",
    "scanners_table",
    "short",
    "steps_table",
    "strip_table",
    "table",
    "table_html",
    "verdict_mark",
]
