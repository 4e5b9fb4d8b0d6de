"""Pure: what moved between two results of one lab.

Users, steps, layers and the page are exact; bytes have a band; seconds are left to claims, which
compare them within one run. Between other bases, bytes and what the base brings along are left to
claims too: a contributor on another machine is not punished for what is not theirs. What the
Dockerfile decides alone, such as the user, the steps and an exit code, is compared on every base.
The rules that a scanner raised are exact under one version of it, and compared by claims only
under another.
"""

from __future__ import annotations

from dataclasses import dataclass

from advices.lab import PROBED, MeasureName, varies
from advices.results.provenance import BaseRecord
from advices.results.record import Result, Value

BAND = 0.03
_SMALLEST_BAND_BYTES = 4096


@dataclass(frozen=True)
class Drift:
    """One measure that left its limit. `limit` says which change was allowed."""

    variant: str
    measure: MeasureName
    old: Value
    new: Value
    limit: str


def base_changes(old: Result, new: Result) -> tuple[str, ...]:
    """Return a sentence for every base that is not the same in both results."""
    before, after = old.provenance.bases, new.provenance.bases
    return tuple(
        f"{name}: {_base(before.get(name))} before, {_base(after.get(name))} now"
        for name in sorted(before.keys() | after.keys())
        if _fingerprint(before.get(name)) != _fingerprint(after.get(name))
    )


def _fingerprint(found: BaseRecord | None) -> str:
    return found.fingerprint if found else ""


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
    """Return every measure of the new result that left its limit around the old one.

    Where a base is another one, what an image has of its base is passed over.
    """
    found = []
    other_base = bool(base_changes(old, new))
    before, after = _scanners(old), _scanners(new)
    changed = [name for name in before.keys() | after if before.get(name) != after.get(name)]
    for variant in old.variants.keys() | new.variants.keys():
        old_values = old.variants[variant].measures() if variant in old.variants else {}
        new_values = new.variants[variant].measures() if variant in new.variants else {}
        for measure in old_values.keys() | new_values.keys():
            was, now = old_values.get(measure, "nothing"), new_values.get(measure, "nothing")
            limit = _limit_left(measure, was, now)
            excused = any(map(measure.is_by, changed)) or (other_base and _of_the_base(measure))
            # An engine without limits says nothing of what happens at one.
            excused = excused or any(_could_not(one, variant, measure) for one in (old, new))
            if limit and not excused:
                found.append(Drift(variant, measure, was, now, limit))
    return tuple(sorted(found, key=lambda drift: (drift.variant, str(drift.measure))))


def _could_not(result: Result, variant: str, measure: MeasureName) -> bool:
    found = result.variants.get(variant)
    return found is not None and found.could_not(measure)


def _of_the_base(measure: MeasureName) -> bool:
    """Return whether an image may owe a measure to its base: bytes, layers, what files it holds."""
    of_files = PROBED["files"].keys() | PROBED["opened"].keys()
    return measure.unit == "bytes" or measure.name == "layers" or measure.name in of_files


def _limit_left(measure: MeasureName, was: Value, now: Value) -> str:
    """Return the limit that a change left, "" when it left none."""
    if varies(measure):
        return ""
    if measure.unit == "bytes" and isinstance(was, int) and isinstance(now, int):
        allowed = max(_SMALLEST_BAND_BYTES, round(was * BAND))
        limit = f"± {BAND:.0%}, at least {_SMALLEST_BAND_BYTES} bytes"
        return limit if abs(now - was) > allowed else ""
    return "exact" if was != now else ""
