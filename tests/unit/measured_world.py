"""A project whose results were measured, and what may change in it without any effect on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import results
from advices.core.paths import Layout
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure import Committed, Kept, Keys, Standing, for_a_run, keyed
from advices.measure.plan import Samples
from advices.notebooks.drawn import drawn_key, marked

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
