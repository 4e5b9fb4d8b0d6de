"""What a check says and writes of what it proves, and what it confirms."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import pytest
from measured_world import LABS, SLUG, World
from proved_world import kept, world

from advices import results
from advices.core import ResultDrifted
from advices.lab import labfile
from advices.measure import Committed, Kept, parts
from advices.notebooks import checking
from advices.notebooks.checking import check_labs, proofs_text
from advices.notebooks.execution import Executed


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
