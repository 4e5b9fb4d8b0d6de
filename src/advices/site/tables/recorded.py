"""Pure: scans of another machine as a table that says so, never as one of today's results."""

from __future__ import annotations

from advices.lab import RISKS, SCANNERS
from advices.results import Recorded, RecordedRule, RecordedScan, code, escape
from advices.site.tables.writing import table


def recorded_table(found: Recorded) -> str:
    """Return every rule (rows) by variant (columns), the worst first, and when it was recorded."""
    rules: dict[str, RecordedRule] = {}
    for scan in found.variants.values():
        for one in scan.rules:
            known = rules.setdefault(one.rule, one)
            if RISKS.index(one.risk) < RISKS.index(known.risk):
                rules[one.rule] = one
    rows = [
        [
            escape(one.risk),
            escape(f"{one.rule} {one.name}"),
            *(_places(scan, one.rule) for scan in found.variants.values()),
        ]
        for one in sorted(rules.values(), key=lambda one: (RISKS.index(one.risk), one.name))
    ]
    header = ["Risk", "Rule", *map(code, found.variants)]
    shown = table(header, rows, "  " + "r" * len(found.variants))
    return f"{shown}\n{_when(found)}\n"


def _places(scan: RecordedScan, rule: str) -> str:
    found = next((one for one in scan.rules if one.rule == rule), None)
    return "—" if found is None else f"{found.places}{'+' if found.some_places else ''}"


def _when(found: Recorded) -> str:
    name = escape(SCANNERS.get(found.scanner, found.scanner))
    return (
        f"Recorded with {name} {escape(found.version)} on {escape(found.date)} on another machine, "
        f"over the images of commit {code(found.commit)}, and not measured here since. "
        f"{escape(found.how)}"
    )
