"""What is written, compared and refused after labs were measured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import results
from advices.core import ClaimBroken, ResultDrifted, ResultInvalid
from advices.core.paths import Layout
from advices.lab import labfile
from advices.lab.scans import Scan
from advices.measure.plan import Samples
from advices.notebooks import checking, labs
from advices.notebooks.checking import check_labs
from advices.notebooks.execution import Executed
from advices.notebooks.labs import run_labs
from advices.results.record import Result

SLUG = "build-cache"


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(made_labs.project(tmp_path))


def grown(result: Result) -> Result:
    """Return a result whose images are three times as large."""
    variants = dict.fromkeys(result.variants, factory.variant(scale=3))
    return result.model_copy(update={"variants": variants})


@pytest.fixture
def measured(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return what the labs' runs give, for a test to change."""
    given: dict[str, Any] = {
        "lab": labfile.read(layout.labs, SLUG),
        "result": results.load(layout.results, SLUG),
        "page": "# The page\n",
        "verdicts": (),
        "exercise": results.load(layout.exercise_results, SLUG),
        "faults": (),
    }

    def run(*_: object) -> Iterator[Executed]:
        given["ran"] = True
        yield Executed(**{key: value for key, value in given.items() if key != "ran"})

    def at_once(*ordered: Any) -> dict[str, Any]:
        *_, kept_of, then = ordered
        kept_of(given["lab"])
        return {done.lab.slug: then(done) for done in run()}

    monkeypatch.setattr(labs, "one_by_one", run)
    monkeypatch.setattr(checking, "two_at_once", at_once)
    return given


def test_a_run_writes_result_exercise_picture_and_page(
    layout: Layout, measured: dict[str, Any]
) -> None:
    said: list[str] = []
    measured["exercise"] = grown(measured["exercise"])
    (layout.results / "build-cache.json").unlink()
    run_labs(fake_bench.Machine().workshop(layout, said.append), [SLUG], Samples(), force=True)
    assert results.load(layout.results, SLUG) == measured["result"]
    assert results.load(layout.exercise_results, SLUG) == measured["exercise"]
    assert (layout.lab_pages / f"{SLUG}.md").read_text() == "# The page\n"
    assert (layout.results / f"{SLUG}.svg").read_text().startswith("<svg")
    assert said == ["build-cache: first result"]


def test_a_lab_without_an_exercise_writes_none(layout: Layout, measured: dict[str, Any]) -> None:
    measured["exercise"] = None
    (layout.exercise_results / f"{SLUG}.json").unlink()
    run_labs(fake_bench.Machine().workshop(layout, print), [SLUG], Samples(), force=True)
    assert not (layout.exercise_results / f"{SLUG}.json").exists()


@pytest.mark.parametrize("call", [partial(run_labs, force=True), check_labs])
def test_a_fault_of_mistakes_or_exercise_is_a_broken_claim(
    call: Any, layout: Layout, measured: dict[str, Any]
) -> None:
    measured["faults"] = ("one fault", "another")
    measured["result"] = grown(measured["result"])
    before = {file: file.read_bytes() for file in layout.results.rglob("*") if file.is_file()}
    with pytest.raises(ClaimBroken) as raised:
        call(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
    assert raised.value.what == "one fault\nanother"
    assert before == {
        file: file.read_bytes() for file in layout.results.rglob("*") if file.is_file()
    }


def test_an_exercise_that_drifted_is_named(layout: Layout, measured: dict[str, Any]) -> None:
    check_labs(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
    measured["exercise"] = grown(measured["exercise"])
    with pytest.raises(ResultDrifted) as raised:
        check_labs(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
    assert "  build-cache exercise good disk_bytes: 140 MB → 300 MB" in raised.value.what
    assert "  build-cache good " not in raised.value.what


@pytest.mark.parametrize("gone", ["build-cache.json", "exercises/build-cache.json"])
def test_a_check_loads_what_it_compares_with_before_it_measures(
    gone: str, layout: Layout, measured: dict[str, Any]
) -> None:
    (layout.results / gone).unlink()
    with pytest.raises(ResultInvalid, match=r"there is no result build-cache\.json"):
        check_labs(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
    assert "ran" not in measured


def stubbed(result: Result, **change: Any) -> Result:
    """Return a result in which a stub played ZAP for one variant."""
    stub = factory.scan(scanner="zap", stub=True, **change)
    good = result.variants["good"].model_copy(update={"scans": (factory.scan("x"), stub)})
    return result.model_copy(update={"variants": {**result.variants, "good": good}})


@pytest.mark.parametrize("where", ["result", "exercise"])
@pytest.mark.parametrize("call", [partial(run_labs, force=True), check_labs])
def test_what_a_stub_said_is_refused_and_not_written(
    call: Any, where: str, layout: Layout, measured: dict[str, Any]
) -> None:
    measured[where] = stubbed(measured[where])
    before = {file: file.read_bytes() for file in layout.results.rglob("*") if file.is_file()}
    with pytest.raises(ClaimBroken) as raised:
        call(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
    assert raised.value.what == "build-cache: a stub replaced zap, so nothing was scanned"
    assert before == {file: file.read_bytes() for file in before}


def with_scans(result: Result, *scans: Scan) -> Result:
    variants = {
        name: one.model_copy(update={"scans": scans}) for name, one in result.variants.items()
    }
    return result.model_copy(update={"variants": variants})


def test_another_scanner_is_told_and_its_rules_are_no_drift(
    layout: Layout, measured: dict[str, Any]
) -> None:
    said: list[str] = []
    results.save(layout.results, with_scans(measured["result"], factory.scan("x")))
    measured["result"] = with_scans(measured["result"], factory.scan("y", version="4"))
    check_labs(fake_bench.Machine().workshop(layout, said.append), [SLUG], Samples())
    told = "another scanner, so only claims judge its rules: wapiti: 3.3.2 before, 4 now"
    assert f"build-cache: {told}" in said


def test_other_rules_of_the_same_scanner_are_a_drift(
    layout: Layout, measured: dict[str, Any]
) -> None:
    results.save(layout.results, with_scans(measured["result"], factory.scan("x")))
    measured["result"] = with_scans(measured["result"], factory.scan("y"))
    with pytest.raises(ResultDrifted, match="good wapiti_rules: x → y"):
        check_labs(fake_bench.Machine().workshop(layout, print), [SLUG], Samples())
