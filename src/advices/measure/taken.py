"""What the steps of a plan gave for one candidate, and the result that they make."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from advices.bases import MarkedBase
from advices.core import UnsteadyMeasure
from advices.engine import BuildStep, Built
from advices.lab import COLD
from advices.measure import plan
from advices.measure.candidate import Candidate
from advices.measure.installed import moved
from advices.probes import Found
from advices.results import Boot, Build, Layer, Step, Timing, Value, VariantResult


@dataclass
class Taken:
    """What the plan's steps gave so far for one candidate."""

    candidate: Candidate
    steps: Sequence[plan.PlanStep]
    marked: dict[str, MarkedBase] = field(default_factory=dict)
    marked_again: dict[str, dict[str, MarkedBase]] = field(default_factory=dict)
    built: dict[str, list[Built]] = field(default_factory=dict)
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    installed: dict[str, dict[str, str]] = field(default_factory=dict)
    boots: list[Boot] = field(default_factory=list)
    starts: dict[str, Boot] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    context_bytes: int = 0
    image_id: str = ""
    # What is measured twice under one name would find its own edits in the cache.
    word: str = field(default_factory=lambda: secrets.token_hex(3))
    image_layers: frozenset[str] = frozenset()

    @property
    def cold_samples(self) -> int:
        """Return how often the plan builds from nothing."""
        return sum(isinstance(one, plan.BuildImage) and one.cold for one in self.steps)

    @property
    def samples(self) -> int:
        """Return how often the plan starts the image."""
        return sum(isinstance(one, plan.ServeImage) for one in self.steps)

    @property
    def listed(self) -> bool:
        """Return whether the plan looks at the files of the layers."""
        look = map(plan.ProbeImage, ("files", "installed", "opened"))
        return any(probe in self.steps for probe in look) or bool(self.with_packages)

    @property
    def with_packages(self) -> frozenset[str]:
        """Return the builds whose packages are compared: those made again, and the first."""
        again = {s.build for s in self.steps if isinstance(s, plan.BuildImage) and s.again}
        return frozenset({COLD, *again}) if again else frozenset()

    @property
    def passed_over(self) -> frozenset[str]:
        """Return the diff ids of layers whose bytes the plan does not need.

        A rebuild is asked what is new in it, so the first build's layers count only where the plan
        reads that as well.
        """
        reads = [one.builds for one in self.steps if isinstance(one, plan.InspectImages)]
        return frozenset() if COLD in itertools.chain(*reads) else self.image_layers

    @property
    def answered(self) -> bool:
        """Return whether the image served its page."""
        return bool(self.boots) and self.boots[0].answered

    @property
    def base_ids(self) -> frozenset[str]:
        """Return the diff ids of the base behind the final stage; none for `scratch`."""
        return self.base_ids_of(COLD)

    def base_ids_of(self, build: str) -> frozenset[str]:
        """Return the diff ids of the base behind the final stage of a build."""
        base = self.candidate.read().final_base
        marked = self.marked_again.get(build, self.marked)
        return marked[base].diff_ids if base else frozenset()

    def stands_on(self, step: plan.BuildImage, bases: dict[str, MarkedBase]) -> None:
        """Remember the bases of a build that finds nothing of an earlier one."""
        if step.again:
            self.marked_again[step.build] = bases
        else:
            self.marked = bases

    def add_build(self, step: plan.BuildImage, built: Built) -> None:
        """Add a sample. Raises UnsteadyMeasure when it ran other steps than the first."""
        earlier = self.built.setdefault(step.build, [])
        if earlier and _what_ran(earlier[0].steps) != _what_ran(built.steps):
            raise UnsteadyMeasure(
                f"{self.candidate.dockerfile.name}: sample {step.sample} of `{step.build}` "
                "ran different steps from the first"
            )
        earlier.append(built)

    def result(
        self, behaviours: int | None, counted: Mapping[str, Value], behind: Mapping[str, int]
    ) -> VariantResult:
        """Return all measures that the steps gave so far, in the order of the plan.

        `behaviours` and `counted` are what was counted over several of the steps, `behind` the
        packages of builds that are older than they could be.
        """
        # A plan for some claims reads no layers where none of them needs bytes.
        cold = self.layers.get(COLD, [])
        known = self.image_layers
        in_base = {layer.diff_id for layer in cold if layer.from_base}
        builds = {}
        for name in dict.fromkeys(s.build for s in self.steps if isinstance(s, plan.BuildImage)):
            if not (built := self.built.get(name)):
                continue
            there = in_base if name == COLD else known
            its_own = there | self.base_ids_of(name)
            new = [layer for layer in self.layers.get(name, []) if layer.diff_id not in its_own]
            builds[name] = Build(
                steps=tuple(Step(**asdict(step)) for step in built[0].steps),
                timing=Timing(samples=tuple(round(one.seconds, 3) for one in built)),
                new_disk_bytes=sum(layer.disk_bytes for layer in new),
                new_transfer_bytes=sum(layer.transfer_bytes for layer in new),
                new_layers=len(new) if name in self.layers else None,
                packages_moved=self._moved(name),
                packages_behind=behind.get(name),
                downloaded_files=built[0].downloads.files,
                downloaded_bytes=built[0].downloads.bytes,
                is_unfinished=built[0].is_unfinished,
            )
        return VariantResult(
            dockerfile=self.candidate.dockerfile.name,
            context_bytes=self.context_bytes,
            layers=tuple(cold),
            builds=builds,
            boot=_together(self.boots),
            starts={
                step.start: self.starts[step.start]
                for step in self.steps
                if isinstance(step, plan.StartImage) and step.start in self.starts
            },
            behaviours=behaviours,
            probed={**self.found.values, **counted},
            timings=self.found.timings,
            scans=tuple(self.found.scans),
            unmeasured=self.found.unmeasured,
        )

    def _moved(self, build: str) -> int | None:
        """Return how many packages differ from those of the first build; None if not compared."""
        before, after = self.installed.get(COLD), self.installed.get(build)
        if before is None or after is None or build == COLD:
            return None
        return moved(before, after)


def _together(boots: Sequence[Boot]) -> Boot:
    """Return one record of several starts: the first, with the times of all.

    Before any it is that of an image that has not answered.
    """
    if not boots:
        return Boot(answered=False)
    samples = tuple(one.first_200.samples[0] for one in boots if one.first_200)
    timing = Timing(samples=samples) if samples else None
    return boots[0].model_copy(update={"first_200": timing})


def _what_ran(steps: tuple[BuildStep, ...]) -> list[tuple[str, bool]]:
    return [(step.name, step.cached) for step in steps]
