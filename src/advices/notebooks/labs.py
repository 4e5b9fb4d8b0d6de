"""Executes labs as notebooks in one run, and takes over or compares what came out."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from advices import results
from advices.core import (
    AdvicesError,
    ClaimBroken,
    Layout,
    ResultDrifted,
    write_together,
    write_whole,
)
from advices.lab import Lab, labfile
from advices.measure import QUICK, Bench, Keys, Samples, check, solved, unsound
from advices.notebooks.execution import Executed, one_by_one, two_at_once
from advices.results import (
    Checked,
    Drift,
    Result,
    base_changes,
    drifts,
    history,
    scanner_changes,
    value_text,
    verdicts,
)
from advices.runs import own_run, sweep
from advices.site import Outcome, charts
from advices.workshop import Workshop

Told = Callable[[Outcome], None]


def _nobody(_: Outcome) -> None:
    """Hear of an outcome."""


def run_labs(
    workshop: Workshop,
    slugs: Sequence[str],
    samples: Samples,
    *,
    force: bool = False,
    told: Told = _nobody,
) -> None:
    """Measure labs and write docs/results and docs/labs, each lab as soon as it is done.

    Beside each result stands a picture of its headline, for the README. A lab of which nothing
    changed since its committed result is left alone unless `force` is given; where only the
    notebook's prose changed, its page is written anew without a run. `told` hears of each lab as
    soon as it is known what became of it.

    Raises ClaimBroken, without writing that lab, when a claim does not come out as demanded, and
    ResultInvalid, before anything is measured, for a result or a history of a newer toolkit.
    """
    layout, say = workshop.layout, workshop.say
    wanted = labfile.chosen(layout.labs, slugs)
    for lab in wanted:
        _refuse_newer(layout, lab.slug)
    if not force:
        wanted = _changed(workshop, wanted, samples, told)
        if not wanted:
            sweep(workshop.engine)
            return
    # Closed at once when a claim breaks, so that the run ends before its fault is told.
    with contextlib.closing(one_by_one(workshop, wanted, samples)) as measured:
        for done in measured:
            told(_outcome(done))
            _demand(_broken(done))
            previous = _committed(layout, done.lab.slug)
            write_together(_texts(layout, done))
            for line in _moved(previous, done.result):
                say(line)
            for note in history.clock_notes(layout.results, done.lab.slug):
                say(f"{done.lab.slug}: {note}")


def _refuse_newer(layout: Layout, slug: str) -> None:
    """Raise ResultInvalid when a run could not replace what is there, before it measures."""
    results.refuse_newer(layout.results, slug)
    results.refuse_newer(layout.exercise_results, slug)
    history.load(layout.results, slug)


def _texts(layout: Layout, done: Executed) -> dict[Path, str]:
    """Return all that is kept of a run, by file."""
    slug = done.lab.slug
    refresh = history.entry(done.result, done.lab.headline, done.verdicts)
    file, lines = history.appended(layout.results, slug, refresh)
    texts = {
        layout.results / "schema.json": results.schema_text(),
        layout.results / f"{slug}.svg": charts.bar_chart(done.result, done.lab.headline),
        layout.lab_pages / f"{slug}.md": done.page,
        file: lines,
    }
    if done.exercise is not None:
        texts[layout.exercise_results / f"{slug}.json"] = results.dump(done.exercise)
    # The last: its key says that the lab is unchanged, so all else must be there by then.
    return {**texts, layout.results / f"{slug}.json": results.dump(done.result)}


def _changed(
    workshop: Workshop, labs: Sequence[Lab], samples: Samples, told: Told
) -> tuple[Lab, ...]:
    """Return the labs that must be measured; say of each other one since when it stands."""
    known = Keys(workshop, samples)
    changed = []
    for lab in labs:
        result = known.unchanged(lab)
        page = known.page(lab, result) if result else None
        if result is None or page is None:
            changed.append(lab)
            continue
        write_whole(workshop.layout.lab_pages / f"{lab.slug}.md", page)
        told(Outcome(lab.slug, result, verdicts(lab, result), unchanged=True))
        workshop.say(
            f"{lab.slug}: unchanged since {result.provenance.date[:10]}; "
            "`--force` measures it again"
        )
    return tuple(changed)


def check_labs(
    workshop: Workshop, slugs: Sequence[str], samples: Samples, *, told: Told = _nobody
) -> None:
    """Measure labs, two at once, and compare with docs/results; nothing committed is touched.

    `told` hears of each lab. Raises ClaimBroken or ResultDrifted after all labs were measured,
    ResultInvalid when a committed result cannot be read.
    """
    layout, say = workshop.layout, workshop.say
    wanted = labfile.chosen(layout.labs, slugs)
    committed = {lab.slug: results.load(layout.results, lab.slug) for lab in wanted}
    exercises = {
        lab.slug: results.load(layout.exercise_results, lab.slug) for lab in wanted if lab.exercise
    }
    one_at_a_time = threading.Lock()

    def compare(done: Executed) -> tuple[list[str], list[str]]:
        """Return the lines of what is broken and of what drifted."""
        slug = done.lab.slug
        moved, notes = _compared("", committed[slug], done.result)
        if done.exercise is not None:
            more, further = _compared("exercise ", exercises[slug], done.exercise)
            moved, notes = moved + more, notes + further
        for note in notes:
            say(f"{slug}: {note}")
        with one_at_a_time:
            told(_outcome(done, drifts=moved, notes=notes))
        return _broken(done), [_row(slug, drift) for drift in moved]

    found = two_at_once(workshop, wanted, samples, compare).values()
    _demand([line for broken, _ in found for line in broken])
    drifted = [line for _, rows in found for line in rows]
    if drifted:
        raise ResultDrifted(
            "measured numbers left their limits:\n" + "\n".join(drifted),
            why="an advice, a base, a dependency or the toolkit changed what is measured",
        )


def _compared(kind: str, old: Result, new: Result) -> tuple[tuple[Drift, ...], tuple[str, ...]]:
    """Return what drifted, and a note for each base or scanner that is another one."""
    changes = base_changes(old, new)
    notes = [f"{kind}other base, so compared by claims only: {change}" for change in changes]
    notes += [
        f"{kind}other scanner, so its rules are compared by claims only: {change}"
        for change in scanner_changes(old, new)
    ]
    found = () if changes else drifts(old, new)
    return tuple(replace(one, variant=f"{kind}{one.variant}") for one in found), tuple(notes)


def _outcome(
    done: Executed, drifts: tuple[Drift, ...] = (), notes: tuple[str, ...] = ()
) -> Outcome:
    return Outcome(
        done.lab.slug,
        done.result,
        done.verdicts,
        tuple(_broken(done)),
        drifts,
        notes,
        seconds=done.seconds,
    )


def _broken(done: Executed) -> list[str]:
    """Return a line for each claim that did not come out as demanded, with value and threshold.

    Then one for each mistake that was not caught as it should, and each fault of the exercise.
    """
    return [
        f"{done.lab.slug}: claim `{v.claim.id}` {'must' if v.must_hold else 'must not'} hold "
        f"for `{v.variant}`: {v.summary}"
        for v in done.verdicts
        if not v.as_demanded
    ] + [*done.faults, *_stubs(done)]


def _stubs(done: Executed) -> list[str]:
    """Return a line for each stub that stood in for a scanner: its numbers reach no site."""
    both = (done.result, done.exercise)
    variants = [one for result in both if result for one in result.variants.values()]
    scans = [scan for one in variants for scan in one.scans]
    names = sorted({scan.scanner for scan in scans if scan.stub})
    return [
        f"{done.lab.slug}: {name} was played by a stub, so nothing was scanned" for name in names
    ]


def _demand(broken: list[str]) -> None:
    """Raise ClaimBroken when a claim is named."""
    if broken:
        raise ClaimBroken("\n".join(broken))


def _committed(layout: Layout, slug: str) -> Result | None:
    """Return what is committed; a file that cannot be read is about to be replaced."""
    try:
        return results.load(layout.results, slug)
    except AdvicesError:
        return None


def _moved(old: Result | None, new: Result) -> list[str]:
    if old is None:
        return [f"{new.slug}: first result"]
    rows = [_row(new.slug, drift) for drift in drifts(old, new)]
    return rows or [f"{new.slug}: nothing moved beyond its limit"]


def _row(slug: str, drift: Drift) -> str:
    old, new = (value_text(drift.measure, value) for value in (drift.old, drift.new))
    return f"  {slug} {drift.variant} {drift.measure}: {old} → {new} (limit: {drift.limit})"


def check_exercise(workshop: Workshop, slug: str, file: Path | None) -> Checked:
    """Return how a learner's Dockerfile does; by default the exercise's own, as it stands.

    Raises what `prove.check` raises.
    """
    exercise = labfile.read(workshop.layout.labs, slug).its_exercise()
    with own_run(workshop.engine) as run:
        bench = Bench(workshop, exercise, run, samples=QUICK, owner=True)
        return check(bench, file or exercise.folder / labfile.LEARNERS)


def prove_exercise(workshop: Workshop, slug: str) -> None:
    """Prove that an exercise is sound: start, solution, and each mistake with its hint.

    Raises ClaimBroken, naming every fault.
    """
    exercise = labfile.read(workshop.layout.labs, slug).its_exercise()
    with own_run(workshop.engine) as run:
        bench = Bench(workshop, exercise, run, samples=QUICK, owner=True)
        faults = unsound(exercise, solved(bench))
    _demand(faults)
