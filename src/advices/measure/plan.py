"""Pure: a lab and a number of samples give the ordered steps that measure one variant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from advices.lab import COLD, OF_A_BUILD, OF_A_START, PROBED, Claim, Lab, MeasureName
from advices.results import is_judged

# Raised when variants are measured in another way than before: marks, order, what is summed.
METHOD = 1
# One sample of a time may be anything; a claim about it needs the median of some.
_OF_A_TIME = 3


@dataclass(frozen=True)
class Samples:
    """How often each timing is taken."""

    cold: int = 1
    replay: int = 3


QUICK = Samples(cold=1, replay=1)


@dataclass(frozen=True)
class BuildImage:
    """Build the variant. `build` is `cold` or a replay's name; samples count from 1.

    A cold build ignores the layer cache and starts with empty cache mounts. So does one that is
    made `again`, as another machine makes it.
    """

    build: str
    sample: int
    again: bool = False

    @property
    def cold(self) -> bool:
        """Return whether this is a first build."""
        return self.build == COLD

    @property
    def first(self) -> bool:
        """Return whether it finds nothing of an earlier build."""
        return self.cold or self.again


@dataclass(frozen=True)
class InspectImages:
    """Read the layers of the images of some builds: what a machine must fetch for each."""

    builds: tuple[str, ...]


@dataclass(frozen=True)
class ServeImage:
    """Start the cold image and wait for its page."""

    sample: int


@dataclass(frozen=True)
class StartImage:
    """Start the cold image in a further way of lab.toml, once."""

    start: str


@dataclass(frozen=True)
class ProbeImage:
    """Look at the cold image with a probe."""

    probe: str


# The score of the twelve factors needs the starts and all probes of its lab.
_COUNTED_OVER_SEVERAL = frozenset({MeasureName("factors_met")})

_FIRST_ANSWER = MeasureName("first_200_seconds")

# What needs more of the layers of the image than their bytes, or the layers of several images.
_READ_LAYERS = frozenset({"files", "installed", "opened", "set"})

PlanStep = BuildImage | InspectImages | ServeImage | StartImage | ProbeImage


def steps(lab: Lab, samples: Samples) -> tuple[PlanStep, ...]:
    """Return what measures one variant, in order.

    The cold samples come first and the last of them is the image that every replay is
    compared with. The layers are read when all is built, all at once, for the engine then
    writes the base that the images share one time. Of a replay's samples the last is read:
    they are the same for each. Nothing is timed while something else of ours runs. What a claim
    is about is timed three times at least.
    """
    times = {claim.measure for claim in lab.claims if claim.measure.is_time}
    return _steps(lab, samples, times)


def _steps(lab: Lab, samples: Samples, times: Collection[MeasureName]) -> tuple[PlanStep, ...]:
    def often(is_claimed: bool) -> range:
        return range(1, max(samples.replay, _OF_A_TIME if is_claimed else 1) + 1)

    ordered: list[PlanStep] = [BuildImage(COLD, sample) for sample in range(1, samples.cold + 1)]
    for name, replay in lab.replays.items():
        # What is built again is as slow as the first build, and is done to compare layers.
        each = range(1, 2) if replay.again else often(_is_of_build(name, times))
        ordered += [BuildImage(name, sample, replay.again) for sample in each]
    ordered.append(InspectImages((COLD, *lab.replays)))
    ordered += [ServeImage(sample) for sample in often(_FIRST_ANSWER in times)]
    ordered += [StartImage(start) for start in lab.starts]
    ordered += [ProbeImage(probe) for probe in lab.probes]
    return tuple(ordered)


def for_variant(lab: Lab, variant: str, planned: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Return those of the lab's steps that measure a variant: without what leaves it out."""

    def has(build: str) -> bool:
        return build not in lab.replays or lab.replays[build].is_for(variant)

    def is_for_it(step: PlanStep) -> bool:
        match step:
            case BuildImage(build):
                return has(build)
            case StartImage(start):
                return lab.starts[start].is_for(variant)
            case ProbeImage(probe):
                return lab.is_probed(probe, variant)
        return True

    return tuple(
        InspectImages(tuple(filter(has, step.builds))) if isinstance(step, InspectImages) else step
        for step in planned
        if is_for_it(step)
    )


def steps_for(lab: Lab, claims: Iterable[Claim]) -> tuple[PlanStep, ...]:
    """Return the steps that give the measures of some claims, one sample each."""
    return steps_giving(lab, {claim.measure for claim in claims})


def steps_giving(lab: Lab, measures: Collection[MeasureName]) -> tuple[PlanStep, ...]:
    """Return the steps that give some measures, one sample each; the image is always started."""

    def needed(step: PlanStep) -> bool:
        is_first = isinstance(step, ServeImage) or (isinstance(step, BuildImage) and step.cold)
        return is_first or any(gives(lab, step, measure) for measure in measures)

    planned = tuple(step for step in _steps(lab, Samples(1, 1), ()) if needed(step))
    with_bytes = _with_bytes(measures)
    # One `docker save` for all that is read of the first build: its packages, its files.
    if any(lab.replays[name].again for name in with_bytes - {COLD}) or reads_files(planned):
        with_bytes |= {COLD}
    read = InspectImages(tuple(build for build in (COLD, *lab.replays) if build in with_bytes))
    return tuple(read if isinstance(step, InspectImages) else step for step in planned)


