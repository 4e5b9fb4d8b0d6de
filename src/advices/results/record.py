"""The Result record: all measures of one lab run with their provenance."""

from __future__ import annotations

import functools
import operator
import statistics
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from advices.core import Record, ResultInvalid
from advices.lab import COLD, MeasureName, Scan, scanner_of
from advices.results.provenance import Count, Provenance

SCHEMA_VERSION: Literal[2] = 2
Value = int | float | bool | str

NOT_MEASURED = "not measured"
"""What stands for the value of a measure that a probe could not take on the machine."""
_IF_MEASURED: Any = Field(default=None, exclude_if=lambda value: value is None)


class Timing(Record):
    """Seconds of each sample, in the order in which they were taken."""

    samples: Annotated[tuple[float, ...], Field(min_length=1)]

    @property
    def median(self) -> float:
        """Return the median in seconds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> tuple[float, float]:
        """Return the fastest and the slowest sample in seconds."""
        return min(self.samples), max(self.samples)


class Step(Record):
    """One RUN, COPY or ADD of a build. `cached` means that it did not run."""

    name: str
    cached: bool
    seconds: float


class Build(Record):
    """One build: the first (cold) or one after a replay.

    `steps` are those of the first sample and equal in every sample. `new_disk_bytes` and
    `new_transfer_bytes` count the layers that a machine must fetch which has the image from
    before: for a replay the cold image, for the cold build the base image. `new_layers` are these
    layers. `downloaded_files` and `downloaded_bytes` are those of the first sample: package files,
    as pip prints them. All three are None in a result from before they were measured.
    `packages_moved` and `packages_behind` are measured only where a lab builds something again. One
    that `is_unfinished` was ended when its steps were too many for any claim: `steps` are the least
    that ran, and nothing else of it is known.
    """

    steps: tuple[Step, ...]
    timing: Timing
    new_disk_bytes: Count
    new_transfer_bytes: Count
    new_layers: Count | None = _IF_MEASURED
    packages_moved: Count | None = _IF_MEASURED
    packages_behind: Count | None = _IF_MEASURED
    downloaded_files: Count | None = _IF_MEASURED
    downloaded_bytes: Count | None = _IF_MEASURED
    is_unfinished: bool = Field(default=False, exclude_if=lambda unfinished: not unfinished)

    @property
    def steps_run(self) -> int:
        """Return how many steps ran."""
        return sum(not step.cached for step in self.steps)

    @property
    def steps_cached(self) -> int:
        """Return how many steps came from the cache."""
        return sum(step.cached for step in self.steps)

    @property
    def longest_step_seconds(self) -> float:
        """Return the seconds of the step that took longest, 0 if all came from the cache."""
        return max((step.seconds for step in self.steps if not step.cached), default=0.0)

    def measures(self) -> dict[str, Value]:
        """Return the measures of this build, each by its name without the build's."""
        if self.is_unfinished:
            return {"steps_run": self.steps_run}
        found: dict[str, Value | None] = {
            "steps_run": self.steps_run,
            "steps_cached": self.steps_cached,
            "new_disk_bytes": self.new_disk_bytes,
            "new_transfer_bytes": self.new_transfer_bytes,
            "new_layers": self.new_layers,
            "packages_moved": self.packages_moved,
            "packages_behind": self.packages_behind,
            "downloaded_files": self.downloaded_files,
            "downloaded_bytes": self.downloaded_bytes,
            "longest_step_seconds": self.longest_step_seconds,
            "seconds": self.timing.median,
        }
        return {name: value for name, value in found.items() if value is not None}


class Layer(Record):
    """One layer of an image, lowest first. `from_base` marks those of the FROM image."""

    diff_id: str
    created_by: str
    disk_bytes: Count
    transfer_bytes: Count
    from_base: bool


class Boot(Record):
    """What a running container showed.

    `page_digest` is the SHA-256 of the page's body, `answer_digest` that of status, headers
    (without Date and cookies) and body, `capabilities` the number of effective capabilities of
    PID 1. A container that did not answer shows none of them.
    """

    answered: bool
    status: int | None = None
    first_200: Timing | None = None
    uid: int | None = None
    capabilities: int | None = None
    page_digest: str | None = None
    answer_digest: str | None = None

    def measures(self, start: str = "") -> dict[MeasureName, Value]:
        """Return what there is; `start` is the name of a further way to start the image."""
        found = {
            "answered": self.answered,
            "first_200_seconds": self.first_200.median if self.first_200 else None,
            "uid": self.uid,
            "page_digest": self.page_digest,
        }
        if start:
            found |= {"status": self.status, "capabilities": self.capabilities}
        return {
            MeasureName(name, start): value for name, value in found.items() if value is not None
        }


