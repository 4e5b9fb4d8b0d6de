"""Pure: the build of a candidate, as it is ordered in a run and as a key knows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from advices.engine import BuildOrder, argv
from advices.lab import Lab, Variant
from advices.measure.candidate import CANARY, Candidate


@dataclass(frozen=True)
class Place:
    """What is different in each run: where things are, what they are called, the secret.

    `bases` are the images that stand for FROM names, `secrets` the files of BuildKit's secrets.
    """

    context: Path
    tag: str
    bases: Mapping[str, str]
    run_id: str
    cache_namespace: str
    canary: str
    secrets: Mapping[str, Path] = field(default_factory=dict)


def order_of(lab: Lab, candidate: Candidate, place: Place, *, no_cache: bool) -> BuildOrder:
    """Return the order of one build of a candidate."""
    arguments = candidate.variant.build_args
    return BuildOrder(
        dockerfile=candidate.dockerfile,
        context=place.context,
        tag=place.tag,
        bases=place.bases,
        run_id=place.run_id,
        no_cache=no_cache and candidate.fresh,
        cache_namespace=place.cache_namespace,
        build_args={key: value.replace(CANARY, place.canary) for key, value in arguments.items()},
        secrets=place.secrets,
        timeout_seconds=lab.build_timeout_seconds,
        limits=candidate.limits,
    )


def commands(lab: Lab, variant: Variant, *, fresh: bool) -> list[list[str]]:
    """Return the command lines that build a variant, the same in each run.

    The first build, a later one, and one for each further stage.
    """
    candidate = Candidate("NAME", Path("DOCKERFILE"), variant, fresh=fresh)
    place = Place(
        context=Path("CONTEXT"),
        tag="TAG",
        bases={"BASE": "IMAGE"},
        run_id="RUN",
        cache_namespace="NAMESPACE",
        canary=CANARY,
        secrets={name: Path("SECRET") for name in variant.secrets},
    )
    first = order_of(lab, candidate, place, no_cache=True)
    later = order_of(lab, candidate, place, no_cache=False)
    stages = [later.for_target(target) for target in variant.targets]
    return [argv(order) for order in (first, later, *stages)]
