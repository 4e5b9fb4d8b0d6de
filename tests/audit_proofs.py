"""Projects to audit for a proof: the sample project with a Dockerfile of each lab."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import factory

from advices import audit
from advices.core import Layout
from advices.lab import Lab, labfile
from advices.measure.candidate import copied, of_variant
from advices.results import Verdict, judged
from advices.workshop import Workshop

ROOT = Path(__file__).parents[1]
SLUGS = labfile.slugs(ROOT / "labs")


@dataclass(frozen=True)
class Proof:
    """What an audit said of a project that is a variant of a lab."""

    lab: Lab
    found: audit.Audit

    @property
    def tips(self) -> set[str]:
        """Return the chapters of its findings."""
        return {one.lab for one in audit.findings(self.found.trial)}

    @property
    def claims(self) -> tuple[Verdict, ...]:
        """Return what the lab claims of its good variant, judged of the project with all fixes.

        As far as an audit measures it, and compared with the project as it is.
        """
        trial = self.found.trial
        known = trial.yours.measures().keys()
        claims = tuple(
            claim
            for claim in self.lab.claims
            if claim.measure in known and claim.relative_to in (None, "bad")
        )
        lab = self.lab.model_copy(update={"claims": claims})
        variants = {"bad": trial.yours, "good": trial.fixed or trial.yours}
        result = factory.result(lab.slug).model_copy(update={"variants": variants})
        return judged(lab, result, "good")

    def __str__(self) -> str:
        trial = self.found.trial
        refused = {one.remedy.name: one.refused or "nothing" for one in trial.tried}
        refused = {name: why for name, why in refused.items() if name not in trial.names}
        claims = {one.claim.id: one.holds for one in self.claims}
        return (
            f"{self.lab.slug}: found {sorted(self.tips)}, fixed by {trial.names}, refused "
            f"{refused}, claims {claims}"
        )


def proved(slug: str, variant: str, folder: Path, *, quick: bool = True) -> Proof:
    """Return what an audit says of a lab's variant, as a project in a folder."""
    lab = labfile.read(ROOT / "labs", slug)
    candidate = of_variant(lab, variant)
    copied(lab, candidate, folder, canary="canary")
    text = candidate.dockerfile.read_text("utf-8")
    (folder / "Dockerfile").write_text(text, "utf-8")
    asked = audit.Asked(
        build_args=candidate.variant.build_args,
        env=lab.serve.env,
        port=lab.serve.port,
        url_path=lab.serve.path,
    )
    return Proof(lab, audited(folder, asked, audit.How(quick=quick)))


def audited(folder: Path, asked: audit.Asked, how: audit.How) -> audit.Audit:
    """Return what an audit says of a project, on the engine that is there."""
    workshop = Workshop(Layout(ROOT), print)
    found = audit.audited(workshop, audit.read_project(folder, asked), how=how)
    print(workshop.spent.seconds())
    return found
