"""The verdicts of one claim, and a lab that makes claims."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory

from advices.lab.model import Claim, Lab, Variant
from advices.results.claims import Verdict, verdicts
from advices.results.record import Result


def judge(result: Result | None = None, **claim: Any) -> tuple[Verdict, ...]:
    """Return the verdicts of one claim, by default over factory's result."""
    lab = lab_of(Claim(id="it", says="It is so.", **claim))
    return verdicts(lab, result or factory.result())


def lab_of(*claims: Claim) -> Lab:
    return Lab(
        slug="build-cache",
        folder=Path("build-cache"),
        title="t",
        advice="a",
        context=Path("app"),
        headline="disk_bytes",
        variants={n: Variant(dockerfile=n, says=n) for n in ("bad", "good", "cache-mount")},
        replays={},
        claims=claims,
    )
