"""Builds a project as it is and with each remedy, and says what each one brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from advices.audit.lab_of import YOURS
from advices.audit.remedies import REMEDIES, Change
from advices.core import AdvicesError, StepFailed
from advices.lab import MeasureName
from advices.measure import QUICK, Bench, Candidate, of_variant, steps
from advices.results import Value, VariantResult


@dataclass(frozen=True)
class Tried:
    """What a remedy did: the measure before and after, and why it is no fix, "" when it is one."""

    name: str
    lab: str
    says: str
    measure: MeasureName
    before: Value | None
    after: Value | None
    refused: str = ""

    @property
    def is_fix(self) -> bool:
        """Return whether it passed the gate and made its measure better."""
        return not self.refused and self.before != self.after


def tried(bench: Bench, changes: Mapping[str, Change]) -> tuple[VariantResult, tuple[Tried, ...]]:
    """Return what the project measures, and what each remedy did alone.

    Raises what a build of the project as it is raises.
    """
    lab = bench.lab
    planned = steps(lab, QUICK)
    found: list[Tried] = []
    with bench.ready() as measurer:
        yours = measurer.measure(of_variant(lab, YOURS), planned)
        for remedy in REMEDIES:
            if remedy.name not in changes:
                continue
            variant = lab.variants[remedy.name]
            candidate = Candidate(
                *(remedy.name, lab.dockerfile(remedy.name), variant),
                fresh=False,
                cache_of=YOURS,
            )
            refused, after = "", None
            try:
                after = measurer.measure(candidate, planned)
            except StepFailed as error:
                refused = f"it does not build: {error.what}"
            except AdvicesError as error:
                refused = error.what
            refused = refused or (_refused(yours, after) if after else "")
            measures = after.measures() if after else {}
            found.append(
                Tried(
                    *(remedy.name, remedy.lab, changes[remedy.name].says, remedy.measure),
                    yours.measures().get(remedy.measure),
                    measures.get(remedy.measure),
                    refused,
                )
            )
    return yours, tuple(found)


def _refused(yours: VariantResult, after: VariantResult) -> str:
    """Return what a remedy broke, "" when nothing is seen to be broken."""
    if yours.boot.answered and not after.boot.answered:
        return "the container no longer answers"
    if yours.boot.answered and yours.boot.page_digest != after.boot.page_digest:
        return "the page is another one"
    if yours.boot.uid and not after.boot.uid:
        return "PID 1 is root"
    return ""
