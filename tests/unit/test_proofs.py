"""What a check proves: what changed, a tenth of the rest, or all; and what it confirms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from measured_world import EXERCISE, LABS, SLUG, World, notebook

from advices import results
from advices.core import ResultDrifted
from advices.lab import labfile
from advices.measure import (
    Committed,
    Kept,
    for_a_check,
    has_changed,
    names,
    not_in_turn,
    parts,
    variant_names,
)
from advices.notebooks import checking
from advices.notebooks.checking import check_labs, proofs_text
from advices.notebooks.execution import Executed


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "project")
    made.write(f"notebooks/{SLUG}.ipynb", notebook())
    made.store()
    return made


def kept(world: World, *turn: str) -> Kept:
    return for_a_check(world.keys(), Committed.read(world.layout, world.lab()), turn)


def test_what_can_be_in_turn_has_a_name(world: World) -> None:
    assert names([world.lab()]) == (
        *("build-cache all-first", "build-cache no-user"),
        *("build-cache exercise no-user", "build-cache exercise"),
    )


def test_variants_are_measured_and_what_did_not_change_is_not_proved(world: World) -> None:
    found = kept(world)
    assert found.result is None
    assert set(found.mistakes) == {"all-first", "no-user"}
    assert found.of_exercise().holds_all(world.lab().its_exercise())


def test_what_is_in_turn_is_proved(world: World) -> None:
    assert set(kept(world, "build-cache no-user").mistakes) == {"all-first"}
    of_it = kept(world, "build-cache exercise no-user").of_exercise()
    # A mistake of an exercise is judged beside its solution, which is measured with it.
    assert of_it == Kept()
    of_it = kept(world, "build-cache exercise").of_exercise()
    assert (of_it.result, set(of_it.mistakes)) == (None, {"no-user"})


CHANGED: dict[str, tuple[Callable[[World], object], set[str], bool]] = {
    "a mistake": (
        lambda w: w.edit(f"{LABS}/lab.toml", 'by = "COPY . .', 'by = "COPY  . .'),
        {"no-user"},
        True,
    ),
    "good": (lambda w: w.edit(f"{LABS}/good.Dockerfile", "USER", "ENV A=1\nUSER"), set(), True),
    "the solution": (
        lambda w: w.edit(f"{EXERCISE}/solution.Dockerfile", "USER", "ENV A=1\nUSER"),
        {"all-first", "no-user"},
        False,
    ),
    "the start": (
        lambda w: w.edit(f"{EXERCISE}/Dockerfile", "WORKDIR", "ENV A=1\nWORKDIR"),
        {"all-first", "no-user"},
        False,
    ),
    "the base": (
        lambda w: setattr(w.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
        {"all-first", "no-user"},
        True,
    ),
    "another machine": (
        lambda w: (
            setattr(w.machine, "base", replace(fake_bench.BASE, kind="official")),
            setattr(w.machine, "facts", replace(w.machine.facts, version="28.0.0")),
        ),
        {"all-first", "no-user"},
        True,
    ),
}


@pytest.mark.parametrize(("change", "mistakes", "exercise"), CHANGED.values(), ids=CHANGED.keys())
def test_what_changed_is_proved(
    change: Callable[[World], object], mistakes: set[str], exercise: bool, world: World
) -> None:
    change(world)
    found = kept(world)
    assert set(found.mistakes) == mistakes
    assert (found.of_exercise().result is not None) == exercise


def left_out(world: World, *turn: str) -> set[str]:
    return {*not_in_turn(world.keys(), Committed.read(world.layout, world.lab()), turn)}


def test_a_variant_that_did_not_change_is_left_out_but_for_bad_and_good(world: World) -> None:
    assert variant_names([world.lab()]) == (
        *("build-cache variant bad", "build-cache variant good"),
        "build-cache variant cache-mount",
    )
    assert left_out(world) == {"cache-mount"}
    assert left_out(world, "build-cache variant cache-mount") == set()


ALL_AGAIN: dict[str, Callable[[World], object]] = {
    "the variant": lambda w: w.edit(f"{LABS}/cache-mount.Dockerfile", "USER", "ENV A=1\nUSER"),
    "what it gets": lambda w: w.edit(
        f"{LABS}/lab.toml", "[replays.unch", 'build_args = { A = "1" }\n\n[replays.unch'
    ),
    "how all are measured": lambda w: w.edit(f"{LABS}/lab.toml", "# edited {sample}", "# {sample}"),
    "others are compared with it": lambda w: w.edit(
        f"{LABS}/lab.toml",
        "[[claims]]",
        '[[claims]]\nid = "as-small"\nsays = ""\nmeasure = "disk_bytes"\n'
        'relative_to = "cache-mount"\nat_most = 2\nfails_for = []\n\n[[claims]]',
    ),
    "nothing is committed": lambda w: (w.layout.results / f"{SLUG}.json").unlink(),
}


@pytest.mark.parametrize("change", ALL_AGAIN.values(), ids=ALL_AGAIN.keys())
def test_a_variant_is_measured_when_something_about_it_changed(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert left_out(world) == set()


def test_another_machine_leaves_out_the_same(world: World) -> None:
    world.machine.facts = replace(world.machine.facts, version="28.0.0")
    assert left_out(world) == {"cache-mount"}
    world.edit(f"{LABS}/good.Dockerfile", "USER", "ENV A=1\nUSER")
    assert left_out(world) == {"cache-mount"}


CHANGED_LAB: dict[str, Callable[[World], object]] = {
    "a variant": lambda w: w.edit(f"{LABS}/cache-mount.Dockerfile", "USER", "ENV A=1\nUSER"),
    "a mistake": lambda w: w.edit(f"{LABS}/lab.toml", 'by = "COPY . .', 'by = "COPY  . .'),
    "the start": lambda w: w.edit(f"{EXERCISE}/Dockerfile", "WORKDIR", "ENV A=1\nWORKDIR"),
    "the context": lambda w: w.write("labs/app/more.py", "x = 1\n"),
    "nothing is committed": lambda w: (w.layout.results / f"{SLUG}.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGED_LAB.values(), ids=CHANGED_LAB.keys())
def test_a_lab_has_changed(change: Callable[[World], object], world: World) -> None:
    def found() -> bool:
        return has_changed(world.keys(), Committed.read(world.layout, world.lab()))

    # A comment or another machine is no change.
    world.edit(f"{LABS}/good.Dockerfile", "USER", "# as a number\nUSER")
    world.machine.facts = replace(world.machine.facts, version="28.0.0")
    assert not found()
    change(world)
    assert found()


def test_a_line_says_how_many_were_proved(world: World) -> None:
    committed = [Committed.read(world.layout, world.lab())]
    day = dt.datetime.now(tz=dt.UTC).date().isoformat()
    assert proofs_text(committed, {SLUG: kept(world, "build-cache no-user")}, 3) == (
        f"mistakes proved: 1 of 3, the others are unchanged since {day}; "
        "exercises proved: 0 of 1 (turn 3 of 10; `--all` proves all)"
    )
    assert proofs_text(committed, {SLUG: Kept()}, 3) == (
        "mistakes proved: 3 of 3; exercises proved: 1 of 1"
    )


@pytest.fixture
def checked(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what a check measures, for a test to change: by default what is committed."""
    given: dict[str, Any] = {"kept": None, "result": None}

    def at_once(*ordered: Any) -> dict[str, Any]:
        _, (lab,), _, kept_of, then = ordered
        given["kept"] = kept_of(lab)
        committed = Committed.read(world.layout, lab)
        found = given["result"] or committed.result
        done = Executed(lab, found, "", (), committed.exercise, ())
        return {lab.slug: then(done)}

    monkeypatch.setattr(checking, "two_at_once", at_once)
    return given


