"""The reader's own project: what it builds, what each tip would bring there, and the proof.

An audit is a lab of a project: it is measured as it is, with each remedy, and with all that passed.
"""

from advices.audit.audit import Audit, audited
from advices.audit.comparing import check_ref, compared
from advices.audit.findings import CHAPTERS, Finding, findings
from advices.audit.how import How, from_names
from advices.audit.lint import Lint, linted
from advices.audit.policy import (
    Judged,
    Policy,
    Regression,
    baseline_text,
    fails,
    judged,
    read_baseline,
    refuse_unjudged,
    regressions,
)
from advices.audit.project import Asked, Chosen, Project, read_project
from advices.audit.reading.asked import VARIABLES_VARIABLE, variables_given
from advices.audit.report.html import html
from advices.audit.report.junit import junit
from advices.audit.report.links import published
from advices.audit.report.markdown import markdown
from advices.audit.report.record import record
from advices.audit.report.rows import (
    against_rows,
    diff,
    finding_rows,
    how_to_apply,
    measured_rows,
    not_judged_rows,
    refused_rows,
    sentence,
)
from advices.audit.report.sarif import sarif
from advices.audit.report.states import state_rows
from advices.audit.secrets import Secret
from advices.audit.shared import Shared, shared_bytes
from advices.audit.suppressions import Suppression, read_suppressions
from advices.audit.writing import write_fix

__all__ = [
    "CHAPTERS",
    "VARIABLES_VARIABLE",
    "Asked",
    "Audit",
    "Chosen",
    "Finding",
    "How",
    "Judged",
    "Lint",
    "Policy",
    "Project",
    "Regression",
    "Secret",
    "Shared",
    "Suppression",
    "against_rows",
    "audited",
    "baseline_text",
    "check_ref",
    "compared",
    "diff",
    "fails",
    "finding_rows",
    "findings",
    "from_names",
    "how_to_apply",
    "html",
    "judged",
    "junit",
    "linted",
    "markdown",
    "measured_rows",
    "not_judged_rows",
    "published",
    "read_baseline",
    "read_project",
    "read_suppressions",
    "record",
    "refuse_unjudged",
    "refused_rows",
    "regressions",
    "sarif",
    "sentence",
    "shared_bytes",
    "state_rows",
    "variables_given",
    "write_fix",
]
