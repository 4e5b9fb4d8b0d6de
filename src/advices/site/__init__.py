"""All that a page shows, pure.

Tables, charts and macros, where a number comes from, the pages of labs, the dashboard, reports for
CI, the check of prose.
"""

from advices.site import charts, checks, ci_reports, lab_page, social
from advices.site.agendas import Agenda, agendas
from advices.site.audit_report import audit_report, audit_style, chapters_beside
from advices.site.audited import SAMPLE, SampleAudit, load_sample, save_sample
from advices.site.checks import System
from advices.site.ci_reports import Outcome
from advices.site.exercise import checked_shown
from advices.site.registration import define_env
from advices.site.shown import Shown
from advices.site.tables import kinds, table
from advices.site.time_table import time_rows
from advices.site.views import Views

__all__ = [
    "SAMPLE",
    "Agenda",
    "Outcome",
    "SampleAudit",
    "Shown",
    "System",
    "Views",
    "agendas",
    "audit_report",
    "audit_style",
    "chapters_beside",
    "charts",
    "checked_shown",
    "checks",
    "ci_reports",
    "define_env",
    "kinds",
    "lab_page",
    "load_sample",
    "save_sample",
    "social",
    "table",
    "time_rows",
]
