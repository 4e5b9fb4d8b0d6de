"""What is proved: what changed, and what has its turn; and which variants and labs are left out."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import fake_bench
import pytest
from measured_world import EXERCISE, LABS, SLUG, World
from proved_world import kept, world

from advices.measure import Committed, Kept, has_changed, names, not_in_turn, variant_names


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
