"""Pure: the scans of a Result as Markdown tables. What a scanner said is foreign: escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from advices.core import ResultInvalid
from advices.lab import RISKS, SCANNERS, Alert, Attacks, Risk, Scan
from advices.results import Result, code, escape
from advices.site.tables.writing import table


@dataclass(frozen=True)
class Kind:
    """All alerts of one rule in one scan; `risk` is the worst of them."""

    scanner: str
    rule: str
    name: str
    risk: Risk
    alerts: tuple[Alert, ...]

    @property
    def places(self) -> str:
        """Return at how many places it was raised, "5+" where the scanner names only some."""
        some = any(alert.some_places for alert in self.alerts)
        return f"{len(self.alerts)}{'+' if some else ''}"


_HOW: dict[Attacks, str] = {
    "none": "it looked but did not attack",
    "xss": "it looked, and tried cross-site scripting",
    "all": "it looked, and attacked",
}


def kinds(scan: Scan) -> tuple[Kind, ...]:
    """Return the rules that raised alerts, the worst first."""
    found = []
    for rule in scan.rules():
        alerts = tuple(alert for alert in scan.alerts if alert.rule == rule)
        risk = min((alert.risk for alert in alerts), key=RISKS.index)
        found.append(Kind(scan.scanner, rule, alerts[0].name, risk, alerts))
    return tuple(sorted(found, key=lambda kind: (RISKS.index(kind.risk), kind.name)))


def scan_of(result: Result, variant: str, scanner: str) -> Scan:
    """Return what one scanner did to a variant. Raises ResultInvalid for one that is not there."""
    scans = {scan.scanner: scan for scan in result.variant(variant).scans}
    if scanner not in scans:
        raise ResultInvalid(
            f"the result of `{result.slug}` has no scan of `{variant}` by `{scanner}`",
            why=f"it has {', '.join(scans) or 'none'}",
        )
    return scans[scanner]


def scanners_table(result: Result) -> str:
    """Return what each scanner did on the machine of this result: when it ran, or why not."""
    rows = []
    found: dict[str, Scan] = {}
    for variant in result.variants.values():
        for scan in variant.scans:
            # A variant that did not answer has no scans: the others tell of the scanners.
            found.setdefault(scan.scanner, scan)
    for scan in found.values():
        name = escape(SCANNERS.get(scan.scanner, scan.scanner))
        if not scan.ran:
            rows.append([name, f"<strong>not run on this machine</strong>: {escape(scan.why_not)}"])
            continue
        how = _HOW[scan.attacks]
        said = f"ran here on {scan.date[:10]} with version {scan.version}; {how}"
        rows.append([name, f"{escape(said)}; image {code(scan.image)}"])
    return table(["Scanner", "What it did"], rows)


def alerts_table(result: Result, variants: Sequence[str] | None = None) -> str:
    """Return every rule (rows) by variant (columns), the worst first: at how many places.

    A scanner that did not run has no row: `scanners_table` says that it is missing.
    """
    wanted = result.names(variants)
    by_rule: dict[tuple[str, str], Kind] = {}
    places: dict[tuple[str, str, str], str] = {}
    for variant in wanted:
        for scan in result.variant(variant).scans:
            for kind in kinds(scan):
                key = (kind.scanner, kind.rule)
                if key not in by_rule or _worse(kind, by_rule[key]):
                    by_rule[key] = kind
                places[*key, variant] = kind.places
    rows = [
        [
            escape(kind.risk),
            escape(SCANNERS.get(kind.scanner, kind.scanner)),
            escape(_named(kind)),
            *(places.get((*key, variant), "—") for variant in wanted),
        ]
        for key, kind in sorted(
            by_rule.items(), key=lambda pair: (RISKS.index(pair[1].risk), pair[1].name)
        )
    ]
    header = ["Risk", "Scanner", "Rule", *map(code, wanted)]
    return table(header, rows, "   " + "r" * len(wanted))


def _worse(kind: Kind, other: Kind) -> bool:
    return RISKS.index(kind.risk) < RISKS.index(other.risk)


def _named(kind: Kind) -> str:
    return kind.name if kind.rule == kind.name else f"{kind.rule} {kind.name}"


def alert_table(result: Result, variant: str, scanner: str, rule: str) -> str:
    """Return the first alert of one rule with all that the scanner said of it.

    Raises ResultInvalid for a rule that raised none, or a scanner that is not in the result.
    """
    scan = scan_of(result, variant, scanner)
    found = [alert for alert in scan.alerts if alert.rule == rule]
    if not found:
        raise ResultInvalid(
            f"the result of `{result.slug}` has no alert `{rule}` of `{variant}` by `{scanner}`",
            why=f"it has {', '.join(scan.rules()) or scan.why_not or 'none'}",
        )
    alert = found[0]
    rows = [
        ["Scanner", escape(f"{SCANNERS.get(scanner, scanner)} {scan.version}")],
        ["Rule", escape(rule if alert.name == rule else f"{rule} {alert.name}")],
        ["Risk", escape(alert.risk)],
        *([["Confidence", escape(alert.confidence)]] if alert.confidence else []),
        *([["CWE", str(alert.cwe)]] if alert.cwe is not None else []),
        ["Where", code(f"{alert.method} {alert.url}")],
        *([["Parameter", code(alert.parameter)]] if alert.parameter else []),
        *([["What it saw", code(alert.evidence)]] if alert.evidence else []),
        *([["What it advises", escape(alert.solution)]] if alert.solution else []),
    ]
    return table(["Field", "Value"], rows)
