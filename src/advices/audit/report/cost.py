"""Pure: what each finding costs the project, and in which order a reader should look at them."""

from __future__ import annotations

from dataclasses import dataclass

from advices.audit.audit import Audit
from advices.audit.findings import Finding, findings
from advices.lab import MeasureName
from advices.results import Value, bytes_text, seconds_text

# What loses a secret, rights or requests comes before any number of bytes, in this order.
_FIRST = (
    *("secrets_in_layers", "secrets_in_history", "secrets_in_config", "uid", "requests_lost"),
    *("stop_exit_code", "writable_app_files", "missing_libraries", "distributions_failing"),
)
# A difference of these says nothing: one is a name, the other a code.
_NO_AMOUNTS = ("uid", "stop_exit_code")


@dataclass(frozen=True)
class Cost:
    """A finding with what its fix brings alone, because what fixes bring does not add up.

    `alone` is the value with that fix and no other, None without a fix. `bytes` are those that the
    project loses by it: of the image or the context, or what a deploy moves. They are those of all
    fixes where several `share` one build, so that nobody knows what one of them brings.
    """

    finding: Finding
    alone: Value | None
    bytes: float
    shares: bool = False

    @property
    def difference(self) -> float | None:
        """Return after minus before: of the fix alone, of the whole diff without one."""
        before = self.finding.before
        after = self.finding.after if self.alone is None else self.alone
        if self.finding.measure.name in _NO_AMOUNTS or self.shares:
            return None
        if isinstance(before, str) or after is None or isinstance(after, str):
            return None
        return after - before


def costs(audit: Audit) -> tuple[Cost, ...]:
    """Return every finding with its cost, what matters most first."""
    found = (_cost(audit, one) for one in findings(audit.trial))
    return tuple(sorted(found, key=_order))


def _cost(audit: Audit, finding: Finding) -> Cost:
    tried = next((one for one in audit.trial.tried if one.remedy.name == finding.fix), None)
    shares = tried is not None and not tried.alone
    alone = tried.after if tried is not None and not shares else None
    known = audit.trial.yours.measures()
    if finding.measure.unit == "bytes":
        before, after = finding.before, finding.after if alone is None else alone
        return Cost(finding, alone, max(0.0, _number(before) - _number(after)), shares)
    # An edit that runs too many steps costs the bytes that a deploy then moves.
    moved = MeasureName("new_transfer_bytes", finding.measure.of)
    fixed = audit.trial.fixed.measures() if audit.trial.fixed else {}
    lost = max(0.0, _number(known.get(moved)) - _number(fixed.get(moved)))
    return Cost(finding, alone, lost, shares)


def _number(value: Value | None) -> float:
    return value if isinstance(value, int | float) else 0.0


def _order(cost: Cost) -> tuple[float, ...]:
    name = cost.finding.measure.name
    group = _FIRST.index(name) if name in _FIRST else len(_FIRST)
    return (group, -cost.bytes, -abs(cost.difference or 0.0))


def difference_text(cost: Cost) -> str:
    """Return the difference with its sign and unit, "" where there is none to tell.

    Steps cost what a deploy moves because of them, so that is told with them.
    """
    said = _difference_text(cost)
    if cost.finding.measure.name == "steps_run" and cost.bytes:
        # Of steps that several changes share nobody knows which of them each takes away.
        return ", ".join(filter(None, (said, f"−{bytes_text(cost.bytes)} to move")))
    return said


def _difference_text(cost: Cost) -> str:
    if cost.difference is None:
        return ""
    size, measure = abs(cost.difference), cost.finding.measure
    sign = "" if not size else "−" if cost.difference < 0 else "+"
    if measure.unit == "bytes":
        return sign + bytes_text(size)
    return sign + (seconds_text(size) if measure.is_time else f"{size:g}")
