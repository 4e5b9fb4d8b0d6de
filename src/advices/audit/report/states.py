"""Pure: which findings a job lives with, and why."""

from __future__ import annotations

from advices.audit.audit import Audit
from advices.audit.policy import Policy, judged
from advices.audit.report.rows import Rows


def state_rows(audit: Audit, policy: Policy) -> Rows:
    """Return a row a finding that is known or suppressed: the chapter, what it is, and why."""
    rows = [["chapter", "fails no job", "because"]]
    for one in judged(audit, policy):
        why = {
            "new": "",
            "known": "it was there before",
            "suppressed": f"suppressed: {one.reason}",
        }[one.state]
        if why:
            rows.append([one.finding.lab, one.finding.says, why])
    return rows
