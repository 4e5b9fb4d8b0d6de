"""A made-up workshop, machine and bench, for tests: nothing is measured, no engine is asked."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from factory import result

from advices.bases import Base
from advices.core import EngineMissing, Say
from advices.core.paths import Layout
from advices.engine import EngineFacts, Limits
from advices.lab import Dockerfile
from advices.lab.model import Lab
from advices.measure.candidate import Candidate
from advices.measure.ground import Ground
from advices.measure.kept import Kept
from advices.measure.keys import Keys
from advices.measure.plan import PlanStep, Samples
from advices.results.pages import Page
from advices.results.record import MistakeResult, Result, VariantResult
from advices.workshop import Workshop


def workshop(layout: Layout, say: Say = print, **parts: Any) -> Any:
    """Return a workshop of made-up parts: no engine is asked for any that is not given."""
    made = Workshop(layout, say)
    for name, part in parts.items():
        setattr(made, "_engine" if name == "engine" else name, part)
    return made


LIMITS = Limits("a-run", 1000, 4_000_000_000, 4_000_000_000)
BASE = Base("python:3.14-slim", "tag", "stand-in", "sha256:1")


class Machine:
    """A machine for keys: what its engine says, and one base behind every name. All may change."""

    def __init__(self) -> None:
        self.facts = EngineFacts("26.1.5", "overlay2", "linux/amd64", 2, "/somewhere")
        self.base: Base | None = BASE
        self.images_arrive: Base | None = None
        self.pip_conf: str | None = None
        self.scanner: SimpleNamespace | None = None
        self.buildx = "0.13.1"
        self.engine_answers = True

    def workshop(self, layout: Layout, say: Say = print) -> Any:
        """Return a workshop on this machine: nothing can be measured in it."""
        parts = {"bases": self, "scanners": self, "buildx": self.buildx}
        return workshop(layout, say, engine=self._engine(), **parts)

    def _engine(self) -> SimpleNamespace:
        def answer(found: Any) -> Any:
            if not self.engine_answers:
                raise EngineMissing("no engine answers")
            return found

        return SimpleNamespace(
            facts=lambda: answer(self.facts), run_ids=lambda: answer(frozenset[str]())
        )

    def known(self, name: str) -> Base | None:
        return replace(self.base, name=name) if self.base else None

    def of_labs(self, _: object) -> None:
        """Bring the images of labs, if a test said which arrive."""
        self.base = self.images_arrive or self.base

    def known_in(self, dockerfile: Dockerfile, _: object) -> dict[str, Base | None]:
        return {name: self.known(name) for name in dockerfile.external_images}

    def present(self, _: str) -> SimpleNamespace | None:
        return self.scanner


class FakeMeasurer:
    """Gives a measured variant, or a fault, by the candidate's name."""

    def __init__(self, given: dict[str, VariantResult | Exception]) -> None:
        self.given = given
        self.asked: list[tuple[str, bool]] = []
        self.workers: list[int] = []
        self.steps: dict[str, Sequence[PlanStep]] = {}
        self.bases_are_mixed = False
        self.silence: dict[str, str] = {}
        self.serves: dict[str, Page] = {}
        self.pages: dict[str, Page] = {}

    def on_one_kind(self, *_: Dockerfile) -> bool:
        return self.bases_are_mixed

    def measure_each(
        self, candidates: Sequence[Candidate], steps: Sequence[PlanStep], *, workers: int = 1
    ) -> dict[str, VariantResult]:
        self.workers.append(workers)
        return {candidate.name: self.measure(candidate, steps) for candidate in candidates}

    def measure_beside(
        self,
        candidate: Candidate,
        steps: Sequence[PlanStep],
        heard: Callable[[VariantResult, frozenset[PlanStep]], None],
    ) -> VariantResult:
        found = self.measure(candidate, steps)
        for number in range(1, len(steps) + 1):
            heard(found, frozenset(steps[:number]))
        return found

    def measure(self, candidate: Candidate, steps: Sequence[PlanStep]) -> VariantResult:
        self.asked.append((candidate.name, candidate.must_answer))
        self.steps[candidate.name] = steps
        found = self.given[candidate.name]
        if isinstance(found, Exception):
            raise found
        if candidate.name in self.serves:
            self.pages[candidate.name] = self.serves[candidate.name]
        return found


class FakeBench:
    """A bench whose measurer is made up."""

    def __init__(self, lab: Lab, **given: VariantResult | Exception) -> None:
        self.lab = lab
        self.layout = Layout(lab.context.parents[1])
        self.machine = Machine()
        self.workshop = self.machine.workshop(self.layout)
        self.run = SimpleNamespace(id="a-run", scratch=self.layout.root / "scratch")
        self.samples, self.owner = Samples(1, 1), False
        self.kept = Kept()
        names = {name.replace("_", "-"): found for name, found in given.items()}
        self.measurer = FakeMeasurer(names)

    def of(self, exercise: Lab, ground: Ground | None = None) -> FakeBench:
        self.exercise, self.ground = exercise, ground
        made = FakeBench(exercise)
        made.run, made.owner, made.measurer = self.run, self.owner, self.measurer
        made.kept = self.kept.of_exercise()
        return made

    @contextlib.contextmanager
    def between_builds(self) -> Iterator[None]:
        yield

    @contextlib.contextmanager
    def ready(self) -> Iterator[FakeMeasurer]:
        yield self.measurer

    def result(
        self, variants: dict[str, VariantResult], mistakes: dict[str, MistakeResult] | None = None
    ) -> Result:
        made = result()
        parts = Keys(self.workshop, self.samples).parts(self.lab)
        source = made.provenance.model_copy(update={"key_parts": parts})
        given = {"variants": dict(variants), "mistakes": mistakes or {}, "provenance": source}
        return made.model_copy(update=given)
