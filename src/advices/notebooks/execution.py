"""Executes the notebooks of labs, each in a run of its own: one by one, or two at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from advices.engine import BUILDX_VARIABLE
from advices.lab import Lab
from advices.measure import (
    QUICK,
    SAMPLES_VARIABLE,
    Bench,
    Kept,
    Keys,
    Samples,
    answering_traps,
    for_variant,
    judged_steps,
    keyed,
    solved,
    start_stands,
    steps,
    uncaught_mistakes,
    unsound,
)
from advices.packages import proxy
from advices.results import Result, Verdict, verdicts
from advices.runs import (
    RUN_VARIABLE,
    Run,
    make_room,
    measuring,
    own_run,
    scratch_folder,
    sweep,
)
from advices.site import lab_page
from advices.workshop import Workshop

Found = TypeVar("Found")


@dataclass(frozen=True)
class Executed:
    """One lab after its run: the result, its page, its verdicts; whether its variants are new."""

    lab: Lab
    result: Result
    page: str
    verdicts: tuple[Verdict, ...]
    exercise: Result | None
    faults: tuple[str, ...]
    seconds: float = 0.0
    spent: Mapping[str, float] = field(default_factory=dict)
    measured: bool = True


@dataclass(frozen=True)
class Task:
    """A lab to execute, and what of it need not be measured."""

    lab: Lab
    kept: Kept = field(default_factory=Kept)


def one_by_one(
    workshop: Workshop,
    tasks: Sequence[Task],
    samples: Samples,
    ready: Callable[[Task], Task] | None = None,
) -> Generator[Executed, None, None]:
    """Yield each lab as soon as it is measured; nothing is measured beside it.

    `ready` brings what a task needs when it is its turn, and says what is left to do of it. Raises
    what a cell of a notebook raised, and NotebookFailed.
    """
    with _ready(workshop, [task.lab for task in tasks]):
        for planned in tasks:
            yield _executed(workshop, ready(planned) if ready else planned, samples)


def two_at_once(
    workshop: Workshop,
    labs: Sequence[Lab],
    samples: Samples,
    kept_of: Callable[[Lab], Kept],
    then: Callable[[Executed], Found],
) -> Mapping[str, Found]:
    """Return what `then` makes of each lab; it is called as soon as the lab is measured.

    `kept_of` is asked what need not be measured when all images stand.
    What a claim times runs alone all the same, and says so to the others. Times that no claim is
    about are those of a busy machine: this is for comparing, not for keeping. Raises what
    `one_by_one` raises; the other lab is ended then.
    """
    with _ready(workshop, labs):
        # What is kept depends on the images, so all of them must stand.
        workshop.bases.of_labs([one for lab in labs for one in lab.with_exercise()])

        def work(lab: Lab) -> Found:
            return then(_executed(workshop, Task(lab, kept_of(lab)), samples))

        return at_once({lab.slug: partial(work, lab) for lab in labs}, workers=2)


@contextlib.contextmanager
def _ready(workshop: Workshop, labs: Sequence[Lab]) -> Iterator[None]:
    """Hold what all labs of a run need: the lock and the index.

    What dead runs left is gone. With more than one lab so is old build cache where room lacks.
    """
    workshop.say(Planned({lab.slug: _expected_seconds(workshop, lab) for lab in labs}))
    workshop.engine.must_be_here()
    sweep(workshop.engine)
    with measuring(workshop.say), proxy.for_builds(workshop.engine):
        if len(labs) > 1:
            make_room(workshop.engine, workshop.say)
        yield


def drawn_again(workshop: Workshop, task: Task) -> Executed:
    """Return a lab whose notebook was executed over its kept result: it needs no engine."""
    with scratch_folder() as folder:
        return _finished(workshop, task, Run("drawn", folder), {}, None)


def _expected_seconds(workshop: Workshop, lab: Lab) -> float:
    """Return what the last run of a lab took, 0 when that is not known."""
    try:
        last = results.load(workshop.layout.results, lab.slug)
    except AdvicesError:
        return 0.0
    return last.provenance.seconds.get("all", 0.0)


def _executed(workshop: Workshop, task: Task, samples: Samples) -> Executed:
    started = clock()
    lab = task.lab
    workshop.say(Begun(lab.slug, _steps(lab, samples, task.kept)))
    with own_run(workshop.engine) as run:
        environment = {
            RUN_VARIABLE: run.id,
            SAMPLES_VARIABLE: f"{samples.cold},{samples.replay}",
            # What takes a while to find out, and holds for the whole run.
            BUILDX_VARIABLE: workshop.buildx or "",
            proxy.WAY_VARIABLE: proxy.way(workshop.engine),
        }
        done = _finished(workshop, task, run, environment, samples)
    seconds = clock() - started
    workshop.say(Measured(lab.slug, seconds))
    if task.kept.result is not None:
        # The result has the seconds of the day that it was measured on.
        again = {"proved again": round(seconds, 1), "all": round(seconds, 1)}
        return replace(done, seconds=seconds, spent=again, measured=False)
    spent = _spent(done.result, workshop.spent.seconds().get(lab.slug, 0.0), seconds)
    source = done.result.provenance.model_copy(update={"seconds": spent})
    result = done.result.model_copy(update={"provenance": source})
    return replace(done, result=result, seconds=seconds, spent=spent)


def _finished(
    workshop: Workshop,
    task: Task,
    run: Run,
    environment: Mapping[str, str],
    samples: Samples | None,
) -> Executed:
    """Execute a notebook; with `samples` the keys of what was measured go with it."""
    lab, kept = task.lab, task.kept
    notebook = workshop.layout.notebook(lab.slug)
    settings = {**environment, **kept.save(run.scratch)}
    # Where no lab changed, nobody needs what executes one: it is half of such a command's imports.
    from advices.notebooks import kernel  # noqa: PLC0415

    done = kernel.execute(notebook, settings, workshop.say)
    result, proof = _left(run, lab), None
    if lab.exercise is not None and kept.proofs:
        with workshop.spent.on(lab.slug):
            proof = _proof(workshop, task, lab.exercise, run)
    if samples is not None:
        # The images that the keys speak of stand only now.
        keys = Keys(workshop, samples)
        result = keyed(keys, lab, kept, result)
        if lab.exercise is not None and proof is not None:
            proof = keyed(keys, lab.exercise, kept.of_exercise(), proof)
    page = lab_page.page(done.cells, result)
    return judged(lab, result, proof, page, proofs=kept.proofs, left_out=kept.variants)


def judged(
    lab: Lab,
    result: Result,
    proof: Result | None,
    page: str,
    *,
    proofs: bool = True,
    left_out: Collection[str] = (),
) -> Executed:
    """Return a lab with what is wrong with it, and with its exercise.

    Without `proofs` its mistakes were not applied, and none of them is missed. Of variants that
    were `left_out` nothing new is known, so no claim is judged by them.
    """
    faults = answering_traps(lab, result)
    faults += uncaught_mistakes(lab, result) if proofs else []
    if lab.exercise is not None and proof is not None and start_stands(lab.exercise, proof):
        faults += unsound(lab.exercise, proof)
    found = tuple(one for one in verdicts(lab, result) if one.variant not in left_out)
    return Executed(lab, result, page, found, proof, tuple(faults))


def _spent(result: Result, proof_seconds: float, seconds: float) -> dict[str, float]:
    """Return where the seconds of a lab went: what the kernel counted, and what was around it."""
    found = dict(result.provenance.seconds)
    if proof_seconds:
        found["exercise"] = round(found.get("exercise", 0.0) + proof_seconds, 1)
    # Where two work side by side, they add up to more than has passed.
    found["kernel and own work"] = round(max(0.0, seconds - sum(found.values())), 1)
    return found | {"all": round(seconds, 1)}


def _steps(lab: Lab, samples: Samples, kept: Kept) -> int:
    """Return how many steps measure what is not kept of a lab, its mistakes and its exercise."""
    every = steps(lab, samples)
    left = [name for name in lab.variants if name not in kept.variants]
    each = (len(for_variant(lab, name, every)) for name in left)
    planned = 0 if kept.result else sum(each)
    if not kept.proofs:
        return planned
    mistakes = [mistake for mistake in lab.mistakes if mistake.id not in kept.mistakes]
    planned += len(mistakes) * len(judged_steps(lab))
    return planned + (_steps(lab.exercise, QUICK, kept.of_exercise()) if lab.exercise else 0)


def _left(run: Run, lab: Lab) -> Result:
    """Return the result that a notebook left. Raises NotebookFailed when it left none."""
    if not (run.scratch / "results" / f"{lab.slug}.json").is_file():
        raise NotebookFailed(
            f"notebooks/{lab.slug}.ipynb left no result",
            why=f'it does not call `open_lab("{lab.slug}")` and `finish()`',
        )
    return results.load(run.scratch / "results", lab.slug)


def _proof(workshop: Workshop, task: Task, exercise: Lab, run: Run) -> Result:
    """Return the result of an exercise: the notebook's, if it has a cell that measures it."""
    folder: Path = run.scratch / "results" / "exercises"
    if (folder / f"{exercise.slug}.json").is_file():
        return results.load(folder, exercise.slug)
    kept = task.kept.of_exercise()
    return solved(Bench(workshop, exercise, run, samples=QUICK, owner=False, kept=kept))
