"""On which base and with which cache each candidate is built."""
# ruff: noqa: F401, F811  # the fixture `here` is imported

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory
import fake_bench
import pytest
from measurer_in_memory import BASE, ROOT, Here, here

from advices.bases import versions
from advices.bases.stand_ins import StandIns
from advices.core import BaseUnavailable, StepFailed
from advices.engine.buildx import BuildOrder
from advices.lab.dockerfile import parse_dockerfile
from advices.measure.candidate import of_learner, of_mistake, of_variant
from advices.measure.ground import Ground
from advices.measure.plan import QUICK, Samples, steps
from advices.measure.variant import Measurer

STAND_IN_LABELS = versions.labels(versions.of_lines("python\t3.13.5\n"))


def test_bases_are_marked_once_and_before_anything_is_built(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    make, build = here.engine.with_files, here.engine.build

    def with_files(base: str, *args: Any, **more: Any) -> Any:
        done.append("marked")
        return make(base, *args, **more)

    def built(order: BuildOrder, **more: Any) -> Any:
        done.append("built")
        return build(order, **more)

    monkeypatch.setattr(here.engine, "with_files", with_files)
    monkeypatch.setattr(here.engine, "build", built)
    both = [of_variant(here.lab, name) for name in ("bad", "good")]
    here.measurer.measure_each(both, steps(here.lab, Samples(1, 1)))
    assert done == ["marked"] * 2 + ["built"] * 8


def test_only_first_builds_of_a_variant_ignore_the_cache(here: Here) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(2, 1))
    orders = here.engine.orders
    assert [order.no_cache for order in orders] == [True, True, False, False, False]
    # Each first build has a base and cache mounts of its own; replays find those of the last.
    assert here.marks == ["build-cache-good-1", "build-cache-good-2"]
    namespaces = [order.cache_namespace for order in orders]
    assert namespaces == [f"run-1-build-cache-good-{n}" for n in (1, 2, 2, 2, 2)]
    assert [order.bases[BASE] for order in orders[:3]] == [
        f"docker-advices-run/run-1:base-python-3.14-slim-build-cache-good-{n}" for n in (1, 2, 2)
    ]


def test_two_measurers_of_one_run_share_no_base_and_no_edit(here: Here, tmp_path: Path) -> None:
    # An exercise is measured in its lab's run, under the same names.
    other = Here(here.lab, tmp_path, here.port)
    assert here.own_word != other.own_word
    assert here.own_word.startswith("build-cache-")


def test_a_variant_that_is_measured_again_gets_a_base_of_its_own_again(here: Here) -> None:
    for _ in range(2):
        here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    assert here.marks == ["build-cache-good-1"] * 2


def test_a_mistake_is_built_on_the_good_variants_cache(here: Here, tmp_path: Path) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    orders = here.engine.orders
    orders.clear()
    here.measure(of_mistake(here.lab, here.lab.mistakes[1], tmp_path), Samples(1, 1))
    assert here.marks == ["build-cache-good-1"], "no base is made again"
    assert {order.no_cache for order in orders} == {False}
    assert {order.cache_namespace for order in orders} == {"run-1-build-cache-good-1"}
    assert orders[0].tag == "docker-advices-run/run-1:build-cache-mistake-no-user-cold"
    assert orders[0].dockerfile.name == "build-cache-no-user.Dockerfile"


def test_a_learners_file_is_built_apart_from_the_variants(here: Here) -> None:
    here.measure(of_learner(here.lab, here.lab.dockerfile("bad"), fake_bench.LIMITS), Samples(1, 1))
    assert here.marks == ["build-cache-yours-1"]
    assert here.engine.orders[0].no_cache is False


def test_the_next_file_of_a_learner_stands_on_the_same_ground(here: Here) -> None:
    ground = Ground("session")
    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    secrets = []
    for _ in range(2):
        measurer = Measurer(here.shop, here.lab, here.run, {}, ground)
        measurer.measure(mine, steps(here.lab, QUICK))
        secrets.append(measurer.canary)
    assert here.marks == ["session-yours-1"], "one base: its steps are found again"
    assert secrets[0] == secrets[1], "a step in the cache holds the secret of its time"
    edits = {files["views.py"] for files in here.engine.contexts} - {"x = 1\n"}
    assert len(edits) == 2, "no edit is one of before"
    assert len({order.cache_namespace for order in here.engine.orders}) == 2, "empty mounts"
    for name in [name for name in here.engine.known if "base-" in name]:
        here.engine.remove_image(name)
    Measurer(here.shop, here.lab, here.run, {}, ground).measure(mine, steps(here.lab, QUICK))
    assert here.marks == ["session-yours-1"] * 2, "one that somebody removed is made again"


def test_a_learner_and_the_solution_stand_on_bases_of_one_kind(here: Here) -> None:
    alpine = StandIns(here.engine, ROOT / "labs" / "bases", print)
    for name in ("python:3.14-alpine", BASE):
        here.engine.add(alpine.tag(name), config={"Labels": STAND_IN_LABELS})
    slim, small = (parse_dockerfile(f"FROM {name}\n") for name in (BASE, "python:3.14-alpine"))
    assert not here.measurer.on_one_kind(slim, slim)
    assert here.measurer.on_one_kind(small, slim)
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    (base, *_), *_ = (order.bases.values() for order in here.engine.orders)
    assert base == here.engine.with_more[0][0]
    assert here.engine.image(base) is not None
    # The official image has one layer, the stand-in none: of the marked base only the mark is left.
    assert len(here.engine.known[base].layers) == 1


def test_a_program_that_the_stand_in_lacks_is_told_as_such(here: Here) -> None:
    made = StandIns(here.engine, ROOT / "labs" / "bases", print)
    here.engine.add(made.tag("python:3.14-alpine"), config={"Labels": STAND_IN_LABELS})
    mine = here.folder / "mine"
    mine.write_text("FROM python:3.14-alpine\nRUN apk add git\n")
    here.engine.builds = [StepFailed("this step failed: RUN apk add git\n/bin/sh: apk: not found")]
    with pytest.raises(BaseUnavailable, match=r"the stand-in for python:3\.14-alpine has no apk"):
        here.measure(of_learner(here.lab, mine, fake_bench.LIMITS), Samples(1, 1))
