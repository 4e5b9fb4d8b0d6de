"""When a lab is measured again, and when it is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factory
import pytest

from advices import results
from advices.bases.resolve import Base
from advices.bases.versions import Contents
from advices.core.paths import Layout
from advices.engine.client import EngineFacts
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure import keys
from advices.measure.keys import Keys, toolkit_digest
from advices.measure.plan import Samples
from advices.notebooks import labs
from advices.notebooks.labs import run_labs
from advices.site.lab_page import page
from advices.workshop import Workshop

SLUG = "build-cache"
FULL = Samples()
BASE = Base("python:3.13-slim", "tag", "stand-in", "sha256:1")
FACTS = EngineFacts("26.1.5", "overlay2", "linux/amd64", 2, "/somewhere")
CELLS: list[dict[str, Any]] = [
    {"cell_type": "markdown", "source": ["# Lab\n"]},
    {"cell_type": "code", "source": ["lab.measure()"], "outputs": []},
]
MEASURED = {"output_type": "stream", "name": "stdout", "text": "measured"}
PAGE = page([CELLS[0], {**CELLS[1], "outputs": [MEASURED]}], factory.result())


@dataclass
class World:
    """All that a key speaks of, for a test to change."""

    layout: Layout
    source: Path
    facts: EngineFacts = FACTS
    samples: Samples = FULL
    base: Base | None = BASE
    pip_conf: str | None = None
    said: list[str] = field(default_factory=list)

    def known_of(self, _lab: Lab) -> dict[str, Base] | None:
        return None if self.base is None else {self.base.name: self.base}

    def keys(self) -> Keys:
        return Keys(self.workshop(), self.samples, self.source)

    def workshop(self) -> Workshop:
        engine: Any = SimpleNamespace(facts=lambda: self.facts)
        scanners = SimpleNamespace(present=lambda _: None)
        return factory.workshop(
            self.layout, self.said.append, engine=engine, bases=self, scanners=scanners
        )

    def lab(self) -> Lab:
        return labfile.read(self.layout.labs, SLUG)

    def write(self, name: str, text: str) -> None:
        (self.layout.root / name).write_text(text, "utf-8")

    def store(self) -> None:
        """Store the result as a run does that measured the world as it is."""
        found = results.load(self.layout.results, SLUG)
        source = found.provenance.model_copy(update={"key": self.keys().key(self.lab())})
        results.save(self.layout.results, found.model_copy(update={"provenance": source}))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(keys, "buildx_version", lambda: "0.13.1")
    source = tmp_path / "source"
    (source / "probes").mkdir(parents=True)
    (source / "scanners").mkdir()
    (source / "measure.py").write_text("x = 1\n")
    (source / "site.py").write_text("x = 1\n")
    made = World(Layout(factory.project(tmp_path / "project")), source)
    made.write("notebooks/build-cache.ipynb", json.dumps({"cells": CELLS}))
    made.write("docs/labs/build-cache.md", PAGE)
    (made.layout.results / "build-cache.svg").write_text("<svg/>")
    made.store()
    return made


def test_nothing_changed(world: World) -> None:
    assert world.keys().unchanged(world.lab()) == results.load(world.layout.results, SLUG)


CHANGES: dict[str, Callable[[World], object]] = {
    "a Dockerfile": lambda w: w.write("labs/build-cache/good.Dockerfile", factory.GOOD + "\n"),
    "a context file": lambda w: w.write("labs/app/views.py", "x = 2\n"),
    "lab.toml": lambda w: w.write("labs/build-cache/lab.toml", factory.LAB + "\n"),
    "the solution": lambda w: w.write(
        "labs/build-cache/exercise/solution.Dockerfile", factory.GOOD + "\n"
    ),
    "exercise.toml": lambda w: w.write(
        "labs/build-cache/exercise/exercise.toml", factory.EXERCISE + "\n"
    ),
    "a code cell": lambda w: w.write(
        "notebooks/build-cache.ipynb", json.dumps({"cells": [{**CELLS[1], "source": ["other"]}]})
    ),
    "the base": lambda w: setattr(w, "base", replace(BASE, identity="sha256:2")),
    "its packages": lambda w: setattr(w, "base", replace(BASE, contents=Contents("sha256:3", ()))),
    "the kind of base": lambda w: setattr(w, "base", replace(BASE, kind="official")),
    "the base is gone": lambda w: setattr(w, "base", None),
    "the engine": lambda w: setattr(w, "facts", replace(FACTS, version="28.0.0")),
    "the platform": lambda w: setattr(w, "facts", replace(FACTS, platform="linux/arm64")),
    "the samples": lambda w: setattr(w, "samples", Samples(1, 1)),
    "where pip looks": lambda w: setattr(w, "pip_conf", "[global]"),
    "the toolkit": lambda w: (w.source / "measure.py").write_text("x = 2\n"),
    "a new module": lambda w: (w.source / "probes" / "new.py").write_text(""),
    "the result is gone": lambda w: (w.layout.results / "build-cache.json").unlink(),
    "the picture is gone": lambda w: (w.layout.results / "build-cache.svg").unlink(),
    "the exercise's result is gone": lambda w: (
        w.layout.exercise_results / "build-cache.json"
    ).unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_decides_a_number_makes_a_lab_run_again(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.keys().unchanged(world.lab()) is None


def test_another_buildx_makes_a_lab_run_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "buildx_version", lambda: "0.14.0")
    assert world.keys().unchanged(world.lab()) is None


HARMLESS: dict[str, Callable[[World], object]] = {
    "a chapter": lambda w: w.write("docs/labs/base-image.md", "other\n"),
    "the notebook's prose": lambda w: w.write(
        "notebooks/build-cache.ipynb",
        json.dumps({"cells": [{"cell_type": "markdown", "source": "# New"}, CELLS[1]]}),
    ),
    "a learner's work": lambda w: w.write("labs/build-cache/exercise/Dockerfile", "FROM scratch\n"),
    "a scanner of other labs": lambda w: (w.source / "scanners" / "zap.py").write_text("x = 2\n"),
    "what only the site shows": lambda w: (w.source / "site.py").write_text("x = 2\n"),
    "another lab": lambda w: w.write("labs/base-image/bad.Dockerfile", "FROM python:3.14\n"),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_decides_no_number_costs_nothing(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.keys().unchanged(world.lab()) is not None


def test_a_result_without_a_key_is_measured_again(world: World) -> None:
    found = results.load(world.layout.results, SLUG)
    source = found.provenance.model_copy(update={"key": ""})
    results.save(world.layout.results, found.model_copy(update={"provenance": source}))
    world.base = None  # then the lab has no key either
    assert world.keys().unchanged(world.lab()) is None


def test_the_digest_of_the_toolkit_knows_names(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("x\n")
    before = toolkit_digest(tmp_path)
    (tmp_path / "one.py").rename(tmp_path / "two.py")
    assert toolkit_digest(tmp_path) != before


def test_a_scanner_counts_for_a_lab_that_scans(tmp_path: Path) -> None:
    (tmp_path / "scanners").mkdir()
    before = toolkit_digest(tmp_path), toolkit_digest(tmp_path, scans=False)
    (tmp_path / "scanners" / "zap.py").write_text("x\n")
    assert toolkit_digest(tmp_path) != before[0]
    assert toolkit_digest(tmp_path, scans=False) == before[1]


def test_what_serves_pages_counts_for_no_lab(tmp_path: Path) -> None:
    before = toolkit_digest(tmp_path)
    (tmp_path / "learn").mkdir()
    (tmp_path / "learn" / "server.py").write_text("x\n")
    assert toolkit_digest(tmp_path) == before


@pytest.fixture
def started(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the labs that a run measures."""
    measured: list[str] = []

    def run(_workshop: Workshop, labs: tuple[Lab, ...], *_: object) -> Any:
        measured.extend(lab.slug for lab in labs)
        yield from ()

    monkeypatch.setattr(labs, "one_by_one", run)
    monkeypatch.setattr(labs, "sweep", lambda _: ())
    monkeypatch.setattr(labs, "Keys", lambda *_: world.keys())
    return measured


