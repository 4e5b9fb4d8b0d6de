"""Pure: what the scanners of a Result raised, by risk, as a picture with its table."""

from __future__ import annotations

from collections.abc import Sequence

from advices.core import ResultInvalid
from advices.lab import RISKS, SCANNERS, Risk, Scan
from advices.results import Result, code, escape
from advices.site.charts.drawing import Bar, Group, Part, bars, figure
from advices.site.tables import kinds, table

_COLOURS: dict[Risk, str] = {
    "critical": "var(--adv-risk-critical, #7b1fa2)",
    "high": "var(--adv-bad, #c2452d)",
    "medium": "var(--adv-risk-medium, #c77700)",
    "low": "var(--adv-risk-low, #5b7fb5)",
    "informational": "var(--adv-base-layer, #9aa6b8)",
}
_NOT_RUN, _NOT_SCANNED = "not run", "not scanned"
_NO_ANSWER = "it did not answer"


def alerts_by_risk(result: Result, variants: Sequence[str] | None = None) -> str:
    """Return an SVG: for each scanner a bar a variant, one part a rule, the worst first.

    A scanner that did not run is not drawn. Where none ran, each has empty frames that say so: no
    image is clean because nobody looked. Raises ResultInvalid for a result without scans.
    """
    groups = tuple(
        Group(
            SCANNERS.get(scanner, scanner),
            tuple(_bar(name, _scan(result, name, scanner)) for name in wanted),
        )
        for scanner, wanted in _drawn(result, variants)
    )
    return bars("Rules that raised alerts, by risk", groups)


def alerts_by_risk_figure(result: Result, variants: Sequence[str] | None = None) -> str:
    """Return `alerts_by_risk` as a figure with caption and table."""
    return figure(
        alerts_by_risk(result, variants),
        (
            "Rules that raised alerts, by the highest risk that the scanner gave each. Lower is "
            f"better.{_missing(result, variants)}"
        ),
        _table(result, variants),
    )


def _scanned(result: Result, variants: Sequence[str] | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return each scanner of the result with the wanted variants."""
    wanted = result.names(variants)
    scans = [scan for variant in result.variants.values() for scan in variant.scans]
    if not scans:
        raise ResultInvalid(
            f"the result of `{result.slug}` has no scans", why="its lab has no `[scan]`"
        )
    return [(scanner, wanted) for scanner in dict.fromkeys(scan.scanner for scan in scans)]


def _drawn(result: Result, variants: Sequence[str] | None) -> list[tuple[str, tuple[str, ...]]]:
    """Return the scanners that ran, with the wanted variants; all where none of them did."""
    every = _scanned(result, variants)
    return [one for one in every if not _did_not_run(result, *one)] or every


def _did_not_run(result: Result, scanner: str, wanted: Sequence[str]) -> bool:
    """Return whether a scanner ran over none of these variants, and not because of them."""
    scans = [_scan(result, name, scanner) for name in wanted]
    return any(scans) and not any(scan.ran for scan in scans if scan)


def _missing(result: Result, variants: Sequence[str] | None) -> str:
    """Return a sentence for each scanner that did not run."""
    return "".join(
        f" {SCANNERS.get(scanner, scanner)} did not run on this machine."
        for scanner, wanted in _scanned(result, variants)
        if _did_not_run(result, scanner, wanted)
    )


def _scan(result: Result, variant: str, scanner: str) -> Scan | None:
    """Return what a scanner did to a variant, None when the variant could not be scanned."""
    scans = result.variant(variant).scans
    return next((scan for scan in scans if scan.scanner == scanner), None)


def _counts(scan: Scan) -> dict[Risk, int]:
    """Return how many rules are of each risk, the worst first, none left out but zeros."""
    found = [kind.risk for kind in kinds(scan)]
    return {risk: found.count(risk) for risk in RISKS if risk in found}


def _bar(name: str, scan: Scan | None) -> Bar:
    if scan is None:
        return Bar(name, _NOT_SCANNED, (), _NO_ANSWER, track=False)
    if not scan.ran:
        return Bar(name, _NOT_RUN, (), track=False)
    counts = _counts(scan)
    # One part a rule, so that they can be counted.
    parts = tuple(Part(1, _COLOURS[risk]) for risk, count in counts.items() for _ in range(count))
    note = ", ".join(f"{count} {risk}" for risk, count in counts.items()) or "no alert"
    rules = "rule" if len(parts) == 1 else "rules"
    return Bar(name, f"{len(parts)} {rules}", parts, note)


def _table(result: Result, variants: Sequence[str] | None) -> str:
    """Return each drawn scanner's rules by risk (rows) and variant (columns), or why none ran."""
    wanted, rows = result.names(variants), []
    for scanner, _ in _drawn(result, variants):
        scans = [_scan(result, name, scanner) for name in wanted]
        ran = [_counts(scan) if scan and scan.ran else None for scan in scans]
        named = escape(SCANNERS.get(scanner, scanner))
        if not any(counts is not None for counts in ran):
            why = next((_why_not(scan) for scan in scans if scan), _NO_ANSWER)
            rows.append([named, why, *(_NOT_RUN if scan else _NOT_SCANNED for scan in scans)])
            continue
        raised = [risk for risk in RISKS if any(c and risk in c for c in ran)]
        rows += [[named, risk, *(_cell(scan, risk) for scan in scans)] for risk in raised or RISKS]
    return table(["Scanner", "Risk", *map(code, wanted)], rows, "  " + "r" * len(wanted))


def _cell(scan: Scan | None, risk: Risk) -> str:
    if scan is None:
        return _NOT_SCANNED
    return str(_counts(scan).get(risk, 0)) if scan.ran else _NOT_RUN


def _why_not(scan: Scan) -> str:
    """Return in short why a scanner did not run; the table of scanners says all of it."""
    return escape((scan.why_not or "").partition(":")[0])
