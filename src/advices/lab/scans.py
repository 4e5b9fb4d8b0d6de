"""What a web scan found, the same record for every scanner, and what it counts as.

An alert is always labelled with the scanner that raised it: rule names of two scanners are never
mixed, for they look at different things.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import Field

from advices.core import Record
from advices.lab.measure_name import MeasureName

Risk = Literal["informational", "low", "medium", "high", "critical"]
Confidence = Literal["false positive", "low", "medium", "high", "confirmed"]

Attacks = Literal["none", "xss", "all"]
"""What a scanner does besides looking: it tries cross-site scripting only, or whatever it can."""

RISKS: tuple[Risk, ...] = ("critical", "high", "medium", "low", "informational")
"""Every risk, the worst first. ZAP knows no `critical`."""

EVIDENCE_CHARACTERS = 400
SEPARATOR = "; "


class Alert(Record):
    """One finding at one place, as a scanner reported it; all text is foreign.

    `rule` is the scanner's own id: ZAP's plugin id, Wapiti's category. `evidence` is cut to
    `EVIDENCE_CHARACTERS`. Wapiti names no confidence and no CWE. `some_places` marks a rule that
    concerns the whole site, of which the scanner names only some places.
    """

    scanner: str
    rule: str
    name: str
    risk: Risk
    confidence: Confidence | None = None
    cwe: int | None = None
    url: str
    method: str
    parameter: str = ""
    evidence: str = ""
    solution: str = ""
    some_places: bool = Field(default=False, exclude_if=operator.not_)


class Scan(Record):
    """One scanner over one container, or why it did not run there.

    `image` identifies the scanner's image, `stub` marks one that only plays the scanner. `urls`
    is how many addresses it found: not each is a page, and some scanners count what they never
    asked for. A scan that failed, or that was cut short, is no record: it is `ScanFailed`.
    """

    scanner: str
    ran: bool
    why_not: str = ""
    version: str = ""
    image: str = ""
    stub: bool = False
    attacks: Attacks = "none"
    date: str = ""
    urls: Annotated[int, Field(ge=0)] = 0
    seconds: float = 0.0
    alerts: tuple[Alert, ...] = ()

    @property
    def found(self) -> str:
        """Return in words how many addresses it found, and how many seconds the scan took."""
        addresses = "1 address" if self.urls == 1 else f"{self.urls} addresses"
        return f"{addresses} found, {self.seconds:.1f} s"

    def rules(self) -> tuple[str, ...]:
        """Return the id of every rule that raised an alert, sorted."""
        return tuple(sorted({alert.rule for alert in self.alerts}))

    def measures(self) -> dict[MeasureName, int | str]:
        """Return what there is to count, by name; nothing for a scanner that did not run."""
        if not self.ran:
            return {}
        of_risk = {risk: {a.rule for a in self.alerts if a.risk == risk} for risk in RISKS}
        found: dict[str, int | str] = {
            f"{self.scanner}_rules": SEPARATOR.join(self.rules()),
            f"{self.scanner}_alerts": len(self.rules()),
            **{f"{self.scanner}_{risk}": len(rules) for risk, rules in of_risk.items()},
        }
        return {MeasureName(name): value for name, value in found.items()}


def not_run(scanner: str, why: str) -> Scan:
    """Return the record of a scanner that could not run, which is never a clean one."""
    return Scan(scanner=scanner, ran=False, why_not=why)


def scanner_of(measure: MeasureName, scans: Iterable[Scan]) -> Scan | None:
    """Return the scan that a measure belongs to, None for a measure of no scanner."""
    return next((scan for scan in scans if measure.is_by(scan.scanner)), None)
