"""What an audit reports to a job: as SARIF that its schema allows, by a policy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator, FormatChecker

from advices import audit

SCHEMA = Path(__file__).parent / "data" / "sarif" / "sarif-2.1.0-rtm.5.json"


def policy(*chapters: str, **more: Any) -> audit.Policy:
    return audit.Policy(frozenset(chapters), **more)


def log(found: audit.Audit, rules: audit.Policy, **more: Any) -> dict[str, Any]:
    """Return what is written as SARIF, after a look at it with the schema."""
    told = json.loads(audit.sarif(found, rules, **more))
    schema = json.loads(SCHEMA.read_text("utf-8"))
    faults = Draft4Validator(schema, format_checker=FormatChecker()).iter_errors(told)
    assert [f"{list(one.absolute_path)}: {one.message}" for one in faults] == []
    (run,) = told["runs"]
    return run  # type: ignore[no-any-return]
