"""Steps of the plan + engine -> what candidates measured."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from advices.bases import Base, MarkedBase
from advices.core import (
    Instruction,
    NeverAnswered,
    Step,
    StepFailed,
    UnsteadyMeasure,
    at_once,
    write_whole,
)
from advices.engine import BuildOrder, Image
from advices.images import layers_of, learn
from advices.lab import Dockerfile, Lab
from advices.measure import plan
from advices.measure.candidate import CANARY, Candidate, context_bytes, copied, replayed
from advices.measure.order import Place, order_of
from advices.measure.taken import Taken
from advices.measure.turns import Turns
from advices.probes import Subject, probe, startup
from advices.results import Boot, VariantResult
from advices.runs import Run, undisturbed
from advices.workshop import Workshop


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
        self._turns = Turns()
        # A run may hold several measurers of one name: a lab's, and its exercise's twice.
        self._word = f"{lab.slug}-{secrets.token_hex(3)}"
        self.canary = f"canary-{secrets.token_hex(12)}"
        # Why the candidates did not answer that need not, by name.
        self.silence: dict[str, str] = {}

    def on_one_kind(self, *dockerfiles: Dockerfile) -> bool:
        """Let what these name be official images only, or stand-ins; return whether it was both."""
        names = dict.fromkeys(name for one in dockerfiles for name in self._bases.names_in(one))
        unknown = [name for name in names if name not in self._resolved]
        known = {**self._resolved, **self._bases.resolve(unknown)}
        found = {name: known[name] for name in names}
        self._resolved = {**known, **self._bases.of_one_kind(found)}
        return any(self._resolved[name] != base for name, base in found.items())

    def measure(self, candidate: Candidate, steps: Sequence[plan.PlanStep]) -> VariantResult:
        """Return all measures that the steps give. Raises what `measure_each` raises."""
        return self.measure_each([candidate], steps)[candidate.name]

    def measure_each(
        self, candidates: Sequence[Candidate], steps: Sequence[plan.PlanStep], *, workers: int = 1
    ) -> dict[str, VariantResult]:
        """Return all measures that the steps give, by candidate; `workers` of them work at once.

        All are built first, so that the engine is asked once for the layers of all, and writes a
        base that they share one time.

        Raises what `buildx.build` raises, UnsteadyMeasure when a sample ran other steps than
        the first, and NeverAnswered when the page of one that must answer does not come.
        """
        each = [Taken(candidate, steps) for candidate in candidates]
        last = 1 + max(n for n, one in enumerate(steps) if isinstance(one, plan.BuildImage))

        def take(start: int, end: int) -> None:
            work = {t.candidate.name: partial(self._take, t, range(start, end)) for t in each}
            at_once(work, workers)

        take(0, last)
        with self._workshop.spent.on("layers"):
            self._learn(each)
        take(last, len(steps))
        return {
            taken.candidate.name: taken.result(startup.behaviours(self._lab, taken.starts))
            for taken in each
        }

    def _take(self, taken: Taken, numbers: range) -> None:
        """Do some of a candidate's steps, in order."""
        candidate, steps = taken.candidate, taken.steps
        behind = partial(Step, self._lab.slug, self._name(candidate), steps=len(steps))
        for number in numbers:
            step = steps[number]
            if not candidate.hidden:
                self._say(behind(plan.says(step), done=number))
            # What is built with another's cache gives no times.
            timed = candidate.fresh and plan.is_timed(self._lab, step)
            with undisturbed(alone=timed), self._workshop.spent.on(plan.kind(step)):
                self._do(step, taken)
        if numbers.stop == len(steps) and not candidate.hidden:
            self._say(behind("", done=len(steps)))

    def _learn(self, each: Sequence[Taken]) -> None:
        """Let the memory know the layers that the plans of some candidates read, all at once."""
        images = [
            image
            for taken in each
            for step in taken.steps
            if isinstance(step, plan.InspectImages)
            for image in self._images(taken.candidate, step.builds).values()
        ]
        if images:
            base_ids = frozenset().union(*(taken.base_ids for taken in each))
            listed = any(taken.listed for taken in each)
            learn(self._engine, images, base_ids, self._memory, listed=listed)

    def _do(self, step: plan.PlanStep, taken: Taken) -> None:
        candidate = taken.candidate
        match step:
            case plan.BuildImage():
                self._build(candidate, step, taken)
            case plan.InspectImages(builds=names):
                for name, image in self._images(candidate, names).items():
                    taken.layers[name] = layers_of(
                        self._engine, image, taken.base_ids, self._memory
                    )
            case plan.ServeImage(sample=sample):
                if taken.answered or sample == 1:
                    self._serve(candidate, taken)
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

    def _build(self, candidate: Candidate, step: plan.BuildImage, taken: Taken) -> None:
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
            with self._turn(candidate, first=step.cold):
                heard = partial(self._say_instruction, candidate)
                built = self._engine.build(order, on_step=heard)
        except StepFailed as fault:
            raise self._bases.why_it_failed(fault, taken.marked) from None
        finally:
            shutil.rmtree(order.context, ignore_errors=True)
        taken.add_build(step, built)
        if step.cold:
            taken.image_id = str(self._image(order.tag, candidate.name).id)

    def _turn(self, candidate: Candidate, *, first: bool) -> AbstractContextManager[None]:
        """Return what a build runs in: one that shares a cache with others waits for its turn."""
        return nullcontext() if candidate.fresh else self._turns.build(first=first)

    def _say_instruction(self, candidate: Candidate, instruction: str) -> None:
        if not candidate.hidden:
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
        self, candidate: Candidate, taken: Taken, mark: str, name: str, *, no_cache: bool
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

    def _images(self, candidate: Candidate, builds: Sequence[str]) -> dict[str, Image]:
        return {one: self._image(self._tag(candidate, one), candidate.name) for one in builds}

    def _image(self, reference: str, name: str) -> Image:
        image = self._engine.image(reference)
        if image is None:
            raise UnsteadyMeasure(f"{name}: the image that was just built is gone")
        return image

    def _serve(self, candidate: Candidate, taken: Taken) -> None:
        try:
            shown = startup.first_page(self._booting(candidate, taken))
        except NeverAnswered as error:
            if candidate.must_answer:
                raise
            self._say(str(error))
            self.silence[candidate.name] = str(error)
            shown = Boot(answered=False)
        if taken.boots and shown.page_digest != taken.boots[0].page_digest:
            raise UnsteadyMeasure(
                (
                    f"{candidate.name}: two starts of one image gave different pages at "
                    f"{self._lab.serve.path}"
                ),
                why="the page shows something that changes: a time, a token, a random order",
                next_step="name a page in lab.toml ([serve] path) that stays the same",
            )
        taken.boots.append(shown)

    def _booting(self, candidate: Candidate, taken: Taken) -> startup.Image:
        return startup.Image(self._engine, self._lab, taken.image_id, candidate.name, self._run.id)

    def _subject(self, candidate: Candidate, taken: Taken) -> Subject:
        mark = f"{self._word}-{candidate.cache_of}-{taken.cold_samples}"

        def build_target(target: str) -> Image:
            order = self._order(candidate, taken, mark, f"target-{target}", no_cache=False)
            copied(self._lab, candidate, order.context, canary=self.canary)
            try:
                with self._turn(candidate, first=True):
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
            base_ids=taken.base_ids,
            answered=taken.answered,
            run_id=self._run.id,
            canary=self.canary,
            samples=taken.samples,
            build_target=build_target,
        )
