"""Pure: an audit as SARIF 2.1.0, which code hosts show at the line that a finding is about.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from advices.audit.audit import Audit, files_of
from advices.audit.policy import Judged, Policy, Regression, judged, regressions
from advices.audit.report.commands import repeat
from advices.audit.report.lines import line_of
from advices.audit.report.links import chapter
from advices.audit.report.replacements import replacements
from advices.audit.report.rows import label
from advices.core import digest_of
from advices.results import value_text

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_ROOT = "%SRCROOT%"


def sarif(audit: Audit, policy: Policy, *, site: str = "", version: str = "0") -> str:
    """Return the findings as SARIF: each with a line, a fingerprint, and its fix if there is one.

    `site` is the address of the published site, "" for no links; `version` the toolkit's.
    """
    found, worse = judged(audit, policy), regressions(audit, policy)
    rules = sorted({one.finding.lab for one in found} | {n for one in worse for n in one.chapters})
    driver: dict[str, Any] = {
        "name": "Docker Advices",
        "version": version,
        "rules": [_rule(name, site) for name in rules],
    }
    if site:
        driver["informationUri"] = site
    results = [_result(audit, policy, one, rules) for one in found]
    results += [_worse(audit, one, name, rules) for one in worse for name in one.chapters]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _rule(name: str, site: str) -> dict[str, Any]:
    address = chapter(site, name)
    return {
        "id": name,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": f"The tip of the chapter {name}"},
        "defaultConfiguration": {"level": "warning"},
        **({"helpUri": address, "help": {"text": f"See {address}"}} if address else {}),
    }


def _result(audit: Audit, policy: Policy, one: Judged, rules: list[str]) -> dict[str, Any]:
    finding = one.finding
    named = label(audit, finding.measure)
    said = f"{named}: {value_text(finding.measure, finding.before)}"
    if one.cost.alone is not None:
        said += f", and {value_text(finding.measure, one.cost.alone)} with this change alone"
    text = f"{finding.says} {said}.\nRepeat it:\n{repeat(audit, finding.measure)}"
    found = {
        "ruleId": finding.lab,
        "ruleIndex": rules.index(finding.lab),
        "level": "error" if finding.lab in policy.fail_on else "warning",
        "message": {"text": _printable(text)},
        "locations": [_location(audit, line_of(audit, finding))],
        # Code hosts know the first one, and without it compute their own from lines.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{one.fingerprint}:1",
            "advicesFinding/v1": one.fingerprint,
        },
    }
    if policy.known is not None or audit.against is not None:
        found["baselineState"] = "unchanged" if one.state == "known" else "new"
    if one.state == "suppressed":
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": one.reason}
        ]
    if fix := _fix(audit, one):
        found["fixes"] = [fix]
    return found


def _fix(audit: Audit, one: Judged) -> dict[str, Any] | None:
    """Return what the remedy alone changes: it was built and compared without the others.

    Lines of a Dockerfile that is written in another file are none of that file.
    """
    tried = next((t for t in audit.trial.tried if t.remedy.name == one.finding.fix), None)
    if tried is None or not one.finding.fix:
        return None
    project, change = audit.project, tried.change
    if project.inline:
        return None
    return {
        "description": {"text": _printable(change.says)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(audit, project.folder / name),
                "replacements": replacements(old, new),
            }
            for name, (old, new) in files_of(project, change).items()
        ],
    }


def _worse(audit: Audit, one: Regression, name: str, rules: list[str]) -> dict[str, Any]:
    change, against = one.change, audit.against
    before, after = (value_text(change.measure, v) for v in (change.before, change.after))
    ref = against.ref if against else ""
    project, said = audit.project, label(audit, change.measure)
    digest = digest_of([project.shown(project.dockerfile), name, str(change.measure), "against"])
    return {
        "ruleId": name,
        "ruleIndex": rules.index(name),
        "level": "error" if one.fails else "warning",
        "message": {"text": _printable(f"{said}: {after}, and {before} at {ref}.")},
        "locations": [_location(audit, 1)],
        "partialFingerprints": {
            "primaryLocationLineHash": f"{digest[:32]}:1",
            "advicesFinding/v1": digest[:32],
        },
        "baselineState": "new",
    }


def _location(audit: Audit, line: int) -> dict[str, Any]:
    place, region = _artifact(audit, audit.project.dockerfile), {"startLine": line}
    return {"physicalLocation": {"artifactLocation": place, "region": region}}


def _artifact(audit: Audit, path: Path) -> dict[str, str]:
    """Return a file by its path from the root of the repository, one elsewhere by its own."""
    file, root = Path(os.path.normpath(path)), audit.project.root
    if not file.is_relative_to(root):
        return {"uri": file.as_uri()}
    return {"uri": quote(file.relative_to(root).as_posix()), "uriBaseId": _ROOT}


def _printable(text: str) -> str:
    """Return a text without what would move a terminal's cursor or turn lines around."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text)
