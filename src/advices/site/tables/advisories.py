"""Pure: what pip-audit knew about lock files on a day, or why it did not run."""

from __future__ import annotations

from advices.results import Audit, code, escape
from advices.site.tables.writing import table


def advisories_table(found: Audit) -> str:
    """Return a row for each lock file, or a sentence that says why nobody looked."""
    tool = f"pip-audit {escape(found.version)}, {escape(found.date)}"
    if found.why_not:
        return f"{tool}: **not run**. {escape(found.why_not)}\n"
    rows = []
    for variant, lock in found.locks.items():
        ids = [one for each in lock.vulnerable for one in each.advisories]
        names = [escape(f"{one.package} {one.version}") for one in lock.vulnerable]
        rows.append(
            [code(variant), str(lock.packages), ", ".join(names) or "none known", str(len(ids))]
        )
    header = ["Lock file of", "Packages", "With known vulnerabilities", "Advisories"]
    return f"{table(header, rows, ' r r')}\n{tool}, and not looked up since.\n"
