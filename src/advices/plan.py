"""Pure: a lab and a number of samples give the ordered steps that measure one variant."""

from __future__ import annotations

from dataclasses import dataclass

from advices.lab import COLD, Lab


@dataclass(frozen=True)
class Samples:
    """How often each timing is taken."""

    cold: int = 1
    replay: int = 3


@dataclass(frozen=True)
class BuildImage:
    """Build the variant. `build` is `cold` or a replay's name; samples count from 1.

    A cold build ignores the layer cache and starts with empty cache mounts.
    """

    variant: str
    build: str
    sample: int

    @property
    def cold(self) -> bool:
        """Return whether this is a first build."""
        return self.build == COLD


@dataclass(frozen=True)
class InspectImage:
    """Read the layers of the image built last: what a machine must fetch for `build`."""

    variant: str
    build: str


@dataclass(frozen=True)
class ServeImage:
    """Start the cold image and wait for its page."""

    variant: str
    sample: int


PlanStep = BuildImage | InspectImage | ServeImage


def steps(lab: Lab, variant: str, samples: Samples) -> tuple[PlanStep, ...]:
    """Return what measures one variant, in order.

    The cold samples come first and the last of them is the image that every replay is
    compared with. The layers of a replay are read from its first sample: they are the same
    for each. Nothing is timed while something else of ours runs.
    """
    lab.dockerfile(variant)
    ordered: list[PlanStep] = [
        BuildImage(variant, COLD, sample) for sample in range(1, samples.cold + 1)
    ]
    ordered.append(InspectImage(variant, COLD))
    ordered += [ServeImage(variant, sample) for sample in range(1, samples.replay + 1)]
    for replay in lab.replays:
        for sample in range(1, samples.replay + 1):
            ordered.append(BuildImage(variant, replay, sample))
            if sample == 1:
                ordered.append(InspectImage(variant, replay))
    return tuple(ordered)