def files(world: World) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in world.layout.results.rglob("*.json")}


def check(world: World, **settings: Any) -> None:
    check_labs(world.workshop(), [SLUG], world.samples, **settings)


def test_a_check_writes_nothing_unless_it_is_asked_to(
    world: World, checked: dict[str, Any]
) -> None:
    before = files(world)
    check(world)
    assert files(world) == before
    assert any(line.startswith("mistakes proved: ") for line in world.said)


def test_all_are_proved_when_that_is_asked_for(world: World, checked: dict[str, Any]) -> None:
    check(world, prove_all=True)
    assert checked["kept"] == Kept(exercise=Kept())


def test_variants_are_left_out_only_when_that_is_asked_for(
    world: World, checked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "turn_of", lambda _day: 9)
    check(world)
    assert checked["kept"].variants == {}
    check(world, in_turn=True)
    assert {*checked["kept"].variants} == {"cache-mount"}
    assert "variants measured: 2 of 3 (turn 9 of 10)" in world.said
    # Each variant has its turn.
    monkeypatch.setattr(checking, "turn_of", lambda _day: 2)
    check(world, in_turn=True)
    assert checked["kept"].variants == {}


def test_of_labs_those_that_changed_and_todays_are_checked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[list[str]] = []

    def at_once(*ordered: Any) -> dict[str, Any]:
        _, wanted, _, kept_of, _ = ordered
        given.append([lab.slug for lab in wanted if kept_of(lab)])
        return {}

    monkeypatch.setattr(checking, "two_at_once", at_once)
    monkeypatch.setattr(checking, "labs_due", lambda _slugs, _day: frozenset())
    every = [lab.slug for lab in labfile.chosen(world.layout.labs, [])]

    def checked(*slugs: str, labs_in_turn: bool = True) -> list[str]:
        check_labs(world.workshop(), slugs, world.samples, labs_in_turn=labs_in_turn)
        return given[-1]

    assert checked(labs_in_turn=False) == every
    assert checked() == [slug for slug in every if slug != SLUG]
    # One that is named is checked on any day.
    assert checked(SLUG) == [SLUG]
    world.edit(f"{LABS}/good.Dockerfile", "USER", "ENV A=1\nUSER")
    assert checked() == every
    assert f"labs checked: {len(every)} of {len(every)}" in world.said


def test_what_did_not_move_is_confirmed_with_the_key_of_today(
    world: World, checked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "BUILD_LOG_METHOD", 99)
    assert world.standing().why[0] == "how builds are read"
    check(world, confirm=True, prove_all=True)
    source = results.load(world.layout.results, SLUG).provenance
    assert source.confirmed is not None
    assert world.said[-1] == "build-cache: confirmed"
    assert source.key_parts == world.keys().parts(world.lab())


def test_what_moved_is_not_confirmed(world: World, checked: dict[str, Any]) -> None:
    before = files(world)
    stored = results.load(world.layout.results, SLUG)
    variants = dict.fromkeys(stored.variants, factory.variant(scale=9))
    checked["result"] = stored.model_copy(update={"variants": variants})
    with pytest.raises(ResultDrifted):
        check(world, confirm=True)
    assert files(world) == before


def test_another_machine_confirms_nothing(world: World, checked: dict[str, Any]) -> None:
    before = files(world)
    world.machine.facts = replace(world.machine.facts, version="28.0.0")
    check(world, confirm=True)
    assert files(world) == before
    assert world.said[-1] == (
        "build-cache: not confirmed, because it was measured on another machine"
    )
