"""What is looked at besides builds and starts: each probe gives some measures of one image.

A lab names the probes it wants in lab.toml. What each measure means stands in `quantities`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from advices.engine import HARDENED, Engine, Image, Start
from advices.lab import Lab, Scan
from advices.results import Timing, Value
from advices.workshop import Workshop


@dataclass(frozen=True)
class Subject:
    """One variant's image, as a probe gets it.

    `image` is the image of the first build, `base_ids` the diff ids of its base's layers.
    `build_target` builds another stage of the same Dockerfile, with the cache, and returns its
    image. `answered` says whether the container served its page. `canary` is the secret that
    this run gave to the build wherever lab.toml says `{canary}`. `targets` are the stages that
    lab.toml wants built besides the last one. `samples` is how often a
    timing is taken. `how` is what every start of its page has.
    """

    workshop: Workshop
    lab: Lab
    variant: str
    targets: tuple[str, ...]
    image: Image
    base_ids: frozenset[str]
    answered: bool
    run_id: str
    canary: str
    samples: int
    build_target: Callable[[str], Image]
    how: Start = HARDENED

    @property
    def engine(self) -> Engine:
        """Return the engine that the image is on."""
        return self.workshop.engine


@dataclass
class Found:
    """What a probe measured: values by name, samples of what was timed, scans.

    `unmeasured` says why it could not take a measure on this machine.
    """

    values: dict[str, Value] = field(default_factory=dict)
    timings: dict[str, Timing] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    unmeasured: dict[str, str] = field(default_factory=dict)

    def add(self, more: Found) -> None:
        """Add what another probe measured."""
        self.values |= more.values
        self.timings |= more.timings
        self.scans += more.scans
        self.unmeasured |= more.unmeasured


Probe = Callable[[Subject], Found]
