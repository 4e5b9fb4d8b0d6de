"""What a run measures again, what it only draws again, and what it leaves alone."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from measured_world import HARMLESS, LABS, SLUG, World, notebook, world

from advices import results
from advices.core import ClaimBroken
from advices.measure import Kept
from advices.measure.plan import Samples
from advices.notebooks import labs
from advices.notebooks.drawn import drawn_key, key_of, marked
from advices.notebooks.execution import Executed, Task
from advices.notebooks.labs import run_labs


@pytest.fixture
def ran(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Task]]:
    """Return what a run measures and what it draws again; neither is really done."""
    tasks: dict[str, list[Task]] = {"measured": [], "drawn": []}

    def result_of(task: Task) -> Executed:
        layout, slug = world.layout, task.lab.slug
        return Executed(
            *(task.lab, results.load(layout.results, slug), "---\n---\n# Drawn\n", ()),
            exercise=results.load(layout.exercise_results, slug) if task.lab.exercise else None,
            faults=(),
        )

    def measure(_: object, given: list[Task], __: object, ready: Any) -> Any:
        tasks["measured"] += map(ready, given) if ready else given
        yield from map(result_of, tasks["measured"])

    def draw(_: object, task: Task) -> Executed:
        tasks["drawn"].append(task)
        return result_of(task)

    monkeypatch.setattr(labs, "one_by_one", measure)
    monkeypatch.setattr(labs, "drawn_again", draw)
    return tasks


def slugs(tasks: dict[str, list[Task]]) -> dict[str, list[str]]:
    return {name: [task.lab.slug for task in given] for name, given in tasks.items()}


def run(world: World, *names: str, **settings: Any) -> None:
    run_labs(world.workshop(), names or [SLUG], world.samples, **settings)


def test_an_unchanged_lab_is_left_alone(world: World, ran: dict[str, list[Task]]) -> None:
    before = {f: f.read_bytes() for f in (world.layout.root / "docs").rglob("*") if f.is_file()}
    run(world)
    assert slugs(ran) == {"measured": [], "drawn": []}
    assert world.said == ["build-cache: unchanged since 2026-01-02; `--force` measures it again"]
    assert {f: f.read_bytes() for f in before} == before


def test_what_lacked_only_its_images_stands_once_they_are_there(
    world: World, ran: dict[str, list[Task]]
) -> None:
    world.machine.images_arrive = replace(fake_bench.BASE)
    world.machine.base = None
    run(world)
    assert [task.kept.holds_all(task.lab) for task in ran["measured"]] == [True]
    assert world.said[0].startswith(f"{SLUG}: measured again: an image that it needs is not here")
    assert (
        world.said[1]
        == f"{SLUG}: nothing is left to measure: what is stored fits the images that are here"
    )


def test_other_images_than_before_are_measured_on(world: World, ran: dict[str, list[Task]]) -> None:
    world.machine.images_arrive = replace(fake_bench.BASE, identity="sha256:2")
    world.machine.base = None
    run(world)
    assert [task.kept.result for task in ran["measured"]] == [None]


def test_a_run_says_why_it_measures_again(world: World, ran: dict[str, list[Task]]) -> None:
    world.edit(f"{LABS}/good.Dockerfile", "USER 1000", "USER 1001")
    world.samples = Samples(1, 1)
    run(world)
    assert slugs(ran)["measured"] == [SLUG]
    why = "the Dockerfile of good; samples and steps"
    assert world.said[0] == f"build-cache: measured again: {why}"


def test_a_changed_lab_alone_is_measured(world: World, ran: dict[str, list[Task]]) -> None:
    world.write("notebooks/base-image.ipynb", notebook())
    run(world, SLUG, "base-image")
    assert slugs(ran) == {"measured": ["base-image"], "drawn": []}


def test_force_keeps_nothing(world: World, ran: dict[str, list[Task]]) -> None:
    run(world, force=True)
    assert [task.kept for task in ran["measured"]] == [Kept()]


DRAWN: dict[str, Callable[[World], object]] = {
    "the notebook's prose": HARMLESS["a cell"],
    "new says": HARMLESS["new says"],
    "the page is gone": lambda w: (w.layout.lab_pages / f"{SLUG}.md").unlink(),
    "the picture is gone": lambda w: (w.layout.results / f"{SLUG}.svg").unlink(),
    "a page by hand": lambda w: w.write(f"docs/labs/{SLUG}.md", "# By hand\n"),
}


@pytest.mark.parametrize("change", DRAWN.values(), ids=DRAWN.keys())
@pytest.mark.parametrize("engine", [True, False])
def test_what_only_looks_other_is_drawn_again_from_the_stored_result(
    engine: bool, change: Callable[[World], object], world: World, ran: dict[str, list[Task]]
) -> None:
    world.machine.engine_answers = engine
    change(world)
    run(world)
    assert slugs(ran) == {"measured": [], "drawn": [SLUG]}
    assert "# Drawn\n" in (world.layout.lab_pages / f"{SLUG}.md").read_text("utf-8")
    assert (world.layout.results / f"{SLUG}.svg").read_text().startswith("<svg ")
    assert not (world.layout.results / "history").exists()
    run(world)
    assert slugs(ran)["drawn"] == [SLUG], "once is enough"


def test_a_stored_result_is_judged_by_todays_claims(
    world: World, ran: dict[str, list[Task]]
) -> None:
    world.edit(f"{LABS}/lab.toml", "equals = 1000", "equals = 1001")
    # The mistakes are proved by other claims now, so here only the claim itself is looked at.
    world.store()
    with pytest.raises(ClaimBroken, match="claim `not-root` must hold for `good`: uid is 1000"):
        run(world)
    assert slugs(ran)["measured"] == []


def test_a_learners_start_breaks_no_exercise(world: World, ran: dict[str, list[Task]]) -> None:
    HARMLESS["a learner's work"](world)
    run(world)
    assert slugs(ran) == {"measured": [], "drawn": []}


def test_the_drawn_key_covers_what_draws(world: World, tmp_path: Path) -> None:
    for room in ("site", "probes"):
        (tmp_path / "source" / room).mkdir(parents=True)
        (tmp_path / "source" / room / "x.py").write_text("x = 1\n")
    lab, kept = world.lab(), world.standing().kept

    def key() -> str:
        return drawn_key(world.layout, lab, kept, tmp_path / "source")

    before = key()
    (tmp_path / "source/probes/x.py").write_text("x = 2\n")
    assert key() == before
    (tmp_path / "source/site/x.py").write_text("x = 2\n")
    assert key() != before


def test_a_page_holds_its_key(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(marked("---\na: 1\n---\n# Lab\n", "0" * 64))
    assert key_of(page) == "0" * 64
    page.write_text("# By hand\n")
    assert key_of(page) == key_of(tmp_path / "none.md") == ""


def test_a_changed_chart_is_drawn_by_the_notebook_with_no_engine(world: World) -> None:
    """The whole way: a kernel executes the notebook over the stored result."""
    world.machine.engine_answers = False
    world.edit(f"docs/labs/{SLUG}.md", "# Drawn from ", "# Drawn from other code than ")
    run(world)
    text = (world.layout.lab_pages / f"{SLUG}.md").read_text("utf-8")
    assert "<figure" in text
    assert "PID 1 has a user of its own." in text
    stored = results.load(world.layout.results, SLUG)
    assert stored.provenance.key
    assert world.said[-1] == (
        "build-cache: unchanged since 2026-01-02, drawn again; `--force` measures it again"
    )
