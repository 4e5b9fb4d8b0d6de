"""Executes labs as notebooks in one run, and takes over or compares what came out."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from advices import results
from advices.core import AdvicesError, Layout, now, write_together
from advices.lab import Lab, labfile
from advices.measure import (
    QUICK,
    Bench,
    Committed,
    Kept,
    Keys,
    Samples,
    Standing,
    check,
    due,
    for_a_quick_run,
    for_a_run,
    names,
    solved,
    turn_of,
    unsound,
)
from advices.notebooks.deciding import as_events
from advices.notebooks.drawn import drawn_key, key_of, marked
from advices.notebooks.execution import Executed, Task, drawn_again, judged, one_by_one
from advices.notebooks.judging import broken, demand, moved, outcome
from advices.results import Checked, Result, history
from advices.runs import check_space, own_run, sweep
from advices.site import Outcome, charts
from advices.workshop import Workshop

Told = Callable[[Outcome], None]


def nobody(_: Outcome) -> None:
    """Hear of an outcome."""


def run_labs(
    workshop: Workshop,
    slugs: Sequence[str],
    samples: Samples,
    *,
    force: bool = False,
    proofs: bool = True,
    told: Told = nobody,
) -> None:
    """Measure labs and write docs/results and docs/labs, each lab as soon as it is done.

    Beside each result stands a picture of its headline, for the README. Of a lab only that is
    measured which changed since its committed result, and a line says what that is; with `force`
    all is. Where only the looks of page or picture changed, both are drawn again, which needs no
    engine. Without `proofs` neither mistakes nor exercises are measured, and the pages say so.
    `told` hears of each lab as soon as it is known what became of it.

    Raises ClaimBroken, without writing that lab, when a claim does not come out as demanded, and
    ResultInvalid, before anything is measured, for a result or a history of a newer toolkit.
    """
    wanted = labfile.chosen(workshop.layout.labs, slugs)
    for lab in wanted:
        _refuse_newer(workshop.layout, lab.slug)
    if force:
        tasks, ready = [Task(lab, Kept(proofs=proofs)) for lab in wanted], None
    else:
        turn = due(names(wanted), turn_of(now().date()))
        stands = partial(_standing, workshop, samples, proofs=proofs, turn=turn)
        # Nothing is built before all are looked at, so that one look at the machine does for all.
        at_once = partial(stands, keys_of=functools.cache(partial(Keys, workshop)))
        tasks = _left_to_measure(workshop, wanted, at_once, told)
        ready = partial(_ready, workshop, partial(stands, keys_of=partial(Keys, workshop)))
    if not tasks:
        return
    # Closed at once when a claim breaks, so that the run ends before its fault is told.
    with contextlib.closing(one_by_one(workshop, tasks, samples, ready)) as measured:
        for done in measured:
            told(outcome(done))
            demand(broken(done))
            _keep(workshop, done)


def _keep(workshop: Workshop, done: Executed) -> None:
    """Write what came out of a lab, and say what moved."""
    layout, slug = workshop.layout, done.lab.slug
    previous = _committed(layout, slug)
    write_together(_texts(layout, done, measured=done.measured))
    for line in moved(previous, done.result):
        workshop.say(line)
    for note in history.clock_notes(layout.results, slug):
        workshop.say(f"{slug}: {note}")


def _standing(
    workshop: Workshop,
    samples: Samples,
    lab: Lab,
    *,
    proofs: bool,
    turn: frozenset[str],
    keys_of: Callable[[Samples], Keys],
) -> Standing:
    """Return what of a lab's committed results stands on this machine as it is now."""
    committed = Committed.read(workshop.layout, lab)
    if proofs:
        return for_a_run(keys_of(samples), committed, turn)
    # Who is in a hurry takes what was measured more often, too.
    return for_a_quick_run(keys_of(samples_of(committed, samples)), committed)


def _left_to_measure(
    workshop: Workshop, labs: Sequence[Lab], stands: Callable[[Lab], Standing], told: Told
) -> list[Task]:
    """Return what must be measured, and say why. What only looks other than before is drawn again.

    Raises ClaimBroken when a stored result does not meet the claims of today.
    """
    tasks = []
    for lab in labs:
        standing = stands(lab)
        if standing.kept.holds_all(lab):
            _stand(workshop, Task(lab, standing.kept), told)
        else:
            workshop.say(f"{lab.slug}: measured again: {'; '.join(standing.why)}")
            tasks.append(Task(lab, standing.kept))
    if not tasks and Keys(workshop, QUICK).engine_answers:
        sweep(workshop.engine)
    return tasks


