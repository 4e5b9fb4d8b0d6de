"""Pure: how a scanner of a lab is asked, and by which method its report is read."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from advices.core import meaning_of
from advices.lab import Attacks
from advices.scanners.run import SCANNERS, program


def asked(scanner: str, url: str, attacks: Attacks) -> dict[str, Any]:
    """Return what a scanner's container is told and gets, and the method of its reader."""
    module = SCANNERS[scanner]
    work = asdict(module.work(url, attacks=attacks))
    return {
        "method": module.METHOD,
        "work": {**work, "accept": sorted(work["accept"])},
        "programs": {"first_page": meaning_of(program("first_page"))},
    }