def test_an_unchanged_lab_is_not_run(world: World, started: list[str]) -> None:
    run_labs(world.workshop(), [SLUG], Samples())
    assert started == []
    assert world.said == ["build-cache: unchanged since 2026-01-02; `--force` measures it again"]


def test_a_changed_lab_alone_is_run(world: World, started: list[str]) -> None:
    world.write("labs/base-image/bad.Dockerfile", "FROM python:3.14\n")
    run_labs(world.workshop(), [], Samples())
    assert started == ["base-image"]


def test_force_runs_an_unchanged_lab(world: World, started: list[str]) -> None:
    run_labs(world.workshop(), [SLUG], Samples(), force=True)
    assert started == [SLUG]


def test_new_prose_reaches_the_page_without_a_run(world: World, started: list[str]) -> None:
    HARMLESS["the notebook's prose"](world)
    run_labs(world.workshop(), [SLUG], Samples())
    text = (world.layout.lab_pages / "build-cache.md").read_text("utf-8")
    assert started == []
    assert "# New" in text
    assert "measured" in text


@pytest.mark.parametrize("there", ["", "# Lab\n", PAGE.replace("lab.measure()", "other")])
def test_a_page_that_tells_of_another_run_is_made_anew(
    there: str, world: World, started: list[str]
) -> None:
    world.write("docs/labs/build-cache.md", there)
    run_labs(world.workshop(), [SLUG], Samples())
    assert started == [SLUG]
