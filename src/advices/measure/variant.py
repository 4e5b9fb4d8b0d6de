"""Steps of the plan + engine -> what candidates measured."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial

from advices.core import at_once
from advices.measure import plan
from advices.measure.candidate import Candidate
from advices.measure.step_work import StepWork
from advices.measure.taken import Taken
from advices.results import VariantResult
from advices.runs import undisturbed

# A candidate waits for its containers most of the time.
_AT_ONCE = 3
# What reads a rebuild's layers is done last, so a rebuild comes before the start, which can go on
# beside the reading. One that runs steps again takes longer: then the start waits no more, because
# a learner wants to know whether the image answers.
_REBUILD_SECONDS = 0.5


class Measurer(StepWork):
    """Measures the candidates of one lab in one run."""

    def measure(self, candidate: Candidate, steps: Sequence[plan.PlanStep]) -> VariantResult:
        """Return all measures that the steps give. Raises what `measure_each` raises."""
        return self.measure_each([candidate], steps)[candidate.name]

    def measure_each(
        self, candidates: Sequence[Candidate], steps: Sequence[plan.PlanStep], *, workers: int = 1
    ) -> dict[str, VariantResult]:
        """Return all measures that the steps give, by candidate; `workers` of them work at once.

        All are built first, so that the layers of all are read in one go, and a base that they
        share is looked at once.

        Raises what `buildx.build` raises, UnsteadyMeasure when a sample ran other steps than
        the first, and NeverAnswered when the page of one that must answer does not come.
        """
        each = [Taken(candidate, self._planned(candidate, steps)) for candidate in candidates]

        def take(part: Callable[[Taken], range]) -> None:
            work = {t.candidate.name: partial(self._take, t, part(t)) for t in each}
            at_once(work, workers)

        # A base takes a fifth of a second, and no time is taken of it.
        with self._workshop.spent.on("bases"):
            at_once({one.name: partial(self.mark_bases, one) for one in candidates}, _AT_ONCE)
        take(lambda taken: range(_built(taken)))
        with self._workshop.spent.on("layers"):
            self._learn(each)
        take(lambda taken: range(_built(taken), len(taken.steps)))
        return {taken.candidate.name: self._so_far(taken) for taken in each}

    def measure_beside(
        self,
        candidate: Candidate,
        steps: Sequence[plan.PlanStep],
        heard: Callable[[VariantResult, frozenset[plan.PlanStep]], None],
        *,
        builds_first: bool = False,
        leaves_out: Callable[[plan.PlanStep], bool] = lambda _: False,
    ) -> VariantResult:
        """Return what `measure` does of a candidate that nobody times, in less time.

        Its steps are done side by side, as far as one does not wait for another. `heard` is told
        after each of them what is known by then, and which steps that is. With `builds_first` the
        builds are done one after the other before all else, so that their seconds can be compared
        with those of another one that was measured so. A step that `leaves_out` says when it could
        begin is not done. Raises what `measure_each` raises.
        """
        taken = Taken(candidate, steps)
        done: set[int] = set()
        lock = threading.Lock()
        rebuilt = threading.Event()
        if not plan.reads_a_rebuild(steps):
            rebuilt.set()

        def do(number: int) -> None:
            if not leaves_out(steps[number]):
                work(number)
            with lock:
                done.add(number)
                heard(self._so_far(taken), frozenset(steps[n] for n in done))

        def work(number: int) -> None:
            if isinstance(steps[number], plan.ServeImage):
                rebuilt.wait(_REBUILD_SECONDS)
            with lock:
                self._tell(taken, plan.says(steps[number]), len(done))
            with (
                undisturbed(alone=False, say=self._say),
                self._workshop.spent.on(plan.kind(steps[number])),
            ):
                if isinstance(steps[number], plan.InspectImages):
                    self._learn([taken])
                self._do(steps[number], taken)
            if plan.is_rebuild(steps[number]):
                rebuilt.set()

        # Of those that may begin the first start is: whether it answers is what a learner asks.
        order = sorted(range(len(steps)), key=lambda n: not isinstance(steps[n], plan.ServeImage))
        needed = plan.before(steps)
        if builds_first:
            builds = [n for n, step in enumerate(steps) if isinstance(step, plan.BuildImage)]
            needed = {
                n: needs.union(one for one in builds if one < n or n not in builds)
                for n, needs in needed.items()
            }
        before = {str(n): {*map(str, needs)} for n, needs in needed.items()}
        at_once({str(n): partial(do, n) for n in order}, _AT_ONCE, before)
        self._tell(taken, "", len(steps))
        return self._so_far(taken)

    def _planned(
        self, candidate: Candidate, steps: Sequence[plan.PlanStep]
    ) -> Sequence[plan.PlanStep]:
        """Return the steps that a candidate gets: a replay may leave out variants of the lab."""
        if candidate.name not in self._lab.variants:
            return steps
        return plan.for_variant(self._lab, candidate.name, steps)

    def _take(self, taken: Taken, numbers: range) -> None:
        """Do some of a candidate's steps, in order."""
        candidate, steps = taken.candidate, taken.steps
        for number in numbers:
            step = steps[number]
            self._tell(taken, plan.says(step), number)
            # What is built with another's cache gives no times.
            timed = candidate.fresh and plan.is_timed(self._lab, step)
            with undisturbed(alone=timed, say=self._say), self._workshop.spent.on(plan.kind(step)):
                self._do(step, taken)
        if numbers.stop == len(steps):
            self._tell(taken, "", len(steps))


def _built(taken: Taken) -> int:
    """Return how many steps there are up to the last build."""
    return 1 + max(n for n, one in enumerate(taken.steps) if isinstance(one, plan.BuildImage))
