"""The reader's own project: what it builds, what each tip would bring there, and the proof.

An audit is a lab of a project: it is measured as it is, with each remedy, and with all that passed.
"""

from advices.audit.audit import Audit, audited
from advices.audit.findings import CHAPTERS, Finding, findings
from advices.audit.lint import Lint, linted
from advices.audit.project import Asked, Chosen, Project, read_project
from advices.audit.report.html import html
from advices.audit.report.links import published
from advices.audit.report.markdown import markdown
from advices.audit.report.rows import (
    diff,
    finding_rows,
    measured_rows,
    not_judged_rows,
    record,
    refused_rows,
    sentence,
)

__all__ = [
    "CHAPTERS",
    "Asked",
    "Audit",
    "Chosen",
    "Finding",
    "Lint",
    "Project",
    "audited",
    "diff",
    "finding_rows",
    "findings",
    "html",
    "linted",
    "markdown",
    "measured_rows",
    "not_judged_rows",
    "published",
    "read_project",
    "record",
    "refused_rows",
    "sentence",
]
