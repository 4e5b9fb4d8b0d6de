"""What the images of several services of a project weigh together: layers of one digest once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from advices.audit.audit import hiding
from advices.audit.lab_of import lab_of
from advices.audit.not_measured import with_bases
from advices.audit.project import Project
from advices.audit.secrets import Redaction, written
from advices.bases import MarkedBase
from advices.engine import BuildOrder
from advices.images import layers_of
from advices.lab import Lab, MeasureName
from advices.measure import QUICK, Bench, for_audits
from advices.packages import proxy
from advices.results import Layer, value_text
from advices.runs import Run, own_run
from advices.workshop import Workshop

_TRANSFER = MeasureName("transfer_bytes")
_MARK = "together"


@dataclass(frozen=True)
class Shared:
    """Bytes to transfer of each service's image, and of all of them on one machine."""

    alone: Mapping[str, int]
    together: int

    @property
    def shared(self) -> int:
        """Return the bytes that need not be moved again for a second image."""
        return sum(self.alone.values()) - self.together

    def rows(self) -> list[list[str]]:
        """Return a row a service, and what they share."""

        def text(value: int) -> str:
            return value_text(_TRANSFER, value)

        rows = [["service", "bytes to transfer"]]
        rows += [[name, text(value)] for name, value in self.alone.items()]
        return [*rows, ["all on one machine", text(self.together)], ["shared", text(self.shared)]]


def shared_bytes(workshop: Workshop, projects: Sequence[Project]) -> Shared:
    """Return what the images of some services weigh.

    They are built one after the other on the same bases and with one cache, as `docker compose
    build` makes them, for layers that are built apart are never the same. Raises what a build of
    one raises.
    """
    values = {name: value for one in projects for name, value in _secrets(one).items()}
    with (
        hiding(workshop, Redaction(values.values())),
        own_run(workshop.engine, guarded=True) as run,
    ):
        labs = {one.service: lab_of(one, run.scratch / f"of-{n}") for n, one in enumerate(projects)}
        bench = Bench(workshop, next(iter(labs.values())), run, samples=QUICK, owner=True)
        marked: dict[str, MarkedBase] = {}
        files = written(values, run.scratch / "secrets")
        with with_bases(), bench.ready():
            layers = {
                one.service: _layers(
                    *(workshop, run, labs[one.service], one.service, marked),
                    secrets={name: files[name] for name in _secrets(one)},
                )
                for one in projects
            }
    return weighed(layers)


def weighed(layers: Mapping[str, Sequence[Layer]]) -> Shared:
    """Return what images with these layers weigh alone and together."""
    every = {one.diff_id: one.transfer_bytes for each in layers.values() for one in each}
    alone = {name: sum(one.transfer_bytes for one in each) for name, each in layers.items()}
    return Shared(alone, sum(every.values()))


def _secrets(project: Project) -> dict[str, bytes]:
    return {one.id: one.value() for one in project.secrets}


def _layers(
    workshop: Workshop,
    run: Run,
    lab: Lab,
    name: str,
    marked: dict[str, MarkedBase],
    *,
    secrets: Mapping[str, Path],
) -> list[Layer]:
    """Return the layers of a service's image, built with what the cache has of those before it."""
    dockerfile, variant, engine = lab.read("bad"), lab.variants["bad"], workshop.engine
    workshop.say(f"building {name} with the cache of the others")
    named = workshop.bases.names_in(dockerfile)
    for image in named:
        if image not in marked:
            base = workshop.bases.resolve([image])[image]
            marked[image] = workshop.bases.marked(base, run.id, _MARK)
    order = BuildOrder(
        dockerfile=lab.dockerfile("bad"),
        context=lab.context,
        tag=f"docker-advices-run/{run.id}:{_MARK}-{lab.folder.name}",
        bases={image: marked[image].image for image in named},
        run_id=run.id,
        cache_namespace=run.id,
        build_args=variant.build_args,
        secrets=secrets,
        limits=for_audits(run.id),
        timeout_seconds=lab.build_timeout_seconds,
    )
    proxy.lead(lab.context, engine)
    engine.build(order)
    built = engine.image(order.tag)
    base_ids = marked[dockerfile.final_base].diff_ids if dockerfile.final_base else frozenset()
    return layers_of(engine, built, base_ids, workshop.memory) if built else []
