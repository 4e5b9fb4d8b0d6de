"""Measures labs anew and compares: nothing that is committed is trusted, and nothing is kept."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from advices import results
from advices.core import Layout, ResultDrifted, now, write_together
from advices.lab import Lab, labfile
from advices.measure import (
    LAB_TURNS,
    TURNS,
    Committed,
    Kept,
    Keys,
    Samples,
    commit_of,
    due,
    for_a_check,
    has_changed,
    labs_due,
    names,
    not_in_turn,
    turn_of,
    variant_names,
)
from advices.notebooks.execution import Executed, two_at_once
from advices.notebooks.judging import broken, compared, demand, drift_row, outcome
from advices.notebooks.labs import Told, nobody
from advices.results import Confirmation, Result, VariantResult, why_changed
from advices.workshop import Workshop


@dataclass(frozen=True)
class _Found:
    """What a check found of a lab: lines of what is broken, of what drifted, and of notes."""

    done: Executed
    broken: list[str]
    drifted: list[str]
    notes: tuple[str, ...]


def check_labs(
    workshop: Workshop,
    slugs: Sequence[str],
    samples: Samples,
    *,
    prove_all: bool = False,
    in_turn: bool = False,
    labs_in_turn: bool = False,
    confirm: bool = False,
    told: Told = nobody,
) -> None:
    """Measure labs, two at once, and compare with docs/results.

    They are the named ones, or all; with `labs_in_turn`, if none is named, those that changed and a
    third of the rest, another one each day.

    Every variant is measured. Of mistakes and exercises those are proved that changed and a tenth
    of the rest, another one each day, or all with `prove_all`. `in_turn` does the same with
    variants, but for bad, good, and those that others are compared with. With `confirm` the
    results that did not move are stamped as good for this toolkit; else nothing committed is
    touched.

    `told` hears of each lab. Raises ClaimBroken or ResultDrifted after all labs were measured,
    ResultInvalid when a committed result cannot be read.
    """
    layout, say = workshop.layout, workshop.say
    wanted = every = labfile.chosen(layout.labs, slugs)
    committed = {lab.slug: _committed(layout, lab) for lab in every}
    today = now().date()
    if labs_in_turn and not slugs:
        taken = labs_due(committed, today) | _changed(workshop, committed.values())
        wanted = tuple(lab for lab in every if lab.slug in taken)
        committed = {lab.slug: committed[lab.slug] for lab in wanted}
    turn = turn_of(today)
    everything = names(wanted)
    proved_now = frozenset(everything) if prove_all else due(everything, turn)
    measured_now = due(variant_names(wanted), turn)
    keys, kept = Keys(workshop, samples), dict[str, Kept]()
    one_at_a_time = threading.Lock()

    def kept_of(lab: Lab) -> Kept:
        found = for_a_check(keys, committed[lab.slug], proved_now)
        if in_turn:
            left_out = _left_out(workshop, committed[lab.slug], measured_now)
            found = found.model_copy(update={"variants": left_out})
        kept[lab.slug] = found
        return found

    def compare(done: Executed) -> _Found:
        slug = done.lab.slug
        before = committed[slug]
        assert before.result is not None
        drifts, notes = compared("", before.result, done.result)
        if done.exercise is not None and before.exercise is not None:
            more, further = compared("exercise ", before.exercise, done.exercise)
            drifts, notes = drifts + more, notes + further
        for note in notes:
            say(f"{slug}: {note}")
        with one_at_a_time:
            told(outcome(done, drifts=drifts, notes=notes))
        return _Found(done, broken(done), [drift_row(slug, one) for one in drifts], notes)

    found = two_at_once(workshop, wanted, samples, kept_of, compare)
    if labs_in_turn:
        say(labs_text(wanted, every, today.toordinal() % LAB_TURNS + 1))
    if in_turn:
        say(variants_text(wanted, kept, turn))
    if everything:
        say(proofs_text(committed.values(), kept, turn))
    demand([line for one in found.values() for line in one.broken])
    drifted = [row for one in found.values() for row in one.drifted]
    if drifted:
        raise ResultDrifted(
            "measured numbers left their limits:\n" + "\n".join(drifted),
            why="a Dockerfile, a base, a dependency or the toolkit changed the numbers",
        )
    if confirm:
        for slug, one in found.items():
            _confirm(workshop, committed[slug], kept[slug], one)


def _left_out(
    workshop: Workshop, committed: Committed, turn: frozenset[str]
) -> dict[str, VariantResult]:
    if committed.result is None:
        return {}
    return not_in_turn(_keys_like(workshop, committed.result), committed, turn)


def _changed(workshop: Workshop, committed: Iterable[Committed]) -> set[str]:
    """Return the slugs of labs that are others than those of their committed results."""
    # Labs share their contexts, which keys read once.
    keys = functools.cache(lambda samples: Keys(workshop, samples))
    return {
        one.lab.slug
        for one in committed
        if one.result is None or has_changed(keys(_samples_of(one.result)), one)
    }


def _keys_like(workshop: Workshop, result: Result) -> Keys:
    """Return the keys of this machine for the samples of a result."""
    return Keys(workshop, _samples_of(result))


def _samples_of(result: Result) -> Samples:
    return Samples(result.provenance.cold_samples, result.provenance.replay_samples)


def labs_text(checked: Sequence[Lab], every: Sequence[Lab], turn: int) -> str:
    """Return in one line how many labs were checked, and what checks the others."""
    text = f"labs checked: {len(checked)} of {len(every)}"
    if len(checked) == len(every):
        return text
    return (
        f"{text}, those that changed and a third of the others (turn {turn} of {LAB_TURNS}; "
        "without `--labs-in-turn` all)"
    )


def variants_text(labs: Sequence[Lab], kept: Mapping[str, Kept], turn: int) -> str:
    """Return in one line how many variants were measured."""
    every = sum(len(lab.variants) for lab in labs)
    left = sum(len(one.variants) for one in kept.values())
    return f"variants measured: {every - left} of {every} (turn {turn} of {TURNS})"


def _committed(layout: Layout, lab: Lab) -> Committed:
    exercise = results.load(layout.exercise_results, lab.slug) if lab.exercise else None
    return Committed(lab, results.load(layout.results, lab.slug), exercise)


def proofs_text(committed: Iterable[Committed], kept: Mapping[str, Kept], turn: int) -> str:
    """Return in one line how many mistakes and exercises were proved, and since when others stand.

    `kept` says by slug what was not proved.
    """
    mistakes, exercises, left, dates = 0, 0, 0, []
    stood = 0
    for one in committed:
        found = kept[one.lab.slug]
        pairs = zip(one.pairs(), (found, found.of_exercise()), strict=False)
        for (lab, result), its in pairs:
            mistakes += len(lab.mistakes)
            left += len(its.mistakes)
            exercises += lab.is_exercise
            stood += lab.is_exercise and its.result is not None
            since = result.provenance.date[:10] if result else ""
            dates += [mistake.date or since for mistake in its.mistakes.values()]
    text = f"mistakes proved: {mistakes - left} of {mistakes}"
    if dates:
        text += f", the others are unchanged since {min(dates)}"
    text += f"; exercises proved: {exercises - stood} of {exercises}"
    return f"{text} (turn {turn} of {TURNS}; `--all` proves all)" if dates or stood else text


def _confirm(workshop: Workshop, before: Committed, kept: Kept, found: _Found) -> None:
    """Stamp the results of a lab that did not move, and give them the keys of today."""
    layout, slug = workshop.layout, before.lab.slug
    if found.notes:
        workshop.say(f"{slug}: not confirmed, because only claims were compared")
        return
    stamp = Confirmation(
        date=now().isoformat(),
        commit=commit_of(layout, ("labs", "src", "notebooks")),
        toolkit_version=version("docker-advices"),
    )
    texts = {}
    folders = (layout.results, layout.exercise_results)
    measured = (found.done.result, found.done.exercise)
    stood = (None, kept.of_exercise().result)
    for folder, (lab, old), new, same in zip(
        folders, before.pairs(), measured, stood, strict=False
    ):
        if old is None or new is None or same is not None:
            continue
        confirmed = _confirmed(workshop, lab, old, new, stamp)
        if confirmed is None:
            workshop.say(f"{slug}: not confirmed, because it was measured on another machine")
            return
        texts[folder / f"{slug}.json"] = results.dump(confirmed)
    write_together(texts)
    workshop.say(f"{slug}: confirmed")


def _confirmed(
    workshop: Workshop, lab: Lab, old: Result, new: Result, stamp: Confirmation
) -> Result | None:
    """Return a result with today's key and a stamp, None when its machine was another one."""
    source = old.provenance
    parts = _keys_like(workshop, old).parts(lab)
    if parts is None or source.key_parts is None:
        return None
    if set(why_changed(source.key_parts, parts)) & {*parts.around, *source.key_parts.around}:
        return None
    update = {"key": parts.key, "key_parts": parts, "confirmed": stamp}
    provenance = source.model_copy(update=update)
    return old.model_copy(update={"provenance": provenance, "mistakes": new.mistakes})
