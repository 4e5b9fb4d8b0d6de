"""Pure: what makes a finding the same one in another run, whatever lines moved around it."""

from __future__ import annotations

from advices.audit.findings import RULED, Finding
from advices.audit.project import Project
from advices.core import digest_of


def fingerprint(project: Project, finding: Finding) -> str:
    """Return 32 hex digits that name a finding: they hold no line, no text and no number.

    Several remedies make one measure better, as bytes on disk: there the remedy tells them apart.
    Where a rule says the same without a fix, the finding stays the same one when its fix is lost.
    """
    # Of secrets there are several of one measure: what is shown tells them apart.
    fix = "" if finding.measure in RULED else finding.fix or finding.says
    built = (project.shown(project.dockerfile), project.target, project.service)
    parts = (*built, finding.lab, str(finding.measure), fix)
    return digest_of(parts)[:32]