class VariantResult(Record):
    """All measures of one variant.

    `boot` is the first way to start it, `starts` are the further ones of lab.toml, of which
    `behaviours` counts the different answers. `probed` and `timings` hold what probes found,
    `scans` what each web scanner did. `unmeasured` says why a probe could not take a measure here.
    """

    dockerfile: str
    context_bytes: Count
    layers: tuple[Layer, ...]
    builds: dict[str, Build]
    boot: Boot
    starts: dict[str, Boot] = Field(default_factory=dict)
    behaviours: int | None = None
    probed: dict[str, Value] = Field(default_factory=dict)
    timings: dict[str, Timing] = Field(default_factory=dict)
    scans: tuple[Scan, ...] = ()
    unmeasured: dict[str, str] = Field(default_factory=dict, exclude_if=operator.not_)

    @property
    def disk_bytes(self) -> int:
        """Return the bytes of the unpacked image, all layers."""
        return sum(layer.disk_bytes for layer in self.layers)

    @property
    def transfer_bytes(self) -> int:
        """Return the bytes that a first pull moves: all layers, compressed."""
        return sum(layer.transfer_bytes for layer in self.layers)

    def __copy__(self) -> Self:
        copied = super().__copy__()
        vars(copied).pop("_measures", None)  # what `model_copy` changes has others
        return copied

    def measures(self) -> Mapping[MeasureName, Value]:
        """Return every measure: of the image, then of each further start and each build."""
        return self._measures  # found once: every number, table and claim of a page asks for some

    @functools.cached_property
    def _measures(self) -> Mapping[MeasureName, Value]:
        of_the_image: dict[str, Value] = {
            "disk_bytes": self.disk_bytes,
            "transfer_bytes": self.transfer_bytes,
            "context_bytes": self.context_bytes,
            "layers": len(self.layers),
        }
        probed = {**self.probed, **{name: one.median for name, one in self.timings.items()}}
        found = {MeasureName(name): value for name, value in of_the_image.items()}
        found |= self.boot.measures()
        found |= {MeasureName(name): value for name, value in probed.items()}
        for scan in self.scans:
            found |= scan.measures()
        for name, boot in self.starts.items():
            found |= boot.measures(name)
        if self.behaviours is not None:
            found[MeasureName("behaviours")] = self.behaviours
        for name, build in self.builds.items():
            found |= {MeasureName(of_it, name): v for of_it, v in build.measures().items()}
        return found

    def could_not(self, measure: MeasureName) -> bool:
        """Return whether a probe could not take a measure on this machine."""
        return not measure.of and measure.name in self.unmeasured

    def not_run(self, measure: MeasureName) -> str:
        """Return why nobody took a measure here: its scanner did not run, or its probe could not.

        "" when somebody did, or nobody ever does.
        """
        if self.could_not(measure):
            return self.unmeasured[measure.name]
        scan = scanner_of(measure, self.scans)
        return "" if scan is None or scan.ran else scan.why_not or "not run"


class MistakeResult(Record):
    """What one known mistake, alone in the good Dockerfile, turned red: claims by id.

    `not_judged` are the claims that nobody could judge, because their scanner did not run. `key` is
    the digest of all that the project decides of it, `around` that of the machine on which it was
    proved on the day `date`. That is not the machine, or not the images, that measured the variants
    if `elsewhere` says so.
    """

    says: str
    red: tuple[str, ...]
    not_judged: tuple[str, ...] = Field(default=(), exclude_if=operator.not_)
    key: str = Field(default="", exclude_if=operator.not_)
    around: str = Field(default="", exclude_if=operator.not_)
    date: str = Field(default="", exclude_if=operator.not_)
    elsewhere: bool = Field(default=False, exclude_if=operator.not_)


class Result(Record):
    """One run of one lab."""

    schema_version: Literal[2] = SCHEMA_VERSION
    slug: str
    title: str
    provenance: Provenance
    variants: dict[str, VariantResult]
    mistakes: dict[str, MistakeResult] = Field(default_factory=dict)

    def variant(self, name: str) -> VariantResult:
        """Return one variant. Raises ResultInvalid, naming those that exist."""
        if name not in self.variants:
            raise ResultInvalid(
                f"the result of `{self.slug}` has no variant `{name}`",
                why=f"it has {', '.join(self.variants)}",
            )
        return self.variants[name]

    def names(self, variants: Sequence[str] | None) -> tuple[str, ...]:
        """Return the wanted variants, all for None. Raises ResultInvalid if one does not exist."""
        wanted = tuple(self.variants) if variants is None else tuple(variants)
        for name in wanted:
            self.variant(name)
        return wanted

    def build(self, variant: str, build: str) -> Build:
        """Return one build of a variant. Raises ResultInvalid, naming those that exist."""
        builds = self.variant(variant).builds
        if build not in builds:
            raise ResultInvalid(
                f"the result of `{self.slug}` has no build `{build}` of `{variant}`",
                why=f"it has {', '.join(builds)}",
            )
        return builds[build]

    def value(self, variant: str, measure: MeasureName) -> Value:
        """Return one measure, NOT_MEASURED where its probe could not take it.

        Raises ResultInvalid, naming what exists, for an unknown name.
        """
        its = self.variant(variant)
        found = its.measures()
        if measure not in found and its.could_not(measure):
            return NOT_MEASURED
        if measure not in found:
            raise ResultInvalid(
                f"the result of `{self.slug}` has no measure `{measure}`",
                why=f"it has {', '.join(map(str, found))}",
            )
        return found[measure]


def replay_names(result: Result) -> tuple[str, ...]:
    """Return the builds of a result in order, the cold one first; no variant need have them all."""
    names = dict.fromkeys(name for one in result.variants.values() for name in one.builds)
    return (COLD, *(name for name in names if name != COLD))
