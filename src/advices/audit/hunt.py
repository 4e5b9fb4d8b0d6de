"""Canaries + engine -> which of them an image of the project shows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from advices.audit.canaries import PLACES, Canary, suspected, tried, tried_after, with_canary
from advices.audit.lab_of import YOURS, variant_of
from advices.audit.project import Project
from advices.audit.remedies import Change
from advices.audit.secrets import LEAST_CHARACTERS, longest_line
from advices.core import CommandFailed, at_once
from advices.engine import Image
from advices.lab import COLD, Lab, MeasureName, Variant
from advices.measure import BuildImage, Candidate, Measurer, ProbeImage
from advices.probes import shown
from advices.results import VariantResult
from advices.workshop import Workshop

FIXED = "fixed"
"""The project with all fixes."""
Reads = Callable[[str, Canary], Mapping[str, int] | None]
"""Looks for the real value of something in the image of a name."""
AT_ONCE = 2
"""How many builds of an audit are made side by side."""
CandidateOf = Callable[[str, Variant, Change], Candidate]


class RealValues:
    """Looks for the real value of something in an image that was built with it."""

    def __init__(
        self,
        workshop: Workshop,
        image_of: Callable[[str], Image],
        values: Mapping[str, bytes],
        yours: VariantResult,
    ) -> None:
        self._workshop = workshop
        self._image_of = image_of
        self._values = values
        self._base = frozenset(layer.diff_id for layer in yours.layers if layer.from_base)

    def __call__(self, name: str, canary: Canary) -> Mapping[str, int] | None:
        """Return where the image of a name shows it, None for a file and for what is too short."""
        value = longest_line(self._values.get(canary.name, b""))
        if canary.kind == "file" or len(value) < LEAST_CHARACTERS:
            return None
        names = self._workshop.memory.names
        return shown(self._workshop.engine, names, self._image_of(name), self._base, value)


class Hunt:
    """Builds a project with one canary after the other, and looks where each of them stays."""

    def __init__(
        self,
        project: Project,
        lab: Lab,
        measurer: Measurer,
        candidate_of: CandidateOf,
        reads: Reads,
    ) -> None:
        self._project = project
        self._lab = lab
        self._measurer = measurer
        self._candidate_of = candidate_of
        self._reads = reads
        self._numbers = itertools.count(1)
        self._known: dict[str, Mapping[str, int]] = {}
        self.yours: tuple[Canary, ...] = ()

    def begin(self, change: Change) -> tuple[str, ...]:
        """Try each thing that may be hidden; return the build arguments that are not."""
        suspects = suspected(self._project)
        self.yours = _each([partial(self._tried, one, change, YOURS) for one in suspects])
        return tuple(
            one.name for one in self.yours if one.kind == "build argument" and one.is_found
        )

    def after(self, change: Change) -> tuple[Canary, ...]:
        """Return each canary with what the image shows of it after a change."""
        look = partial(self._reads, FIXED)
        return _each([partial(tried_after, one, change, self._build, look) for one in self.yours])

    def hidden(self, change: Change, whole: Change, name: str) -> tuple[int, int, str]:
        """Return how often the image shows what a change has made secrets of its build.

        Before, after, and what still shows them, "" for nothing. `whole` is what was built, with
        the change alone or with others, and `name` that of its image. Of an argument counts the
        history, of a file the layers.
        """
        ids, files = change.secrets, change.hidden_files
        place = "secrets_in_history" if ids else "secrets_in_layers"
        of = [
            one
            for one in self.yours
            if one.is_found and one.name in (ids if one.kind == "build argument" else files)
        ]
        new = [self._tried(replace(one, places={}), whole, name) for one in of]
        still = next((one.unjudged or one.says for one in new if one.unjudged or one.is_found), "")
        return (
            sum(one.places[place] for one in of),
            sum(one.places.get(place, 0) for one in new),
            still,
        )

    def _tried(self, canary: Canary, change: Change, name: str) -> Canary:
        return tried(canary, change, self._build, partial(self._reads, name))

    def _build(self, canary: Canary, change: Change) -> Mapping[str, int]:
        # With a secret nothing comes from the cache: what was built once is not built again.
        key = f"{canary.kind} {canary.name} {change}"
        if key not in self._known:
            self._known[key] = self._built(canary, change)
        return self._known[key]

    def _built(self, canary: Canary, change: Change) -> Mapping[str, int]:
        changed, values = with_canary(self._project, canary, change)
        name = f"canary-{next(self._numbers)}"
        variant = variant_of(self._project, self._lab.folder, name, changed)
        is_argument = canary.kind == "build argument" and canary.name not in change.secrets
        into = "build_args" if is_argument else "secrets"
        variant = variant.model_copy(update={into: {**getattr(variant, into), **values}})
        # A secret is in no key of the build cache: a step that had the real one would be taken for
        # one that had the canary.
        is_secret = canary.name in change.secret_files.values()
        is_cached = is_argument or (canary.kind == "file" and not is_secret)
        candidate = replace(self._candidate_of(name, variant, changed), fresh=not is_cached)
        steps = (BuildImage(COLD, 1), ProbeImage("secrets"))
        measured = self._measurer.measure(candidate, steps)
        if measured.unmeasured:
            raise CommandFailed(next(iter(measured.unmeasured.values())))
        found = measured.measures()
        return {name: int(str(found[MeasureName(name)])) for name in PLACES}


def _each(work: Sequence[Callable[[], Canary]]) -> tuple[Canary, ...]:
    """Return what pieces of work give, done side by side."""
    return tuple(at_once({str(n): one for n, one in enumerate(work)}, AT_ONCE).values())
