"""Pure: what moved between two results of one lab.

Users, steps, layers and the page are exact; bytes have a band; seconds are left to claims,
which compare them within one run. Results on other bases are compared by claims only: a
contributor on another machine is not punished for what is not theirs. The rules that a scanner
raised are exact under one version of it, and compared by claims only under another.
"""

from __future__ import annotations

from dataclasses import dataclass

from advices.lab import varies
from advices.results.record import BaseRecord, Result, Value

BAND = 0.03
_SMALLEST_BAND_BYTES = 4096


@dataclass(frozen=True)
class Drift:
    """One measure that left its limit. `limit` says which change was allowed."""

    variant: str
    measure: str
    old: Value
    new: Value
    limit: str


def base_changes(old: Result, new: Result) -> tuple[str, ...]:
    """Return a sentence for every base that is not the same in both results."""
    before, after = old.provenance.bases, new.provenance.bases
    return tuple(
        f"{name}: {_base(before.get(name))} before, {_base(after.get(name))} now"
        for name in sorted(before.keys() | after.keys())
        if name not in before or name not in after or before[name].told != after[name].told
    )


def _base(found: BaseRecord | None) -> str:
    if found is None:
        return "not used"
    text = f"{found.kind} {found.identity[:19]}"
    if found.contents:
        text += f" of packages {found.contents[:19]}"
    return f"{text} ({', '.join(found.versions)})" if found.versions else text


def scanner_changes(old: Result, new: Result) -> tuple[str, ...]:
    """Return a sentence for every scanner that ran in another version, or in one result only."""
    before, after = _scanners(old), _scanners(new)
    return tuple(
        f"{name}: {before.get(name, 'not run')} before, {after.get(name, 'not run')} now"
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name)
    )


def _scanners(result: Result) -> dict[str, str]:
    scans = [scan for variant in result.variants.values() for scan in variant.scans if scan.ran]
    return {scan.scanner: scan.version for scan in scans}


def drifts(old: Result, new: Result) -> tuple[Drift, ...]:
    """Return every measure of the new result that left its limit around the old one."""
    found = []
    ran, runs = _scanners(old), _scanners(new)
    other = tuple(f"{name}_" for name in ran.keys() | runs if ran.get(name) != runs.get(name))
    for variant in old.variants.keys() | new.variants.keys():
        before = old.variants[variant].measures() if variant in old.variants else {}
        after = new.variants[variant].measures() if variant in new.variants else {}
        for measure in before.keys() | after.keys():
            was, now = before.get(measure, "nothing"), after.get(measure, "nothing")
            limit = _left(measure, was, now)
            if limit and not measure.startswith(other):
                found.append(Drift(variant, measure, was, now, limit))
    return tuple(sorted(found, key=lambda drift: (drift.variant, drift.measure)))


def _left(measure: str, was: Value, now: Value) -> str:
    """Return the limit that a change broke, "" when it broke none."""
    if varies(measure):
        return ""
    if measure.endswith("bytes") and isinstance(was, int) and isinstance(now, int):
        allowed = max(_SMALLEST_BAND_BYTES, round(was * BAND))
        limit = f"± {BAND:.0%}, at least {_SMALLEST_BAND_BYTES} bytes"
        return limit if abs(now - was) > allowed else ""
    return "exact" if was != now else ""
