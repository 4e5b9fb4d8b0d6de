"""Pure: what an audit found, as a record that a program reads and a report is drawn from."""

from __future__ import annotations

from typing import Any

from advices.audit.audit import Audit, files_of
from advices.audit.findings import findings, not_judged
from advices.audit.lint import remarks
from advices.audit.policy import Policy
from advices.audit.report import rows
from advices.audit.report.states import state_rows
from advices.lab import MeasureName
from advices.results import value_text


def record(audit: Audit, policy: Policy | None = None) -> dict[str, Any]:
    """Return all that an audit found, as JSON holds it; with a policy also what fails no job."""
    trial, said = audit.trial, remarks(audit.lint, audit.trial)
    return {
        "schema_version": 1,
        "sentence": rows.sentence(audit),
        "chosen": [vars(one) for one in audit.project.chosen],
        "findings": [{**vars(one), "measure": str(one.measure)} for one in findings(trial)],
        "tried": [
            {
                "name": one.remedy.name,
                "chapter": one.remedy.lab,
                "says": one.change.says,
                "measure": str(one.remedy.measure),
                "before": one.before,
                # Of one that was tried with others only, nobody knows what it brings.
                "after": one.after if one.alone else None,
                "alone": one.alone,
                "in_the_diff": one.remedy.name in trial.names,
                "refused": one.refused,
                # Alone, whatever the others change.
                "diff": rows.diff_of(audit.project, files_of(audit.project, one.change)),
            }
            for one in trial.tried
        ],
        "secrets": [
            {
                "kind": one.kind,
                "name": one.name,
                "places": dict(one.places),
                "after": None if one.after is None else dict(one.after),
                "not_judged": one.unjudged,
            }
            for one in trial.canaries
        ],
        "not_judged": {str(measure): why for measure, why in not_judged(trial).items()},
        "left_out": {**audit.left_out, **dict(trial.left_out)},
        "yours": trial.yours.model_dump(mode="json"),
        "fixed": trial.fixed.model_dump(mode="json") if trial.fixed else None,
        "diff": rows.diff(audit),
        "lint": [{**vars(one), "measure": _name(one.measure)} for one in said],
        "lint_did_not_run": dict(audit.lint.missing),
        "against": _against(audit),
        # What --fix would write: nothing where the Dockerfile is a part of another file.
        "files": {
            name: {"before": old, "after": new}
            for name, (old, new) in audit.files.items()
            if not audit.project.inline
        },
        "shown": _shown(audit, policy),
    }


def _shown(audit: Audit, policy: Policy | None) -> dict[str, Any]:
    """Return what a report draws, in words: rows each with its header, sentences, and bars."""
    return {
        "findings": rows.finding_rows(audit),
        "alone": rows.alone_rows(audit),
        "states": state_rows(audit, policy) if policy else [],
        "against": rows.against_rows(audit),
        "measured": rows.measured_rows(audit),
        "refused": rows.refused_rows(audit),
        "lint": rows.lint_rows(audit),
        "lint_said": rows.lint_said(audit),
        "not_judged": rows.not_judged_rows(audit),
        "chosen": rows.chosen_rows(audit),
        "figures": _figures(audit),
        "how_to_apply": rows.how_to_apply(audit),
    }


def _figures(audit: Audit) -> list[dict[str, Any]]:
    """Return what an edit moves, or else the sizes: of the project, and with the diff."""
    edit, trial = MeasureName("new_transfer_bytes", "edit-source"), audit.trial
    sizes = [MeasureName("transfer_bytes"), MeasureName("disk_bytes")]
    named = [("yours", trial.yours), *([("with the diff", trial.fixed)] if trial.fixed else [])]
    return [
        {
            "label": rows.label(audit, measure),
            "bars": [
                [name, value_text(measure, taken), taken]
                for name, result in named
                if isinstance(taken := result.measures().get(measure), int | float)
            ],
        }
        for measure in ([edit] if edit in trial.yours.measures() else sizes)
    ]


def _name(measure: MeasureName | None) -> str | None:
    return str(measure) if measure else None


def _against(audit: Audit) -> dict[str, Any] | None:
    if audit.against is None:
        return None
    changes = audit.against.changes(audit.trial.yours)
    return {
        "ref": audit.against.ref,
        "commit": audit.against.commit,
        "bytes_not_compared": audit.against.no_bytes,
        "changes": [{**vars(one), "measure": str(one.measure)} for one in changes],
    }
