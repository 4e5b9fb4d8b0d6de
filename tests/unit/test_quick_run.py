"""A quick run measures the variants alone: no mistakes, no exercise, and its pages say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import results
from advices.lab import labfile
from advices.lab.model import Lab
from advices.measure.kept import Kept
from advices.measure.plan import Samples
from advices.notebooks.execution import judged
from advices.notebooks.session import LabSession
from advices.site.tables import mistakes_table


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    made_labs.project(tmp_path)
    return labfile.read(tmp_path / "labs", "build-cache")


def test_a_session_measures_the_variants_and_leaves_a_result(lab: Lab) -> None:
    # A measurer that knows no mistake and no exercise: it fails when it is asked for one.
    measured = {"bad": factory.variant(scale=3), "good": factory.variant()}
    bench: Any = fake_bench.FakeBench(lab, **measured, cache_mount=factory.variant())
    bench.kept = Kept(proofs=False)
    bench.samples = Samples(1, 1)
    session = LabSession(bench)
    session.measure("bad", "good", "cache-mount")
    assert "not measured" in session.mistakes().markdown
    assert "not proved" in session.exercise().markdown
    session.finish()
    left = results.load(bench.run.scratch / "results", "build-cache")
    assert left.mistakes == {}
    assert set(left.variants) == {"bad", "good", "cache-mount"}


def test_nobody_misses_mistakes_that_were_not_applied(lab: Lab) -> None:
    without = factory.result().model_copy(update={"mistakes": {}})
    assert judged(lab, without, None, "", proofs=False).faults == ()
    assert len(judged(lab, without, None, "").faults) == len(lab.mistakes)


def test_a_table_says_that_mistakes_were_not_applied(lab: Lab) -> None:
    source = factory.result().provenance.model_copy(update={"mode": "quick"})
    without = factory.result().model_copy(update={"mistakes": {}, "provenance": source})
    assert mistakes_table(lab, without).startswith("The mistakes were not applied")
    found = factory.result().model_copy(
        update={"mistakes": {"no-user": results.MistakeResult(says="x", red=("not-root",))}}
    )
    assert mistakes_table(lab, found).startswith("| Mistake")


def test_what_is_kept_of_a_quick_run_is_its_variants(lab: Lab) -> None:
    assert Kept(result=factory.result(), proofs=False).holds_all(lab)
    assert not Kept(result=factory.result()).holds_all(lab)
    assert not Kept(proofs=False).holds_all(lab)
