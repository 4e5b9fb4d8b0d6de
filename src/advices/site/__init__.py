"""All that a page shows, pure.

Tables, charts, macros, where a number comes from, the pages of labs, the dashboard, reports for CI,
the check of prose.
"""

from advices.site import alert_tables, charts, checks, ci_reports, lab_page, tables
from advices.site.alert_tables import kinds
from advices.site.checks import System
from advices.site.ci_reports import Outcome
from advices.site.exercise import checked_markdown
from advices.site.registration import define_env
from advices.site.tables import table
from advices.site.time_table import time_rows

__all__ = [
    "Outcome",
    "System",
    "alert_tables",
    "charts",
    "checked_markdown",
    "checks",
    "ci_reports",
    "define_env",
    "kinds",
    "lab_page",
    "table",
    "tables",
    "time_rows",
]
