"""Steps of the plan + engine -> what one candidate measured."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from advices import results
from advices.bases import Base, MarkedBase
from advices.core import Instruction, NeverAnswered, Step, StepFailed, UnsteadyMeasure, write_whole
from advices.engine import BuildOrder, BuildStep, Built, Image
from advices.images import layers_of, learn
from advices.lab import COLD, Dockerfile, Lab
from advices.measure import plan
from advices.measure.candidate import CANARY, Candidate, context_bytes, copied, replayed
from advices.measure.order import Place, order_of
from advices.probes import Found, Subject, probe, startup
from advices.results import Boot, Build, Layer, Timing, VariantResult
from advices.runs import Run, undisturbed
from advices.workshop import Workshop


@dataclass
class _Taken:
    """What the plan's steps gave so far for one candidate."""

    cold_samples: int
    samples: int
    listed: bool
    marked: dict[str, MarkedBase] = field(default_factory=dict)
    built: dict[str, list[Built]] = field(default_factory=dict)
    layers: dict[str, list[Layer]] = field(default_factory=dict)
    boots: list[Boot] = field(default_factory=list)
    starts: dict[str, Boot] = field(default_factory=dict)
    found: Found = field(default_factory=Found)
    context_bytes: int = 0
    image_id: str = ""

    @property
    def answered(self) -> bool:
        """Return whether the image served its page."""
        return bool(self.boots) and self.boots[0].answered


