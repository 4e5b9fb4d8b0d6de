"""Canaries + engine -> which of them an image of the project shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from advices.audit.canaries import PLACES, Canary, suspected, tried, tried_after, with_canary
from advices.audit.lab_of import variant_of
from advices.audit.project import Project
from advices.audit.remedies import Change
from advices.core import CommandFailed
from advices.lab import COLD, Lab, MeasureName, Variant
from advices.measure import BuildImage, Candidate, Measurer, ProbeImage

CandidateOf = Callable[[str, Variant, Change], Candidate]


class Hunt:
    """Builds a project with one canary after the other, and looks where each of them stays."""

    def __init__(
        self, project: Project, lab: Lab, measurer: Measurer, candidate_of: CandidateOf
    ) -> None:
        self._project = project
        self._lab = lab
        self._measurer = measurer
        self._candidate_of = candidate_of
        self._builds = 0
        self.yours: tuple[Canary, ...] = ()

    def begin(self, change: Change) -> tuple[str, ...]:
        """Try each thing that may be hidden; return the build arguments that are not."""
        self.yours = tuple(tried(one, change, self._build) for one in suspected(self._project))
        return tuple(
            one.name for one in self.yours if one.kind == "build argument" and one.is_found
        )

    def after(self, change: Change) -> tuple[Canary, ...]:
        """Return each canary with what the image shows of it after a change."""
        return tuple(tried_after(one, change, self._build) for one in self.yours)

    def arguments(self, change: Change) -> tuple[int, int, str]:
        """Return how often the history shows the arguments that a change has made secrets.

        Before, after, and what still shows them, "" for nothing.
        """
        of = [one for one in self.yours if one.name in change.secrets and one.is_found]
        new = [tried(replace(one, places={}), change, self._build) for one in of]
        still = next((one.unjudged or one.says for one in new if one.unjudged or one.is_found), "")
        history = "secrets_in_history"
        return (
            sum(one.places[history] for one in of),
            sum(one.places.get(history, 0) for one in new),
            still,
        )

    def _build(self, canary: Canary, change: Change) -> Mapping[str, int]:
        changed, values = with_canary(self._project, canary, change)
        self._builds += 1
        name = f"canary-{self._builds}"
        variant = variant_of(self._project, self._lab.folder, name, changed)
        is_argument = canary.kind == "build argument" and canary.name not in change.secrets
        into = "build_args" if is_argument else "secrets"
        variant = variant.model_copy(update={into: {**getattr(variant, into), **values}})
        candidate = self._candidate_of(name, variant, changed)
        steps = (BuildImage(COLD, 1), ProbeImage("secrets"))
        measured = self._measurer.measure(candidate, steps)
        if measured.unmeasured:
            raise CommandFailed(next(iter(measured.unmeasured.values())))
        found = measured.measures()
        return {name: int(str(found[MeasureName(name)])) for name in PLACES}
