"""Executes the notebooks of labs, each in a run of its own: one by one, or two at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from advices import results
from advices.core import (
    AdvicesError,
    Begun,
    Measured,
    NotebookFailed,
    Planned,
    at_once,
    clock,
)
from advices.lab import Lab
from advices.measure import (
    QUICK,
    SAMPLES_VARIABLE,
    Bench,
    Keys,
    Samples,
    answering_traps,
    judged_steps,
    solved,
    steps,
    uncaught_mistakes,
    unsound,
)
from advices.notebooks import kernel
from advices.packages import proxy
from advices.results import Result, Verdict, verdicts
from advices.runs import RUN_VARIABLE, Run, measuring, own_run, sweep
from advices.site import lab_page
from advices.workshop import Workshop

Found = TypeVar("Found")


@dataclass(frozen=True)
class Executed:
    """One lab after its run: the result, its page, and its verdicts."""

    lab: Lab
    result: Result
    page: str
    verdicts: tuple[Verdict, ...]
    exercise: Result | None
    faults: tuple[str, ...]
    seconds: float = 0.0


def one_by_one(
    workshop: Workshop, labs: Sequence[Lab], samples: Samples
) -> Generator[Executed, None, None]:
    """Yield each lab as soon as it is measured; nothing is measured beside it.

    Raises what a cell of a notebook raised, and NotebookFailed.
    """
    with _ready(workshop, labs):
        for lab in labs:
            yield _executed(workshop, lab, samples)


def two_at_once(
    workshop: Workshop,
    labs: Sequence[Lab],
    samples: Samples,
    then: Callable[[Executed], Found],
) -> Mapping[str, Found]:
    """Return what `then` makes of each lab; it is called as soon as the lab is measured.

    What a claim times runs alone all the same, and says so to the others. Times that no claim is
    about are those of a busy machine: this is for comparing, not for keeping. Raises what
    `one_by_one` raises; the other lab is ended then.
    """
    with _ready(workshop, labs):
        # The first two begin at once. What others need besides comes when it is their turn.
        workshop.bases.of_labs([one for lab in labs[:2] for one in lab.with_exercise()])

        def work(lab: Lab) -> Found:
            return then(_executed(workshop, lab, samples))

        return at_once({lab.slug: partial(work, lab) for lab in labs}, workers=2)


@contextlib.contextmanager
def _ready(workshop: Workshop, labs: Sequence[Lab]) -> Iterator[None]:
    """Hold what all labs of a run need: the lock and the index. What dead runs left is gone."""
    workshop.say(Planned({lab.slug: _expected_seconds(workshop, lab) for lab in labs}))
    workshop.engine.must_be_here()
    sweep(workshop.engine)
    with measuring(workshop.say), proxy.for_builds(workshop.engine):
        yield


def _expected_seconds(workshop: Workshop, lab: Lab) -> float:
    """Return what the last run of a lab took, 0 when that is not known."""
    try:
        last = results.load(workshop.layout.results, lab.slug)
    except AdvicesError:
        return 0.0
    return last.provenance.seconds.get("all", 0.0)


def _executed(workshop: Workshop, lab: Lab, samples: Samples) -> Executed:
    started = clock()
    workshop.say(Begun(lab.slug, _steps(lab, samples)))
    with own_run(workshop.engine) as run:
        environment = {
            RUN_VARIABLE: run.id,
            SAMPLES_VARIABLE: f"{samples.cold},{samples.replay}",
        }
        notebook = workshop.layout.notebook(lab.slug)
        done = kernel.execute(notebook, environment, workshop.say)
        result = _left(run, lab)
        with workshop.spent.on(lab.slug):
            proof = None if lab.exercise is None else _proof(workshop, lab.exercise, run)
    faults = answering_traps(lab, result) + uncaught_mistakes(lab, result)
    if lab.exercise is not None and proof is not None:
        faults += unsound(lab.exercise, proof)
    # The images that the key speaks of stand only now.
    key = Keys(workshop, samples).key(lab) or ""
    seconds = clock() - started
    spent = _spent(result, workshop.spent.seconds().get(lab.slug, 0.0), seconds)
    source = result.provenance.model_copy(update={"key": key, "seconds": spent})
    result = result.model_copy(update={"provenance": source})
    workshop.say(Measured(lab.slug, seconds))
    page = lab_page.page(done.cells, result)
    return Executed(lab, result, page, verdicts(lab, result), proof, tuple(faults), seconds)


def _spent(result: Result, proof_seconds: float, seconds: float) -> dict[str, float]:
    """Return where the seconds of a lab went: what the kernel counted, and what was around it."""
    found = dict(result.provenance.seconds)
    if proof_seconds:
        found["exercise"] = round(found.get("exercise", 0.0) + proof_seconds, 1)
    # Where two work side by side, they add up to more than has passed.
    found["kernel and own work"] = round(max(0.0, seconds - sum(found.values())), 1)
    return found | {"all": round(seconds, 1)}


def _steps(lab: Lab, samples: Samples) -> int:
    """Return how many steps measure a lab, its mistakes and its exercise."""
    planned = len(lab.variants) * len(steps(lab, samples))
    planned += len(lab.mistakes) * len(judged_steps(lab))
    return planned + (_steps(lab.exercise, QUICK) if lab.exercise else 0)


def _left(run: Run, lab: Lab) -> Result:
    """Return the result that a notebook left. Raises NotebookFailed when it left none."""
    if not (run.scratch / "results" / f"{lab.slug}.json").is_file():
        raise NotebookFailed(
            f"notebooks/{lab.slug}.ipynb left no result",
            why=f'it does not call `open_lab("{lab.slug}")` and `finish()`',
        )
    return results.load(run.scratch / "results", lab.slug)


def _proof(workshop: Workshop, exercise: Lab, run: Run) -> Result:
    """Return the result of an exercise: the notebook's, if it has a cell that measures it."""
    folder: Path = run.scratch / "results" / "exercises"
    if (folder / f"{exercise.slug}.json").is_file():
        return results.load(folder, exercise.slug)
    return solved(Bench(workshop, exercise, run, samples=QUICK, owner=False))
