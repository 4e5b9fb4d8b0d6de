"""When a lab is measured again, when it is only drawn again, and when neither."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import images, results
from advices.bases.versions import Contents
from advices.core import ClaimBroken
from advices.core.paths import Layout
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure import Committed, Kept, Keys, Standing, for_a_run, keyed
from advices.measure.plan import Samples
from advices.notebooks import labs
from advices.notebooks.drawn import drawn_key, key_of, marked
from advices.notebooks.execution import Executed, Task
from advices.notebooks.labs import run_labs

SLUG = "build-cache"
FULL = Samples()
LABS = f"labs/{SLUG}"
EXERCISE = f"{LABS}/exercise"
CODE = (
    "from advices import open_lab\nlab = open_lab('build-cache')",
    "lab.measure('bad', 'good', 'cache-mount')",
    "lab.bar_chart('disk_bytes')",
    "lab.mistakes()",
    "lab.finish()",
)


def notebook(*cells: str, prose: str = "# Lab\n") -> str:
    """Return a notebook as git holds one."""
    first = {"cell_type": "markdown", "metadata": {}, "source": [prose]}
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    code = [{**empty, "source": [one]} for one in cells]
    return json.dumps({"cells": [first, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})


class World:
    """A project whose results were measured on a machine, for a test to change either."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(made_labs.project(root))
        self.machine = fake_bench.Machine()
        self.samples = FULL
        self.said: list[str] = []

    def keys(self) -> Keys:
        return Keys(self.workshop(), self.samples)

    def workshop(self) -> Any:
        return self.machine.workshop(self.layout, lambda event: self.said.append(str(event)))

    def lab(self, slug: str = SLUG) -> Lab:
        return labfile.read(self.layout.labs, slug)

    def write(self, name: str, text: str) -> None:
        file = self.layout.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.layout.root / name).read_text("utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def standing(self, *turn: str) -> Standing:
        return for_a_run(self.keys(), Committed.read(self.layout, self.lab()), turn)

    def store(self) -> None:
        """Store results, keys and page as a run does that measured the world as it is."""
        keys, lab = self.keys(), self.lab()
        committed = Committed.read(self.layout, lab)
        stored = []
        for one, result in committed.pairs():
            assert result is not None
            ids = {mistake.id for mistake in one.mistakes}
            there = {"no-user": results.MistakeResult(says="", red=("not-root",))}
            there |= result.mistakes
            whole = result.model_copy(update={"mistakes": {i: there[i] for i in ids}})
            if one.is_exercise:
                bad = factory.variant(scale=3)
                bad = bad.model_copy(update={"boot": bad.boot.model_copy(update={"uid": 0})})
                whole = whole.model_copy(update={"variants": {**whole.variants, "bad": bad}})
            stored.append(keyed(keys, one, Kept(), whole))
        results.save(self.layout.results, stored[0])
        results.save(self.layout.exercise_results, stored[1])
        (self.layout.results / f"{SLUG}.svg").write_text("<svg/>")
        kept = Kept(result=stored[0], exercise=Kept(result=stored[1]))
        page = marked("---\n---\n# The page\n", drawn_key(self.layout, lab, kept))
        self.write(f"docs/labs/{SLUG}.md", page)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(tmp_path / "project")
    made.write("labs/app/README.md", "Read me.\n")
    made.write("labs/app/.dockerignore", "# notes\n*.md\n.dockerignore\n")
    made.write(f"notebooks/{SLUG}.ipynb", notebook(*CODE))
    made.store()
    return made


def test_nothing_changed(world: World) -> None:
    standing = world.standing()
    assert standing.why == ()
    assert standing.kept.holds_all(world.lab())
    assert standing.kept.result == results.load(world.layout.results, SLUG)


MEASURES: dict[str, tuple[Callable[[World], object], str]] = {
    "a Dockerfile": (
        lambda w: w.edit(f"{LABS}/cache-mount.Dockerfile", "USER 1000", "USER 1001"),
        "the Dockerfile of cache-mount",
    ),
    "a file of the context": (
        lambda w: w.write("labs/app/views.py", "x = 2\n"),
        "the context of bad; the context of good; the context of cache-mount; "
        "exercise: the context of bad; exercise: the context of good",
    ),
    "a file that may be executed": (
        lambda w: (w.layout.labs / "app/views.py").chmod(0o755),
        "the context of bad; the context of good; the context of cache-mount; "
        "exercise: the context of bad; exercise: the context of good",
    ),
    "what a build gets": (
        lambda w: w.edit(
            f"{LABS}/lab.toml",
            "[replays.unch",
            'build_args = { A = "1" }\n\n[replays.unch',
        ),
        "the build command of cache-mount",
    ),
    "a file laid over the context": (
        lambda w: [
            w.edit(f"{LABS}/lab.toml", "[variants.good]", 'overlay = "more"\n\n[variants.good]'),
            w.write(f"{LABS}/more/deep/a.py", "x = 1\n"),
        ],
        "the context of bad",
    ),
    "a file that is left out": (
        lambda w: w.edit(
            f"{LABS}/lab.toml", "[variants.good]", 'leaves_out = ["views.py"]\n\n[variants.good]'
        ),
        "the context of bad",
    ),
    "a replay": (
        lambda w: w.edit(f"{LABS}/lab.toml", "# edited {sample}", "# {sample}"),
        "the replay edit-source",
    ),
    "how it is served": (
        lambda w: w.edit(f"{LABS}/lab.toml", "[variants.b", "[serve]\nport = 80\n\n[variants.b"),
        "the serve table; the options of containers",
    ),
    "a claim about a time": (
        lambda w: w.edit(
            f"{LABS}/lab.toml",
            "[[claims]]",
            '[[claims]]\nid = "quick"\nsays = ""\nmeasure = "cold.seconds"\nat_most = 9\n'
            "fails_for = []\n\n[[claims]]",
        ),
        "what is timed alone",
    ),
    "the samples": (lambda w: setattr(w, "samples", Samples(1, 1)), "samples and steps"),
    "the base": (
        lambda w: setattr(w.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
        "the base python:3.14-slim",
    ),
    "its packages": (
        lambda w: setattr(
            w.machine, "base", replace(fake_bench.BASE, contents=Contents("sha256:3", ()))
        ),
        "the base python:3.14-slim",
    ),
    "the engine": (
        lambda w: setattr(w.machine, "facts", replace(w.machine.facts, version="28.0.0")),
        "the engine",
    ),
    "buildx": (lambda w: setattr(w.machine, "buildx", "0.14.0"), "buildx"),
    "where pip looks": (
        lambda w: setattr(w.machine, "pip_conf", "[global]"),
        "the way to packages",
    ),
    "the solution": (
        lambda w: w.edit(f"{EXERCISE}/solution.Dockerfile", "USER 1000", "USER 1001"),
        "exercise: the Dockerfile of good",
    ),
    "the base is gone": (
        lambda w: setattr(w.machine, "base", None),
        "an image that it needs is not here yet; exercise: an image that it needs is not here yet",
    ),
    "the result is gone": (
        lambda w: (w.layout.results / f"{SLUG}.json").unlink(),
        "there is no result",
    ),
    "the exercise's result is gone": (
        lambda w: (w.layout.exercise_results / f"{SLUG}.json").unlink(),
        "exercise: there is no result",
    ),
}


@pytest.mark.parametrize(("change", "why"), MEASURES.values(), ids=MEASURES.keys())
def test_what_decides_a_number_is_measured_again_and_named(
    change: Callable[[World], object], why: str, world: World
) -> None:
    change(world)
    standing = world.standing()
    assert "; ".join(standing.why) == why
    assert not standing.kept.holds_all(world.lab())


def test_another_compressor_measures_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "COMPRESSOR", "deflate 9")
    assert world.standing().why == ("the compressor",)


def test_a_result_from_before_keys_had_parts_is_measured_again(world: World) -> None:
    found = results.load(world.layout.results, SLUG)
    source = found.provenance.model_copy(update={"key_parts": None})
    results.save(world.layout.results, found.model_copy(update={"provenance": source}))
    assert world.standing().why == ("its result has no parts of a key",)


HARMLESS: dict[str, Callable[[World], object]] = {
    "a comment in a Dockerfile": lambda w: w.edit(
        f"{LABS}/good.Dockerfile", "COPY", "# Why it stands here.\n\nCOPY"
    ),
    "a README that .dockerignore leaves out": lambda w: w.write("labs/app/README.md", "New.\n"),
    "a comment in .dockerignore": lambda w: w.edit("labs/app/.dockerignore", "# notes", "# texts"),
    "what a visitor leaves": lambda w: w.write("labs/app/data/db.sqlite3", "..."),
    "new says": lambda w: [
        w.edit(f"{LABS}/lab.toml", f'says = "{says}', 'says = "In other words: ')
        for says in ("everything", "one line", "After an edit", "The USER line")
    ],
    "title, advice, headline, order": lambda w: [
        w.edit(f"{LABS}/lab.toml", old, new)
        for old, new in (
            ("Order for the cache", "Another title"),
            ("Copy what", "Do copy what"),
            ("order = 10", "order = 11"),
            ('headline = "edit-source.new_transfer_bytes"', 'headline = "disk_bytes"'),
        )
    ],
    "a hint and the task": lambda w: [
        w.edit(f"{EXERCISE}/exercise.toml", "Who is", "Do you know who is"),
        w.edit(f"{EXERCISE}/exercise.toml", "Mend the", "Repair the"),
    ],
    "a sign of a mistake": lambda w: w.edit(
        f"{EXERCISE}/exercise.toml",
        'hint = "Who',
        "sign.user = 'missing'\nunless = [{ other_stages = true }]\nhint = \"Who",
    ),
    "a learner's work": lambda w: w.write(f"{EXERCISE}/Dockerfile", "FROM scratch\n"),
    "a cell": lambda w: w.write(f"notebooks/{SLUG}.ipynb", notebook(*CODE, prose="# New\n")),
    "another lab": lambda w: w.write("labs/base-image/bad.Dockerfile", "FROM python:3.14\n"),
    "a chapter": lambda w: w.write("docs/chapters/build-cache.md", "other\n"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_decides_no_number_measures_nothing(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.standing().why == ()


def test_a_mistake_has_a_key_of_its_own(world: World) -> None:
    world.edit(f"{LABS}/lab.toml", 'replace = "USER 1000', 'by = "USER 0\\n"\nreplace = "USER 1000')
    standing = world.standing()
    assert standing.why == ("mistakes no-user",)
    assert standing.kept.result is not None
    assert set(standing.kept.mistakes) == {"all-first"}


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.edit(f"{LABS}/lab.toml", "at_most = 0.1", "at_most = 0.2"),
        lambda w: w.edit(f"{LABS}/bad.Dockerfile", "COPY . .", "COPY . ./"),
        lambda w: w.edit(f"{LABS}/good.Dockerfile", "CMD", "ENV A=1\nCMD"),
        lambda w: w.write("labs/app/views.py", "x = 2\n"),
    ],
    ids=["a claim that it judges", "what a claim compares with", "good", "context"],
)
def test_all_that_decides_a_mistake_proves_it_again(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.standing().kept.mistakes == {}


def test_a_mistake_keeps_its_proof_when_another_variant_changes(world: World) -> None:
    world.edit(f"{LABS}/cache-mount.Dockerfile", "USER 1000", "USER 1001")
    kept = world.standing().kept
    assert (kept.result, set(kept.mistakes)) == (None, {"all-first", "no-user"})


ELSEWHERE: dict[str, tuple[Callable[[World], object], str]] = {
    "another engine": (
        lambda w: setattr(w.machine, "facts", replace(w.machine.facts, version="28.0.0")),
        "the engine",
    ),
    "a base that moved": (
        lambda w: setattr(w.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
        "the base python:3.14-slim",
    ),
}


@pytest.fixture
def elsewhere(world: World) -> World:
    """Return the world on another machine."""
    ELSEWHERE["another engine"][0](world)
    return world


@pytest.mark.parametrize(("change", "why"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_on_another_machine_or_image_proofs_stand(
    change: Callable[[World], object], why: str, world: World
) -> None:
    change(world)
    elsewhere, standing = world, world.standing()
    assert standing.why == (why,)
    assert standing.kept.result is None
    assert [one.elsewhere for one in standing.kept.mistakes.values()] == [True, True]
    assert standing.kept.of_exercise().holds_all(elsewhere.lab().its_exercise())


def test_on_another_machine_it_is_the_turn_of_some(elsewhere: World) -> None:
    kept = elsewhere.standing(f"{SLUG} all-first").kept
    assert set(kept.mistakes) == {"no-user"}
    assert kept.of_exercise().result is not None
    exercise = elsewhere.standing(f"{SLUG} exercise")
    assert exercise.why == ("the engine", "exercise: the engine")
    assert set(exercise.kept.mistakes) == {"all-first", "no-user"}
    # A mistake of the exercise is judged beside a solution of this machine.
    mistake = elsewhere.standing(f"{SLUG} exercise no-user")
    assert mistake.kept.of_exercise() == Kept()


def test_what_was_proved_elsewhere_stands_in_the_next_run(elsewhere: World) -> None:
    kept, lab = elsewhere.standing().kept, elsewhere.lab()
    stored = results.load(elsewhere.layout.results, SLUG)
    facts = elsewhere.machine.facts
    here = stored.provenance.model_copy(update={"engine_version": facts.version})
    measured = stored.model_copy(update={"provenance": here, "mistakes": kept.mistakes})
    results.save(elsewhere.layout.results, keyed(elsewhere.keys(), lab, kept, measured))
    # Nothing is measured because its day has come.
    assert elsewhere.standing(f"{SLUG} all-first").why == ()
    elsewhere.edit(
        f"{LABS}/lab.toml", 'replace = "USER 1000', 'by = "USER 0\\n"\nreplace = "USER 1000'
    )
    assert elsewhere.standing().why == ("mistakes no-user",)


def test_todays_words_of_a_mistake_are_kept_with_it(world: World) -> None:
    world.edit(f"{LABS}/lab.toml", "The USER line is missing.", "USER is gone.")
    assert world.standing().kept.mistakes["no-user"].says == "USER is gone."


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


def test_a_scanner_counts_for_a_lab_that_scans(world: World) -> None:
    before = world.keys().parts(world.lab())
    world.machine.scanner = SimpleNamespace(identity="sha256:9")
    assert world.keys().parts(world.lab()) == before
    toml = 'probes = ["web-scan"]\nscan = { scanners = ["wapiti"] }\n'
    world.write(f"{LABS}/lab.toml", toml + made_labs.LAB)
    found = world.keys().parts(world.lab())
    world.machine.scanner = None
    other = world.keys().parts(world.lab())
    assert found is not None
    assert other is not None
    assert results.why_changed(found, other) == ("the scanner wapiti",)
