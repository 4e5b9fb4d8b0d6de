"""What of the committed results still stands, and why the rest does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from advices import results
from advices.core import AdvicesError, Layout, now
from advices.lab import Lab, instructions
from advices.measure.kept import Kept
from advices.measure.keys import Keys
from advices.measure.parts import START, parts_of_variant
from advices.results import MistakeResult, Result, VariantResult, parts, why_changed


@dataclass(frozen=True)
class Committed:
    """The committed results of a lab and its exercise, None for one that cannot be used."""

    lab: Lab
    result: Result | None
    exercise: Result | None

    @classmethod
    def read(cls, layout: Layout, lab: Lab) -> Committed:
        """Return what is committed of a lab."""

        def found(folder: str) -> Result | None:
            try:
                return results.load(layout.results / folder, lab.slug)
            except AdvicesError:
                return None

        return cls(lab, found("."), found("exercises") if lab.exercise else None)

    def pairs(self) -> tuple[tuple[Lab, Result | None], ...]:
        """Return the lab and its exercise, each with its result."""
        both = (self.result, self.exercise)
        return tuple(zip(self.lab.with_exercise(), both, strict=False))


@dataclass(frozen=True)
class Standing:
    """What a run keeps of a lab, and in words what it does not: none where all is kept."""

    kept: Kept
    why: tuple[str, ...] = ()


def for_a_run(keys: Keys, committed: Committed, turn: Collection[str] = ()) -> Standing:
    """Return what a run that writes results need not measure again.

    On another machine, or where a base moved, every variant is measured. Mistakes and the exercise
    are taken from where they were proved, but for those whose turn it is: `turn` has names, as
    `names` gives them.
    """
    kept, why = [], []
    measured: tuple[str, ...] = ()
    for lab, result in committed.pairs():
        if not lab.is_exercise:
            changed = measured = _why(keys, lab, result)
        # A lab that stands is not measured because the day has come.
        in_turn = turn if measured else ()
        mistakes = _unchanged(keys, lab, result, in_turn=in_turn)
        again = [one.id for one in lab.mistakes if one.id not in mistakes]
        if lab.is_exercise:
            # Mistakes that are proved here are judged beside a solution that was measured here.
            stands = not again and _name(lab) not in in_turn
            # What a learner made of the start is no reason to measure.
            changed = _why(keys, lab, result, leave_out={START}, own_only=stands)
        kept.append(Kept(result=None if changed else result, mistakes=mistakes))
        named = [*changed, *(["mistakes " + ", ".join(again)] if again and not changed else [])]
        why += [f"exercise: {one}" if lab.is_exercise else one for one in named]
    return Standing(_joined(kept), tuple(why))


def for_a_quick_run(keys: Keys, committed: Committed) -> Standing:
    """Return what a run without proofs need not measure again: of mistakes and exercise nothing."""
    lab, result = committed.lab, committed.result
    why = _why(keys, lab, result)
    if why:
        return Standing(Kept(proofs=False), why)
    return Standing(Kept(result=result, mistakes=_unchanged(keys, lab, result), proofs=False))


def for_a_check(keys: Keys, committed: Committed, turn: Collection[str]) -> Kept:
    """Return what a check takes for proved: mistakes and exercises that did not change.

    Variants of a lab are always measured. `turn` are the names, as `names` gives them, of what is
    proved all the same. What else decides is the machine and its images: they do not count here.
    """
    kept = []
    for lab, result in committed.pairs():
        mistakes = _unchanged(keys, lab, result)
        mistakes = {id_: one for id_, one in mistakes.items() if _name(lab, id_) not in turn}
        found = Kept(mistakes=mistakes)
        if lab.is_exercise and not _why(keys, lab, result, own_only=True):
            whole = Kept(result=result, mistakes=mistakes)
            # A mistake is judged beside the solution, so that is measured with it.
            if _name(lab) not in turn and whole.holds_all(lab):
                found = whole
        kept.append(found)
    return _joined(kept)


def not_in_turn(
    keys: Keys, committed: Committed, turn: Collection[str]
) -> dict[str, VariantResult]:
    """Return the committed variants that a check may leave out because they did not change.

    Bad and good are never among them, nor is what others are compared with, nor one whose name is
    in `turn`, as `variant_names` gives it. `keys` are of the samples of the committed result. What
    else decides is the machine and its images: they do not count here.
    """
    lab, result = committed.lab, committed.result
    old = result.provenance.key_parts if result else None
    new = keys.parts(lab, old) if old else None
    if result is None or old is None or new is None:
        return {}
    changed = why_changed(old, new.model_copy(update={"around": old.around}))
    its_own = {part: name for name in lab.variants for part in parts_of_variant(name)}
    if not its_own.keys() >= {*changed}:
        return {}
    always = {"bad", "good", *(claim.relative_to for claim in lab.claims)}
    always |= {its_own[part] for part in changed}
    return {
        name: one
        for name, one in result.variants.items()
        if name not in always and _variant_name(lab, name) not in turn
    }


def has_changed(keys: Keys, committed: Committed) -> bool:
    """Return whether a lab, its exercise, or a mistake is another than what is committed.

    `keys` are of the samples of the committed result. The machine and its images do not count.
    """
    for lab, result in committed.pairs():
        old = result.provenance.key_parts if result else None
        if result is None or old is None:
            return True
        if why_changed(old, old.model_copy(update={"own": keys.own(lab)})):
            return True
        if len(_unchanged(keys, lab, result)) < len(lab.mistakes):
            return True
    return False


def variant_names(labs: Iterable[Lab]) -> tuple[str, ...]:
    """Return a name for each variant of some labs."""
    return tuple(_variant_name(lab, name) for lab in labs for name in lab.variants)


def _variant_name(lab: Lab, variant: str) -> str:
    return f"{lab.slug} variant {variant}"


def keyed(keys: Keys, lab: Lab, kept: Kept, result: Result) -> Result:
    """Return a result with the keys of what was measured of it; what is kept has its own."""
    if kept.result is None:
        new = keys.parts(lab)
        update = {"key": new.key if new else "", "key_parts": new}
        source = result.provenance.model_copy(update=update)
        result = result.model_copy(update={"provenance": source})
    mistakes = dict(result.mistakes)
    for mistake in lab.mistakes:
        if mistake.id in mistakes and mistake.id not in kept.mistakes:
            key, around = keys.mistake(lab, mistake)
            stamp = {"key": key, "around": around, "date": now().date().isoformat()}
            mistakes[mistake.id] = mistakes[mistake.id].model_copy(update=stamp)
    return result.model_copy(update={"mistakes": mistakes})


def start_stands(exercise: Lab, result: Result) -> bool:
    """Return whether the start of an exercise is the one that was measured, no learner's work."""
    stored = result.provenance.key_parts
    text = instructions(exercise.dockerfile("bad").read_text("utf-8"))
    return stored is None or stored.own.get(START) == parts({START: text})[START]


