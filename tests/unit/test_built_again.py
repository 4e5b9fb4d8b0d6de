"""A commit that another machine builds again: how it is measured, and how the images differ."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_bench
import pytest
from again_lab import lab
from container_programs import Program
from layer_tars import file, layer_tar, tree
from local_sites import site
from memory_engine import MemoryEngine

from advices.core import Layout
from advices.engine import BuildOrder
from advices.images.memory import LayerMemory
from advices.lab import Claim, Lab, MeasureName, Replay
from advices.measure.candidate import copied, of_learner, of_mistake, of_variant, replayed
from advices.measure.installed import behind, installed, moved
from advices.measure.plan import BuildImage, Samples, steps, steps_for
from advices.measure.variant import Measurer
from advices.packages import settings
from advices.results.record import VariantResult
from advices.runs.lifecycle import Run

__all__ = ["lab"]

ROOT = Path(__file__).parents[2]
BASE = "python:3.14-slim"


# ---------- what is compared ----------


def distribution(name: str, version: str, below: str = "venv/lib/python3.14") -> dict[str, Any]:
    return {f"{below}/site-packages/{name}-{version}.dist-info/METADATA": file(b"x")}


def test_packages_are_known_by_project_and_version() -> None:
    layer = {
        **distribution("Django", "5.2.14"),
        **distribution("psycopg_binary", "3.3.4", "usr/local/lib/python3.14"),
        **distribution("both", "1"),
        **distribution("both", "2", "opt/lib/python3.14"),
        "packages/aside-1.dist-info/METADATA": file(b"installed with --target"),
        "root/.cache/uv/archive-v0/x/kept-1.dist-info/METADATA": file(b"in a cache"),
        "venv/lib/python3.14/site-packages/old.egg-info": file(b"no version"),
    }
    assert installed(tree(layer)) == {
        "aside": "1",
        "both": "1 2",
        "django": "5.2.14",
        "psycopg-binary": "3.3.4",
    }


def test_a_package_moved_if_it_is_another_a_new_or_a_lost_one() -> None:
    before = {"same": "1", "other": "1", "lost": "1"}
    assert moved(before, {"same": "1", "other": "2", "new": "1"}) == 3
    assert moved(before, before) == 0


def test_a_package_is_behind_if_any_of_it_is_older() -> None:
    newest = {"django": "5.2.10", "both": "2", "odd": "2"}
    assert behind({"django": "5.2.9", "both": "1 2", "unknown": "1"}, newest) == 2
    assert behind({"django": "5.2.10", "both": "3", "odd": "no version"}, newest) == 0


def test_a_new_clone_has_new_times_and_the_same_files(lab: Lab, tmp_path: Path) -> None:
    (lab.folder / "more").mkdir()
    (lab.folder / "more" / "lock.txt").write_text("new\n")
    copy = copied(lab, of_variant(lab, "good"), tmp_path / "copy", canary="")
    before = (copy, *copy.rglob("*"))
    for path in before:
        os.utime(path, (0, 0))
    began = time.time() - 1
    replayed(lab.folder, copy, Replay(says="", again=True, overlay="more"), "mark")
    assert (copy / "lock.txt").read_text() == "new\n"
    files = [copy, *copy.rglob("*")]
    assert set(files) == {*before, copy / "lock.txt"}
    assert all(path.stat().st_mtime >= began for path in files)


# ---------- how it is measured ----------


def test_what_is_built_again_is_built_once_and_finds_nothing(lab: Lab) -> None:
    planned = [one for one in steps(lab, Samples(2, 3)) if isinstance(one, BuildImage)]
    again = [one for one in planned if one.build in ("again", "later")]
    assert again == [BuildImage("again", 1, again=True), BuildImage("later", 1, again=True)]
    assert [one.build for one in planned if one.first] == ["cold", "cold", "again", "later"]


@pytest.mark.parametrize("name", ["new_layers", "packages_moved", "packages_behind"])
def test_a_claim_about_it_needs_its_layers(name: str, lab: Lab) -> None:
    claim = Claim(id="c", says="", measure=MeasureName(name, "later"), equals=0)
    planned = steps_for(lab, [claim])
    assert [one.build for one in planned if isinstance(one, BuildImage)] == ["cold", "later"]
    assert ("cold", "later") in [getattr(one, "builds", ()) for one in planned]


class Here:
    """A measurer on an engine in memory, whose builds install what a test says."""

    def __init__(self, lab: Lab, folder: Path, port: int) -> None:
        self.lab = lab
        self.installs: dict[str, dict[str, Any]] = {}
        self.engine = MemoryEngine(lambda _image, _how: Program(port=port))
        digests = ("python@sha256:1",)
        self.engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=digests)
        self.engine.content = self._content
        parts = {"engine": self.engine, "memory": LayerMemory(folder)}
        shop = fake_bench.workshop(Layout(ROOT), lambda _: None, **parts)
        self.run = Run("run-1", folder / "scratch")
        self.measurer = Measurer(shop, lab, self.run, {})

    def _content(self, order: BuildOrder) -> dict[str, Any]:
        return self.installs.get(order.tag.rpartition("-")[2], {})

    def measured(self) -> VariantResult:
        candidate = of_variant(self.lab, "good")
        return self.measurer.measure(candidate, steps(self.lab, Samples(1, 1)))


@pytest.fixture
def here(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    with site(lambda _: (200, b"a page")) as port:
        yield Here(lab, tmp_path, port)


def test_layers_and_packages_of_two_machines_are_compared(here: Here) -> None:
    june = {**distribution("Django", "5.2.14"), **distribution("sqlparse", "0.5.5")}
    september = {**distribution("Django", "5.2.17"), **distribution("sqlparse", "0.5.5")}
    here.installs = {"cold": june, "again": june, "later": september}
    builds = here.measured().builds
    # The bases differ, as their marks do, and do not count.
    assert (builds["again"].new_layers, builds["again"].new_transfer_bytes) == (0, 0)
    assert (builds["again"].packages_moved, builds["again"].packages_behind) == (0, 0)
    assert builds["later"].new_layers == 1
    assert builds["later"].new_transfer_bytes > 0
    assert (builds["later"].packages_moved, builds["later"].packages_behind) == (1, 0)
    assert (builds["cold"].packages_moved, builds["cold"].packages_behind) == (None, 0)
    assert builds["edit-source"].packages_moved is None


def test_what_is_pinned_is_behind_later(here: Here) -> None:
    here.installs = dict.fromkeys(("cold", "again", "later"), distribution("Django", "5.2.14"))
    later = here.measured().builds["later"]
    assert (later.new_layers, later.packages_moved, later.packages_behind) == (0, 0, 1)


def test_each_machine_has_its_base_with_the_versions_of_its_day(here: Here) -> None:
    here.measured()
    offered = {
        tag.rpartition("-good-")[2]: files[settings.NEWEST].decode()
        for tag, files in here.engine.with_more
    }
    assert {day: text.split()[0] for day, text in offered.items()} == {
        "1": "django<=5.2.14",
        "again": "django<=5.2.14",
        "later": "django<=5.2.17",
    }
    made = {order.tag.rpartition("-")[2]: order for order in here.engine.orders}
    assert made["again"].no_cache
    assert made["later"].no_cache
    assert not made["unchanged"].no_cache
    bases = [made[name].bases[BASE] for name in ("cold", "unchanged", "again", "later")]
    assert bases[0] == bases[1]
    assert len(set(bases)) == 3
    namespaces = {made[name].cache_namespace for name in ("cold", "again", "later")}
    assert len(namespaces) == 3, "a cache mount of the first machine is not on the second"


def test_a_mistake_finds_nothing_of_the_good_one(here: Here) -> None:
    # BuildKit would answer a COPY from the cache, with the times that the good one fixed.
    here.measured()
    scratch = here.run.scratch
    scratch.mkdir(exist_ok=True)
    mistaken = of_mistake(here.lab, here.lab.mistakes[0], scratch)
    before = len(here.engine.orders)
    here.measurer.measure(mistaken, steps(here.lab, Samples(1, 1)))
    good, mistake = here.engine.orders[:before], here.engine.orders[before:]
    bases = {order.bases[BASE] for order in good}
    assert bases.isdisjoint(order.bases[BASE] for order in mistake)
    uncached = [order.tag.rpartition("-")[2] for order in mistake if order.no_cache]
    assert uncached == ["cold", "again", "later"]


def test_a_learners_next_file_finds_nothing_of_the_last_one(here: Here) -> None:
    for _ in range(2):
        yours = of_learner(here.lab, here.lab.dockerfile("good"))
        here.measurer.measure_beside(yours, steps(here.lab, Samples(1, 1)), lambda *_: None)
    uncached = [order.tag.rpartition("-")[2] for order in here.engine.orders if order.no_cache]
    assert sorted(uncached) == sorted(["cold", "again", "later"] * 2)
