"""The keys of labs, exercises and mistakes on this machine. To look one up builds nothing.

A key is stored with what was measured, so a run that failed leaves none. Where no engine answers,
the machine counts as the one on which a result was measured.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable

from advices import images
from advices.bases import Base
from advices.core import AdvicesError
from advices.lab import Dockerfile, Lab, Mistake
from advices.measure import parts, plan
from advices.measure.mistakes import judged_steps
from advices.measure.plan import PlanStep, Samples
from advices.results import KeyParts
from advices.results import parts as digests
from advices.workshop import Workshop


class Keys:
    """The keys of this machine, for one number of samples of each lab and one of an exercise."""

    def __init__(self, workshop: Workshop, samples: Samples) -> None:
        self._workshop = workshop
        self._samples = samples
        self._contexts = parts.Contexts()
        self._bases: dict[str, Base | None] = {}

    @functools.cached_property
    def engine_answers(self) -> bool:
        """Return whether there is an engine to compare with."""
        try:
            self._workshop.engine.facts()
        except AdvicesError:
            return False
        return True

    def _known(self, name: str) -> Base | None:
        if name not in self._bases:
            self._bases[name] = self._workshop.bases.known(name)
        return self._bases[name]

    def parts(self, lab: Lab, like: KeyParts | None = None) -> KeyParts | None:
        """Return the parts of the key of a lab or exercise, None when an image is not there yet.

        Without an engine those of the machine are taken from `like`.
        """
        samples, own = self._samples_of(lab), self.own(lab)
        if not self.engine_answers:
            return KeyParts(own=own, around=like.around if like else {})
        # What a learner makes of the start is nobody's to pull for.
        names = ["good"] if lab.is_exercise else [*lab.variants]
        around = self._around(lab, map(lab.read, names), plan.steps(lab, samples))
        return None if around is None else KeyParts(own=own, around=around)

    def own(self, lab: Lab) -> dict[str, str]:
        """Return the parts of the key that the project decides, whatever the machine is."""
        return digests(parts.of_lab(lab, self._samples_of(lab), self._contexts))

    def _samples_of(self, lab: Lab) -> Samples:
        return plan.QUICK if lab.is_exercise else self._samples

    def mistake(self, lab: Lab, mistake: Mistake, like: str = "") -> tuple[str, str]:
        """Return the key of a mistake, and that of the machine: "" when an image is missing.

        Without an engine the machine's is `like`.
        """
        own = KeyParts(own=digests(parts.of_mistake(lab, mistake, self._contexts)))
        if not self.engine_answers:
            return own.key, like
        dockerfiles = parts.dockerfiles_of_mistake(lab, mistake)
        around = self._around(lab, dockerfiles, judged_steps(lab))
        return own.key, "" if around is None else KeyParts(around=around).key

    def learner(self, lab: Lab, said: Dockerfile, text: str) -> str:
        """Return the key of a learner's Dockerfile of an exercise, "" when an image is missing."""
        around = self._around(lab, [said, lab.read("good")], judged_steps(lab))
        if around is None:
            return ""
        return KeyParts(own=digests(parts.of_learner(lab, text, self._contexts)), around=around).key

    def key(self, lab: Lab) -> str | None:
        """Return the key of a lab or exercise, None when an image that it needs is not there."""
        found = self.parts(lab)
        return found.key if found else None

    @functools.cached_property
    def _machine(self) -> dict[str, object]:
        facts = self._workshop.engine.facts()
        return {
            "the engine": [facts.version, facts.storage_driver, facts.platform],
            "buildx": self._workshop.buildx,
            "the way to packages": self._workshop.bases.pip_conf is not None,
            # It decides how many bytes a layer takes as gzip.
            "the compressor": images.COMPRESSOR,
        }

    def _around(
        self, lab: Lab, dockerfiles: Iterable[Dockerfile], steps: tuple[PlanStep, ...]
    ) -> dict[str, str] | None:
        """Return the digests of what the machine decides, None when an image is not there yet."""
        bases, found = self._workshop.bases, dict(self._machine)
        images = {name: self._known(name) for name in lab.services}
        for dockerfile in dockerfiles:
            images |= bases.known_in(dockerfile, self._known)
        for name, base in sorted(images.items()):
            if base is None:
                return None
            found[f"the base {name}"] = base.identities
        for name in parts.scanners_of(lab, steps):
            there = self._workshop.scanners.present(name)
            found[f"the scanner {name}"] = there.identity if there else "not here"
        return digests(found)