def _ready(workshop: Workshop, stands: Callable[[Lab], Standing], task: Task) -> Task:
    """Return a task again once its images are there: they may be those that it was measured on."""
    lab = task.lab
    check_space(workshop.engine.facts().data_folder, lab.needs_free_bytes)
    workshop.bases.of_labs(lab.with_exercise() if task.kept.proofs else [lab])
    standing = stands(lab)
    if standing.kept.holds_all(lab):
        workshop.say(
            f"{lab.slug}: nothing is left to measure: what is stored fits the images that are here"
        )
    return Task(lab, standing.kept)


def _stand(workshop: Workshop, task: Task, told: Told) -> None:
    """Say since when a lab stands; draw its page and picture again if they would look otherwise."""
    layout, lab, kept = workshop.layout, task.lab, task.kept
    assert kept.result is not None
    page = layout.lab_pages / f"{lab.slug}.md"
    drawn = drawn_key(layout, lab, kept) == key_of(page)
    if drawn and (layout.results / f"{lab.slug}.svg").is_file():
        proof = kept.of_exercise().result
        done = judged(lab, kept.result, proof, "", proofs=kept.proofs)
    else:
        drawn, done = False, drawn_again(workshop, task)
    told(replace(outcome(done), unchanged=True))
    demand(broken(done))
    if not drawn:
        write_together(_texts(layout, done, measured=False))
    since = kept.result.provenance.date[:10]
    again = "" if drawn else ", drawn again"
    workshop.say(f"{lab.slug}: unchanged since {since}{again}; `--force` measures it again")


def samples_of(committed: Committed, samples: Samples) -> Samples:
    """Return how often a committed result was sampled, `samples` where there is none."""
    if committed.result is None:
        return samples
    source = committed.result.provenance
    return Samples(source.cold_samples, source.replay_samples)


def _refuse_newer(layout: Layout, slug: str) -> None:
    """Raise ResultInvalid when a run could not replace what is there, before it measures."""
    results.refuse_newer(layout.results, slug)
    results.refuse_newer(layout.exercise_results, slug)
    history.load(layout.results, slug)


def _texts(layout: Layout, done: Executed, *, measured: bool) -> dict[Path, str]:
    """Return all that is kept of a lab, by file; a line of history only where it was `measured`."""
    slug = done.lab.slug
    kept = Kept(result=done.result, exercise=Kept(result=done.exercise))
    texts = {
        layout.results / "schema.json": results.schema_text(),
        layout.results / f"{slug}.svg": charts.bar_chart(
            done.result,
            done.lab.headline,
            # A replay may leave out variants, and what is measured after it is not known of them.
            [n for n, v in done.result.variants.items() if done.lab.headline in v.measures()],
        ),
        layout.lab_pages / f"{slug}.md": marked(done.page, drawn_key(layout, done.lab, kept)),
    }
    if measured:
        refresh = history.entry(done.result, done.lab.headline, done.verdicts)
        file, lines = history.appended(layout.results, slug, refresh)
        texts[file] = lines
    if done.exercise is not None:
        texts[layout.exercise_results / f"{slug}.json"] = results.dump(done.exercise)
    # The last: its key says that the lab is unchanged, so all else must be there by then.
    return {**texts, layout.results / f"{slug}.json": results.dump(done.result)}


def _committed(layout: Layout, slug: str) -> Result | None:
    """Return what is committed; a file that cannot be read is about to be replaced."""
    try:
        return results.load(layout.results, slug)
    except AdvicesError:
        return None


def check_exercise(
    workshop: Workshop, slug: str, file: Path | None, *, again: bool = False
) -> Checked:
    """Return how a learner's Dockerfile does; by default the exercise's own, as it stands.

    One that was measured in the last day is measured only if it is asked for `again`. Raises what
    `measure.check` raises.
    """
    exercise = labfile.read(workshop.layout.labs, slug).its_exercise()
    with own_run(workshop.engine, guarded=True) as run:
        bench = Bench(workshop, exercise, run, samples=QUICK, owner=True)
        told = as_events(workshop.say, slug)
        return check(bench, file or exercise.folder / labfile.LEARNERS, told=told, again=again)


def prove_exercise(workshop: Workshop, slug: str) -> None:
    """Prove that an exercise is sound: start, solution, and each mistake with its hint.

    Raises ClaimBroken, naming every fault.
    """
    exercise = labfile.read(workshop.layout.labs, slug).its_exercise()
    with own_run(workshop.engine) as run:
        bench = Bench(workshop, exercise, run, samples=QUICK, owner=True)
        faults = unsound(exercise, solved(bench))
    demand(faults)
