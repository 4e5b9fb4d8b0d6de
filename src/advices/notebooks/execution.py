"""Executes the notebooks of labs, each in a run of its own: one by one, or two at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from advices import results
from advices.bases import Bases
from advices.core import Begun, Layout, Measured, NotebookFailed, Planned, Say, at_once, clock
from advices.engine import Engine, connect
from advices.images import LayerMemory
from advices.lab import Lab, labfile
from advices.measure import (
    QUICK,
    SAMPLES_VARIABLE,
    Bench,
    Keys,
    Samples,
    awake,
    judged_steps,
    solved,
    steps,
    unlike,
    unsound,
)
from advices.notebooks import kernel
from advices.packages import proxy
from advices.results import Result, Verdict, verdicts
from advices.runs import RUN_VARIABLE, Run, measuring, own_run, sweep
from advices.site import lab_page

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
    layout: Layout, slugs: Sequence[str], samples: Samples, say: Say
) -> Generator[Executed, None, None]:
    """Yield each lab as soon as it is measured; nothing is measured beside it.

    Raises what a cell of a notebook raised, and NotebookFailed.
    """
    with _ready(layout, slugs, say) as (engine, labs):
        for lab in labs:
            yield _executed(layout, lab, samples, engine, say)


def two_at_once(
    layout: Layout,
    slugs: Sequence[str],
    samples: Samples,
    say: Say,
    then: Callable[[Executed], Found],
) -> Mapping[str, Found]:
    """Return what `then` makes of each lab; it is called as soon as the lab is measured.

    What a claim times runs alone all the same, and says so to the others. Times that no claim is
    about are those of a busy machine: this is for comparing, not for keeping. Raises what
    `one_by_one` raises; the other lab is ended then.
    """
    with _ready(layout, slugs, say) as (engine, labs):
        if len(labs) > 1:
            # Else two labs would build one stand-in twice.
            exercises = [one for lab in labs if (one := _exercise(layout, lab)) is not None]
            _bases(layout, engine, say).of_labs([*labs, *exercises])

        def work(lab: Lab) -> Found:
            return then(_executed(layout, lab, samples, engine, say))

        return at_once({lab.slug: partial(work, lab) for lab in labs}, workers=2)


@contextlib.contextmanager
def _ready(
    layout: Layout, slugs: Sequence[str], say: Say
) -> Iterator[tuple[Engine, tuple[Lab, ...]]]:
    """Hold what all labs of a run need: the lock and the index. What dead runs left is gone."""
    labs = tuple(labfile.read(layout.labs, slug) for slug in slugs)
    say(Planned(len(labs)))
    engine = connect()
    sweep(engine)
    with measuring(say), proxy.for_builds(engine):
        yield engine, labs


def _executed(layout: Layout, lab: Lab, samples: Samples, engine: Engine, say: Say) -> Executed:
    started = clock()
    exercise = _exercise(layout, lab)
    say(Begun(lab.slug, _steps(lab, exercise, samples)))
    with own_run(engine) as run:
        environment = {
            RUN_VARIABLE: run.id,
            SAMPLES_VARIABLE: f"{samples.cold},{samples.replay}",
        }
        done = kernel.execute(layout.notebook(lab.slug), environment, say)
        result = _left(run, lab)
        proof = None if exercise is None else _proof(layout, exercise, engine, run, say)
    faults = awake(lab, result) + unlike(lab, result)
    if exercise is not None and proof is not None:
        faults += unsound(exercise, proof)
    # The images that the key speaks of stand only now.
    key = keys(layout, engine, samples).key(lab) or ""
    source = result.provenance.model_copy(update={"key": key})
    result = result.model_copy(update={"provenance": source})
    seconds = clock() - started
    say(Measured(lab.slug, seconds))
    page = lab_page.page(done.cells, result)
    return Executed(lab, result, page, verdicts(lab, result), proof, tuple(faults), seconds)


def _exercise(layout: Layout, lab: Lab) -> Lab | None:
    there = labfile.has_exercise(layout.labs, lab.slug)
    return labfile.read_exercise(layout.labs, lab.slug) if there else None


def _steps(lab: Lab, exercise: Lab | None, samples: Samples) -> int:
    """Return how many steps measure a lab, its mistakes and its exercise."""
    planned = len(lab.variants) * len(steps(lab, samples))
    planned += len(lab.mistakes) * len(judged_steps(lab))
    return planned + (_steps(exercise, None, QUICK) if exercise else 0)


def _left(run: Run, lab: Lab) -> Result:
    """Return the result that a notebook left. Raises NotebookFailed when it left none."""
    if not (run.scratch / "results" / f"{lab.slug}.json").is_file():
        raise NotebookFailed(
            f"notebooks/{lab.slug}.ipynb left no result",
            why=f'it does not call `open_lab("{lab.slug}")` and `finish()`',
        )
    return results.load(run.scratch / "results", lab.slug)


def _proof(layout: Layout, exercise: Lab, engine: Engine, run: Run, say: Say) -> Result:
    """Return the result of an exercise: the notebook's, if it has a cell that measures it."""
    folder: Path = run.scratch / "results" / "exercises"
    if (folder / f"{exercise.slug}.json").is_file():
        return results.load(folder, exercise.slug)
    return solved(Bench(layout, exercise, engine, run, samples=QUICK, say=say, owner=False))


def _bases(layout: Layout, engine: Engine, say: Say) -> Bases:
    return Bases(engine, layout.bases, LayerMemory(), say)


def keys(layout: Layout, engine: Engine, samples: Samples) -> Keys:
    """Return what says of each lab whether it must be measured again on this engine."""
    return Keys(layout, engine, _bases(layout, engine, lambda _: None), samples)
