"""The reader's own project: what it builds, what each tip would bring there, and the proof.

An audit is a lab of a project: it is measured as it is, with each remedy, and with all that passed.
"""

from advices.audit.audit import Audit, audited
from advices.audit.findings import CHAPTERS, Finding, findings
from advices.audit.project import Asked, Chosen, Project, read_project
from advices.audit.report import (
    diff,
    finding_rows,
    markdown,
    measured_rows,
    not_judged_rows,
    record,
    refused_rows,
    sentence,
)
from advices.audit.secrets import Secret
from advices.audit.writing import write_fix

__all__ = [
    "CHAPTERS",
    "Asked",
    "Audit",
    "Chosen",
    "Finding",
    "Project",
    "Secret",
    "audited",
    "diff",
    "finding_rows",
    "findings",
    "markdown",
    "measured_rows",
    "not_judged_rows",
    "read_project",
    "record",
    "refused_rows",
    "sentence",
    "write_fix",
]