def reads_files(steps: Iterable[PlanStep]) -> bool:
    """Return whether a probe among the steps reads the files of the image's layers."""
    probes = {step.probe for step in steps if isinstance(step, ProbeImage)}
    return not probes.isdisjoint(_READ_LAYERS)


def gives(lab: Lab, step: PlanStep, measure: MeasureName) -> bool:
    """Return whether a measure is not known before a step is done."""
    match step:
        case ProbeImage(probe):
            known = measure.name in PROBED[probe] or measure in _COUNTED_OVER_SEVERAL
            return not measure.of and known
        case StartImage(start):
            counted = {MeasureName("behaviours"), *_COUNTED_OVER_SEVERAL}
            return (bool(lab.starts[start].env) and measure in counted) or measure.of == start
        case BuildImage(build=build):
            return measure.of == build
        case InspectImages():
            return bool(_with_bytes({measure}))
        case ServeImage():
            return not measure.of and measure.name in OF_A_START


def enough_steps(lab: Lab, step: BuildImage) -> int | None:
    """Return the steps that a build may run: with more it fails all that a check judges of it.

    None where something else is judged than how few steps run: then it has to end.
    """
    claims = [one for one in lab.claims if is_judged(one) and gives(lab, step, one.measure)]
    limits = [claim.equals if claim.at_most is None else claim.at_most for claim in claims]
    if (
        step.first
        or not claims
        or not all(
            claim.measure.name == "steps_run" and claim.relative_to is None for claim in claims
        )
    ):
        return None
    known = [limit for limit in limits if isinstance(limit, int | float)]
    return int(max(known)) if len(known) == len(claims) else None


def before(steps: Sequence[PlanStep]) -> dict[int, frozenset[int]]:
    """Return the numbers of the steps that each step waits for, where none is timed.

    A rebuild finds the cache of the last first build, and what looks at the image needs that. A
    probe is told whether the image answered, and what reads layers twice would read them for long.
    """
    cold = [n for n, step in enumerate(steps) if isinstance(step, BuildImage) and step.cold]

    def needs(number: int, step: PlanStep) -> Iterator[int]:
        yield from (n for n in cold if n < number)
        for n, other in enumerate(steps[:number]):
            match step, other:
                case (ServeImage() | ProbeImage(), ServeImage()):
                    yield n
                case (BuildImage(build=build), BuildImage(build=earlier)) if build == earlier:
                    yield n
                case (InspectImages(builds), BuildImage(build=build)) if build in builds:
                    yield n
                case (ProbeImage(probe), InspectImages()) if probe in _READ_LAYERS:
                    yield n

    return {number: frozenset(needs(number, step)) for number, step in enumerate(steps)}


def is_rebuild(step: PlanStep) -> bool:
    """Return whether a step builds again what was built before."""
    return isinstance(step, BuildImage) and not step.cold


def reads_a_rebuild(steps: Iterable[PlanStep]) -> bool:
    """Return whether some step reads the layers of a rebuild."""
    return any(isinstance(one, InspectImages) and {*one.builds} - {COLD} for one in steps)


def says(step: PlanStep) -> str:
    """Return a step in words."""
    match step:
        case BuildImage(build, sample):
            return f"{build}, sample {sample}"
        case InspectImages(builds):
            return f"layers of {', '.join(builds)}"
        case ServeImage(sample):
            return f"start, sample {sample}"
        case StartImage(start):
            return f"start {start}"
        case ProbeImage(probe):
            return f"probe {probe}"


def kind(step: PlanStep) -> str:
    """Return the kind of work that a step is, for the table of seconds."""
    match step:
        case BuildImage():
            return "builds"
        case InspectImages():
            return "layers"
        case ServeImage() | StartImage():
            return "starts"
        case ProbeImage():
            return "probes"


def is_timed(lab: Lab, step: PlanStep) -> bool:
    """Return whether a claim of the lab is about a time that this step takes."""
    times = {claim.measure for claim in lab.claims if claim.measure.is_time}
    match step:
        case BuildImage(build=build):
            return _is_of_build(build, times)
        case ServeImage():
            return _FIRST_ANSWER in times
        case StartImage(start):
            return MeasureName("first_200_seconds", start) in times
        case ProbeImage(probe):
            return any(MeasureName(name) in times for name in PROBED[probe])
        case InspectImages():
            return False


def _is_of_build(build: str, times: Iterable[MeasureName]) -> bool:
    """Return whether one of some times is a build's: of all of it or of a step."""
    return any(time.of == build and time.name in OF_A_BUILD for time in times)


def _with_bytes(measures: Iterable[MeasureName]) -> frozenset[str]:
    """Return the builds whose layers must be read for some measures."""
    of_the_image = {"disk_bytes", "transfer_bytes", "layers"}
    of_a_build = {"new_disk_bytes", "new_transfer_bytes", "new_layers"}
    of_a_build |= {"packages_moved", "packages_behind"}
    return frozenset(
        measure.of or COLD
        for measure in measures
        if measure.name in (of_a_build if measure.of else of_the_image)
    )
