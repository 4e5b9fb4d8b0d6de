"""One step of a plan + engine -> what a candidate showed."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from advices.bases import Base, MarkedBase
from advices.core import (
    CommandFailed,
    EngineRefused,
    Instruction,
    NeverAnswered,
    Step,
    StepFailed,
    UnsteadyMeasure,
    write_whole,
)
from advices.engine import BuildOrder, Image
from advices.images import Tree, layers_of, learn, listings
from advices.lab import PROBED, Dockerfile, Lab
from advices.measure import plan
from advices.measure.candidate import CANARY, Candidate, context_bytes, copied, replayed
from advices.measure.ground import Ground
from advices.measure.installed import behind, installed
from advices.measure.order import Place, order_of
from advices.measure.taken import Taken
from advices.measure.turns import Kind, Turns
from advices.packages import newest_versions, proxy
from advices.probes import Found, Subject, factors_met, probe, startup
from advices.results import Boot, Page, VariantResult
from advices.runs import Run
from advices.workshop import Workshop


class StepWork:
    """Does the steps of a plan, one at a time, for candidates of one lab in one run."""

    def __init__(
        self,
        workshop: Workshop,
        lab: Lab,
        run: Run,
        resolved: Mapping[str, Base],
        ground: Ground | None = None,
    ) -> None:
        self._workshop = workshop
        self._engine = workshop.engine
        self._bases = workshop.bases
        self._memory = workshop.memory
        self._say = workshop.say
        self._lab = lab
        self._run = run
        self._resolved = resolved
        self._turns = Turns()
        # A run may hold several measurers of one name: a lab's, and its exercise's twice.
        self._word = f"{lab.slug}-{secrets.token_hex(3)}"
        self._ground = ground or Ground(self._word)
        self.canary = self._ground.canary
        self._marked_ahead: dict[tuple[str, str], dict[str, MarkedBase]] = {}
        # By candidate: why it did not answer, what it served, and the diff ids of its base.
        self.silence: dict[str, str] = {}
        self.pages: dict[str, Page] = {}
        self.base_ids: dict[str, frozenset[str]] = {}

    def on_one_kind(self, *dockerfiles: Dockerfile) -> bool:
        """Let what these name be official images only, or stand-ins; return whether it was both."""
        names = dict.fromkeys(name for one in dockerfiles for name in self._bases.names_in(one))
        unknown = [name for name in names if name not in self._resolved]
        known = {**self._resolved, **self._bases.resolve(unknown)}
        found = {name: known[name] for name in names}
        self._resolved = {**known, **self._bases.of_one_kind(found)}
        return any(self._resolved[name] != base for name, base in found.items())

    def mark_bases(self, candidate: Candidate) -> None:
        """Mark what the candidate's first build stands on, which then finds it."""
        mark = self._mark_on_ground(f"{candidate.cache_of}-1")
        found = self._bases_of(candidate, mark, self._lab.newest())
        self._marked_ahead[candidate.name, mark] = found

    def _mark_on_ground(self, mark: str) -> str:
        return f"{self._ground.word}-{mark}"

    def _so_far(self, taken: Taken) -> VariantResult:
        behaviours = startup.behaviours(self._lab, {**taken.starts})  # another step may add one
        old = {
            name: behind(found, newest_versions(newest))
            for name, found in tuple(taken.installed.items())
            if (newest := self._lab.newest(name))
        }
        return taken.result(behaviours, factors_met(taken.found.values, behaviours), old)

    def _tell(self, taken: Taken, what: str, done: int) -> None:
        """Say what is done now; of a hidden candidate nothing is told."""
        if not taken.candidate.hidden:
            name = self._name(taken.candidate)
            self._say(Step(self._lab.slug, name, what, done, len(taken.steps)))

    def _learn(self, each: Sequence[Taken]) -> None:
        """Let the memory know the layers that the plans of some candidates read, all at once."""
        images = [
            image
            for taken in each
            for step in taken.steps
            if isinstance(step, plan.InspectImages)
            for image in self._images(taken.candidate, step.builds).values()
        ]
        base_ids = frozenset().union(*(taken.base_ids for taken in each))
        without = frozenset.intersection(*(taken.passed_over for taken in each))
        known = (self._engine, images, base_ids, self._memory)
        learn(*known, listed=any(taken.listed for taken in each), without=without)

    def _do(self, step: plan.PlanStep, taken: Taken) -> None:
        candidate = taken.candidate
        match step:
            case plan.BuildImage():
                self._build(candidate, step, taken)
            case plan.InspectImages(builds=names):
                for name, image in self._images(candidate, names).items():
                    base_ids = taken.base_ids_of(name)
                    known = (self._engine, image, base_ids, self._memory)
                    taken.layers[name] = layers_of(*known, taken.passed_over)
                    if name in taken.with_packages:
                        held = listings(self._engine, image, base_ids, self._memory)
                        taken.installed[name] = installed(Tree(held))
            case plan.ServeImage(sample=sample):
                if taken.answered or sample == 1:
                    self._serve(candidate, taken)
            case plan.StartImage(start=start):
                taken.starts[start] = startup.another_start(
                    self._booting(candidate, taken), self._lab.starts[start]
                )
            case plan.ProbeImage(probe=name):
                taken.found.add(self._probed(name, candidate, taken))

    def _probed(self, name: str, candidate: Candidate, taken: Taken) -> Found:
        subject = self._subject(candidate, taken)
        try:
            return probe(name)(subject)
        except (NeverAnswered, CommandFailed, EngineRefused, UnsteadyMeasure) as error:
            if not candidate.unknown:
                raise
            return Found(unmeasured=dict.fromkeys(PROBED[name], error.what))

    def _tag(self, candidate: Candidate, build_name: str) -> str:
        # A stage's name may hold what a tag may not.
        return f"docker-advices-run/{self._run.id}:{self._lab.slug}-{candidate.name}-{build_name}"

    def _build(self, candidate: Candidate, step: plan.BuildImage, taken: Taken) -> None:
        # Replays stand on the base of the last cold build, and find the cache mounts it filled. But
        # what is built again must find nothing, and leave nothing to be found instead.
        last = step.build if step.again else str(step.sample if step.cold else taken.cold_samples)
        mark = f"{candidate.cache_of}-{last}"
        bases = taken.marked
        if step.first:
            newest = self._lab.newest(step.build)
            ground = self._mark_on_ground(mark)
            ahead = self._marked_ahead.pop((candidate.name, ground), None)
            bases = ahead or self._bases_of(candidate, ground, newest)
            taken.stands_on(step, bases)
            self.base_ids[candidate.name] = taken.base_ids
        order = self._order(candidate, bases, mark, step.build, no_cache=step.first)
        if candidate.ends_early:
            order = replace(order, enough_steps=plan.enough_steps(self._lab, step))
        replay = self._lab.replays.get(step.build)
        # The run's id as well: an edit of an earlier run may still be in the cache.
        edit = f"{self._run.id}-{self._word}-{candidate.name}-{step.sample}"
        edit += f"-{taken.word}" if candidate.unknown else ""
        copied(self._lab, candidate, order.context, canary=self.canary)
        if replay is not None:
            replayed(self._lab.folder, order.context, replay, edit)
        if step.cold:
            taken.context_bytes = context_bytes(order.context)
        proxy.lead(order.context, self._engine)
        try:
            with self._turns.build(Kind.of(no_cache=order.no_cache, first=step.first)):
                heard = partial(self._say_instruction, candidate)
                built = self._engine.build(order, on_step=heard)
        except StepFailed as fault:
            raise self._bases.why_it_failed(fault, bases) from None
        finally:
            shutil.rmtree(order.context, ignore_errors=True)
        taken.add_build(step, built)
        if step.cold:
            image = self._image(order.tag, candidate.name)
            taken.image_id, taken.image_layers = image.id, frozenset(image.diff_ids)

    def _say_instruction(self, candidate: Candidate, instruction: str) -> None:
        if not candidate.hidden:
            self._say(Instruction(self._lab.slug, self._name(candidate), instruction))

    def _name(self, candidate: Candidate) -> str:
        return f"exercise {candidate.name}" if self._lab.is_exercise else candidate.name

    def _bases_of(self, candidate: Candidate, mark: str, newest: str) -> dict[str, MarkedBase]:
        """Return the candidate's bases with a mark; one base with one mark is made once.

        `newest` is the list of the versions that pip may take on them, "" where it may any.
        """
        names = self._bases.names_in(candidate.read())
        unknown = [name for name in names if name not in self._resolved]
        resolved = {**self._resolved, **self._bases.resolve(unknown)}
        return {
            name: self._ground.marked(
                *(self._engine, resolved[name], mark),
                partial(self._bases.marked, resolved[name], self._run.id, mark, newest),
                anew=candidate.fresh,
            )
            for name in names
        }

    def _order(
        self,
        candidate: Candidate,
        marked: Mapping[str, MarkedBase],
        mark: str,
        name: str,
        *,
        no_cache: bool,
    ) -> BuildOrder:
        made = candidate.variant.secrets.items()
        files = {
            key: write_whole(self._run.scratch / f"secret-{key}", text.replace(CANARY, self.canary))
            for key, text in made
        }
        place = Place(
            context=self._run.scratch / f"context-{secrets.token_hex(4)}",
            tag=self._tag(candidate, name),
            bases={name: base.image for name, base in marked.items()},
            run_id=self._run.id,
            # Mounts begin empty for each measurer, whatever an earlier one left in them.
            cache_namespace=f"{self._run.id}-{self._word}-{mark}",
            canary=self.canary,
            secrets={**candidate.secret_files, **files},
        )
        return order_of(self._lab, candidate, place, no_cache=no_cache)

    def _images(self, candidate: Candidate, builds: Sequence[str]) -> dict[str, Image]:
        return {one: self._image(self._tag(candidate, one), candidate.name) for one in builds}

    def _image(self, reference: str, name: str) -> Image:
        image = self._engine.image(reference)
        if image is None:
            raise UnsteadyMeasure(f"{name}: the image just built is not there any more")
        return image

    def _serve(self, candidate: Candidate, taken: Taken) -> None:
        try:
            shown, page = startup.first_page(self._booting(candidate, taken))
            self.pages[candidate.name] = page
        except NeverAnswered as error:
            if candidate.must_answer:
                raise
            self._say(str(error))
            self.silence[candidate.name] = str(error)
            shown = Boot(answered=False)
        if taken.boots and shown.page_digest != taken.boots[0].page_digest:
            raise UnsteadyMeasure(
                f"{candidate.name}: two starts of one image gave two different pages at "
                f"{self._lab.serve.path}",
                why="the page shows something that changes: a time, a token, a random order",
                next_step="name a page in lab.toml ([serve] path) that stays the same",
            )
        taken.boots.append(shown)

    def _booting(self, candidate: Candidate, taken: Taken) -> startup.Image:
        names = (taken.image_id, candidate.name, self._run.id)
        return startup.Image(self._engine, self._lab, *names, candidate.how)

    def _subject(self, candidate: Candidate, taken: Taken) -> Subject:
        mark = f"{candidate.cache_of}-{taken.cold_samples}"

        def build_target(target: str) -> Image:
            order = self._order(candidate, taken.marked, mark, f"target-{target}", no_cache=False)
            copied(self._lab, candidate, order.context, canary=self.canary)
            proxy.lead(order.context, self._engine)
            try:
                with self._turns.build(Kind.FIRST):
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
            how=candidate.how,
        )
