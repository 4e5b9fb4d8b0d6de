"""What the images of several services of a project weigh together: layers of one digest once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from advices.audit.lab_of import lab_of
from advices.audit.project import Project
from advices.bases import MarkedBase
from advices.engine import BuildOrder
from advices.images import layers_of
from advices.lab import Lab, MeasureName
from advices.measure import QUICK, Bench
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
    with own_run(workshop.engine) as run:
        labs = {one.service: lab_of(one, run.scratch / f"of-{n}") for n, one in enumerate(projects)}
        bench = Bench(workshop, next(iter(labs.values())), run, samples=QUICK, owner=True)
        marked: dict[str, MarkedBase] = {}
        with bench.ready():
            layers = {name: _layers(workshop, run, lab, name, marked) for name, lab in labs.items()}
    return weighed(layers)


def weighed(layers: Mapping[str, Sequence[Layer]]) -> Shared:
    """Return what images with these layers weigh alone and together."""
    every = {one.diff_id: one.transfer_bytes for each in layers.values() for one in each}
    alone = {name: sum(one.transfer_bytes for one in each) for name, each in layers.items()}
    return Shared(alone, sum(every.values()))


def _layers(
    workshop: Workshop, run: Run, lab: Lab, name: str, marked: dict[str, MarkedBase]
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
        timeout_seconds=lab.build_timeout_seconds,
    )
    proxy.lead(lab.context, engine)
    engine.build(order)
    built = engine.image(order.tag)
    base_ids = marked[dockerfile.final_base].diff_ids if dockerfile.final_base else frozenset()
    return layers_of(engine, built, base_ids, workshop.memory) if built else []