class Measurer:
    """Measures the candidates of one lab in one run."""

    def __init__(
        self,
        workshop: Workshop,
        lab: Lab,
        run: Run,
        resolved: Mapping[str, Base],
    ) -> None:
        self._workshop = workshop
        self._engine = workshop.engine
        self._bases = workshop.bases
        self._memory = workshop.memory
        self._say = workshop.say
        self._lab = lab
        self._run = run
        self._resolved = resolved
        self._marked: dict[tuple[str, str], MarkedBase] = {}
        self._lock = threading.Lock()
        # A run may hold several measurers of one name: a lab's, and its exercise's twice.
        self._word = f"{lab.slug}-{secrets.token_hex(3)}"
        self.canary = f"canary-{secrets.token_hex(12)}"

    def on_one_kind(self, *dockerfiles: Dockerfile) -> bool:
        """Let what these name be official images only, or stand-ins; return whether it was both."""
        names = dict.fromkeys(name for one in dockerfiles for name in self._bases.names_in(one))
        unknown = [name for name in names if name not in self._resolved]
        known = {**self._resolved, **self._bases.resolve(unknown)}
        found = {name: known[name] for name in names}
        self._resolved = {**known, **self._bases.of_one_kind(found)}
        return any(self._resolved[name] != base for name, base in found.items())

    def measure(
        self, candidate: Candidate, steps: Sequence[plan.PlanStep], *, must_answer: bool = True
    ) -> VariantResult:
        """Return all measures that the steps give.

        Raises what `buildx.build` raises, UnsteadyMeasure when a sample ran other steps than
        the first, and, unless `must_answer` is false, NeverAnswered when its page does not come.
        """
        taken = _Taken(
            cold_samples=sum(isinstance(s, plan.BuildImage) and s.cold for s in steps),
            samples=sum(isinstance(s, plan.ServeImage) for s in steps),
            listed=plan.ProbeImage("files") in steps,
        )
        behind = partial(Step, self._lab.slug, self._name(candidate), steps=len(steps))
        for number, step in enumerate(steps):
            self._say(behind(plan.says(step), done=number))
            # What is built with another's cache gives no times.
            timed = candidate.fresh and plan.is_timed(self._lab, step)
            with undisturbed(alone=timed), self._workshop.spent.on(plan.kind(step)):
                self._do(step, candidate, taken, must_answer)
        self._say(behind("", done=len(steps)))
        return self._result(candidate, taken)

    def _do(
        self, step: plan.PlanStep, candidate: Candidate, taken: _Taken, must_answer: bool
    ) -> None:
        match step:
            case plan.BuildImage():
                self._build(candidate, step, taken)
            case plan.InspectImages(builds=names):
                self._inspect(candidate, names, taken)
            case plan.ServeImage(sample=sample):
                if taken.answered or sample == 1:
                    self._serve(candidate, taken, must_answer)
            case plan.StartImage(start=start):
                taken.starts[start] = startup.another_start(
                    self._booting(candidate, taken), self._lab.starts[start]
                )
            case plan.ProbeImage(probe=name):
                found = probe(name)(self._subject(candidate, taken))
                taken.found.values |= found.values
                taken.found.timings |= found.timings
                taken.found.scans += found.scans

    def _tag(self, candidate: Candidate, build_name: str) -> str:
        # A stage's name may hold what a tag may not.
        return f"docker-advices-run/{self._run.id}:{self._lab.slug}-{candidate.name}-{build_name}"

    def _build(self, candidate: Candidate, step: plan.BuildImage, taken: _Taken) -> None:
        # Replays stand on the base of the last cold build, and find the cache mounts it filled.
        cold_sample = step.sample if step.cold else taken.cold_samples
        mark = f"{self._word}-{candidate.cache_of}-{cold_sample}"
        if step.cold:
            with self._lock:
                taken.marked = self._bases_of(candidate, mark)
        order = self._order(candidate, taken, mark, step.build, no_cache=step.cold)
        replay = self._lab.replays.get(step.build)
        # The run's id as well: an edit of an earlier run may still be in the cache.
        edit = f"{self._run.id}-{self._word}-{candidate.name}-{step.sample}"
        copied(self._lab, candidate, order.context, canary=self.canary)
        if replay is not None:
            replayed(order.context, replay, edit)
        try:
            if step.cold:
                taken.context_bytes = context_bytes(order.context)
            built = self._engine.build(order, on_step=partial(self._say_instruction, candidate))
        except StepFailed as fault:
            raise self._bases.why_it_failed(fault, taken.marked) from None
        finally:
            shutil.rmtree(order.context, ignore_errors=True)
        earlier = taken.built.setdefault(step.build, [])
        if earlier and _what_ran(earlier[0].steps) != _what_ran(built.steps):
            raise UnsteadyMeasure(
                f"{candidate.dockerfile.name}: sample {step.sample} of `{step.build}` ran other "
                "steps than the first"
            )
        earlier.append(built)
        if step.cold:
            taken.image_id = str(self._image(order.tag, candidate.name).id)

    def _say_instruction(self, candidate: Candidate, instruction: str) -> None:
        self._say(Instruction(self._lab.slug, self._name(candidate), instruction))

    def _name(self, candidate: Candidate) -> str:
        return f"exercise {candidate.name}" if self._lab.is_exercise else candidate.name

    def _bases_of(self, candidate: Candidate, mark: str) -> dict[str, MarkedBase]:
        """Return the candidate's bases with a mark; one base with one mark is made once."""
        names = self._bases.names_in(candidate.read())
        unknown = [name for name in names if name not in self._resolved]
        resolved = {**self._resolved, **self._bases.resolve(unknown)}
        for name in names:
            if candidate.fresh or (name, mark) not in self._marked:
                self._marked[name, mark] = self._bases.marked(resolved[name], self._run.id, mark)
        return {name: self._marked[name, mark] for name in names}

    def _order(
        self, candidate: Candidate, taken: _Taken, mark: str, name: str, *, no_cache: bool
    ) -> BuildOrder:
        files = {
            key: write_whole(
                self._run.scratch / f"secret-{key}", value.replace(CANARY, self.canary)
            )
            for key, value in candidate.variant.secrets.items()
        }
        place = Place(
            context=self._run.scratch / f"context-{secrets.token_hex(4)}",
            tag=self._tag(candidate, name),
            bases={name: base.image for name, base in taken.marked.items()},
            run_id=self._run.id,
            cache_namespace=f"{self._run.id}-{mark}",
            canary=self.canary,
            secrets=files,
        )
        return order_of(self._lab, candidate, place, no_cache=no_cache)

    def _inspect(self, candidate: Candidate, names: Sequence[str], taken: _Taken) -> None:
        images = {name: self._image(self._tag(candidate, name), candidate.name) for name in names}
        base_ids = self._base_ids(candidate, taken)
        every = list(images.values())
        learn(self._engine, every, base_ids, self._memory, listed=taken.listed)
        for name, image in images.items():
            taken.layers[name] = layers_of(self._engine, image, base_ids, self._memory)

    def _image(self, reference: str, name: str) -> Image:
        image = self._engine.image(reference)
        if image is None:
            raise UnsteadyMeasure(f"{name}: the image just built is not there any more")
        return image

    def _base_ids(self, candidate: Candidate, taken: _Taken) -> frozenset[str]:
        base = candidate.read().final_base
        return taken.marked[base].diff_ids if base else frozenset()

    def _serve(self, candidate: Candidate, taken: _Taken, must_answer: bool) -> None:
        try:
            shown = startup.first_page(self._booting(candidate, taken))
        except NeverAnswered as error:
            if must_answer and candidate.variant.answers:
                raise
            self._say(error.what)
            shown = Boot(answered=False)
        if taken.boots and shown.page_digest != taken.boots[0].page_digest:
            raise UnsteadyMeasure(
                f"{candidate.name}: two starts of one image gave two different pages at "
                f"{self._lab.serve.path}",
                why="the page shows something that changes: a time, a token, a random order",
                next_step="name a page in lab.toml ([serve] path) that stays the same",
            )
        taken.boots.append(shown)

    def _booting(self, candidate: Candidate, taken: _Taken) -> startup.Image:
        return startup.Image(self._engine, self._lab, taken.image_id, candidate.name, self._run.id)

    def _subject(self, candidate: Candidate, taken: _Taken) -> Subject:
        mark = f"{self._word}-{candidate.cache_of}-{taken.cold_samples}"

        def build_target(target: str) -> Image:
            order = self._order(candidate, taken, mark, f"target-{target}", no_cache=False)
            copied(self._lab, candidate, order.context, canary=self.canary)
            try:
                self._engine.build(order.for_target(target))
            finally:
                shutil.rmtree(order.context, ignore_errors=True)
            return self._image(order.tag, candidate.name)

        return Subject(
            workshop=self._workshop,
            lab=self._lab,
            variant=candidate.name,
            targets=candidate.variant.targets,
            image=self._image(taken.image_id, candidate.name),
            base_ids=self._base_ids(candidate, taken),
            answered=taken.answered,
            run_id=self._run.id,
            canary=self.canary,
            samples=taken.samples,
            build_target=build_target,
        )

    def _result(self, candidate: Candidate, taken: _Taken) -> VariantResult:
        # A plan for some claims reads no layers where none of them needs bytes.
        cold = taken.layers.get(COLD, [])
        known = {layer.diff_id for layer in cold}
        in_base = {layer.diff_id for layer in cold if layer.from_base}
        builds = {}
        for name, built in taken.built.items():
            there = in_base if name == COLD else known
            new = [layer for layer in taken.layers.get(name, []) if layer.diff_id not in there]
            builds[name] = Build(
                steps=tuple(results.Step(**asdict(step)) for step in built[0].steps),
                timing=Timing(samples=tuple(round(one.seconds, 3) for one in built)),
                new_disk_bytes=sum(layer.disk_bytes for layer in new),
                new_transfer_bytes=sum(layer.transfer_bytes for layer in new),
            )
        return VariantResult(
            dockerfile=candidate.dockerfile.name,
            context_bytes=taken.context_bytes,
            layers=tuple(cold),
            builds=builds,
            boot=_together(taken.boots),
            starts=taken.starts,
            behaviours=startup.behaviours(self._lab, taken.starts),
            probed=taken.found.values,
            timings=taken.found.timings,
            scans=tuple(taken.found.scans),
        )


def _together(boots: Sequence[Boot]) -> Boot:
    """Return one record of several starts: the first, with the times of all."""
    samples = tuple(one.first_200.samples[0] for one in boots if one.first_200)
    timing = Timing(samples=samples) if samples else None
    return boots[0].model_copy(update={"first_200": timing})


def _what_ran(steps: tuple[BuildStep, ...]) -> list[tuple[str, bool]]:
    return [(step.name, step.cached) for step in steps]
