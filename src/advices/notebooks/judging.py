"""Pure: what is wrong with a lab that was measured, and what moved since its committed result."""

from __future__ import annotations

from dataclasses import replace

from advices.core import ClaimBroken
from advices.notebooks.execution import Executed
from advices.results import (
    Drift,
    Result,
    base_changes,
    drifts,
    scanner_changes,
    value_text,
)
from advices.site import Outcome


def compared(kind: str, old: Result, new: Result) -> tuple[tuple[Drift, ...], tuple[str, ...]]:
    """Return what drifted, and a note for each base or scanner that is another one."""
    changes = base_changes(old, new)
    notes = [f"{kind}another base, so only claims judge its bytes: {change}" for change in changes]
    notes += [
        f"{kind}another scanner, so only claims judge its rules: {change}"
        for change in scanner_changes(old, new)
    ]
    found = tuple(replace(one, variant=f"{kind}{one.variant}") for one in drifts(old, new))
    return found, tuple(notes)


def outcome(done: Executed, drifts: tuple[Drift, ...] = (), notes: tuple[str, ...] = ()) -> Outcome:
    """Return what became of a lab, for a report."""
    return Outcome(
        done.lab.slug,
        done.result,
        done.verdicts,
        tuple(broken(done)),
        drifts,
        notes,
        seconds=done.seconds,
        spent=done.spent,
    )


def broken(done: Executed) -> list[str]:
    """Return a line for each claim that did not come out as demanded, with value and threshold.

    Then one for each mistake that was not caught as it should, and each fault of the exercise.
    """
    return [
        f"{done.lab.slug}: claim `{v.claim.id}` {'must' if v.must_hold else 'must not'} hold "
        f"for `{v.variant}`: {v.summary}"
        for v in done.verdicts
        if not v.as_demanded
    ] + [*done.faults, *_stubs(done)]


def _stubs(done: Executed) -> list[str]:
    """Return a line for each stub that stood in for a scanner: its numbers reach no site."""
    both = (done.result, done.exercise)
    variants = [one for result in both if result for one in result.variants.values()]
    scans = [scan for one in variants for scan in one.scans]
    names = sorted({scan.scanner for scan in scans if scan.stub})
    return [f"{done.lab.slug}: a stub replaced {name}, so nothing was scanned" for name in names]


def demand(lines: list[str]) -> None:
    """Raise ClaimBroken when a claim is named."""
    if lines:
        raise ClaimBroken("\n".join(lines))


def moved(old: Result | None, new: Result) -> list[str]:
    """Return a line for each measure that left its limit, or one that says that none did."""
    if old is None:
        return [f"{new.slug}: first result"]
    rows = [drift_row(new.slug, drift) for drift in drifts(old, new)]
    return rows or [f"{new.slug}: nothing moved beyond its limit"]


def drift_row(slug: str, drift: Drift) -> str:
    """Return a drift as a line: old, new and the limit."""
    old, new = (value_text(drift.measure, value) for value in (drift.old, drift.new))
    return f"  {slug} {drift.variant} {drift.measure}: {old} → {new} (limit: {drift.limit})"