def names(labs: Iterable[Lab]) -> tuple[str, ...]:
    """Return a name for each mistake and each exercise of some labs."""
    return tuple(
        name
        for lab in labs
        for one in lab.with_exercise()
        for name in (*(_name(one, m.id) for m in one.mistakes), *[_name(one)] * one.is_exercise)
    )


def _name(lab: Lab, mistake: str = "") -> str:
    return " ".join(filter(None, (lab.slug, "exercise" * lab.is_exercise, mistake)))


def _joined(kept: list[Kept]) -> Kept:
    lab, *exercise = kept
    return lab.model_copy(update={"exercise": exercise[0]}) if exercise else lab


def _why(
    keys: Keys,
    lab: Lab,
    result: Result | None,
    *,
    leave_out: Collection[str] = (),
    own_only: bool = False,
) -> tuple[str, ...]:
    if result is None:
        return ("there is no result",)
    old = result.provenance.key_parts
    new = keys.parts(lab, old)
    if new is None:
        return ("an image that it needs is not here yet",)
    if own_only and old is not None:
        new = new.model_copy(update={"around": old.around})
    return why_changed(old, new, leave_out=leave_out)


def _unchanged(
    keys: Keys,
    lab: Lab,
    result: Result | None,
    *,
    in_turn: Collection[str] = (),
) -> dict[str, MistakeResult]:
    """Return the stored results of the mistakes that are as they were, with today's words.

    One that was proved on another machine or other images stands, unless its name is `in_turn`.
    """
    found = {}
    for mistake in lab.mistakes:
        stored = result.mistakes.get(mistake.id) if result else None
        if stored is None or not stored.key:
            continue
        key, around = keys.mistake(lab, mistake, stored.around)
        if key != stored.key:
            continue
        if around != stored.around:
            if _name(lab, mistake.id) in in_turn:
                continue
            stored = stored.model_copy(update={"elsewhere": True})
        found[mistake.id] = stored.model_copy(update={"says": mistake.says})
    return found
