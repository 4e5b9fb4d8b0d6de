"""What a notebook holds: the order of its calls, and what it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices import results
from advices.core import LabInvalid
from advices.core.events import Instruction, Step, Waiting, received
from advices.lab.model import Lab
from advices.measure import Kept
from advices.measure.plan import Samples
from advices.notebooks import session as session_module
from advices.notebooks.session import LabSession, hear_events, tell
from advices.runs.lifecycle import RUN_VARIABLE

ROOT = factory.variant().model_copy(
    update={"boot": results.Boot(answered=True, uid=0, page_digest="c" * 64)}
)
MEASURED: dict[str, Any] = {
    "bad": factory.variant(scale=3),
    "good": factory.variant(),
    "cache_mount": factory.variant(),
    "mistake_all_first": factory.variant(scale=3),
    "mistake_no_user": ROOT,
}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return made_labs.read_lab(tmp_path)


def session(lab: Lab) -> tuple[LabSession, Any]:
    bench: Any = fake_bench.FakeBench(lab, **MEASURED)
    return LabSession(bench), bench


def left(bench: Any) -> results.Result:
    return results.load(bench.run.scratch / "results", "build-cache")


def test_what_was_measured_is_left_in_the_order_of_the_lab(lab: Lab) -> None:
    opened, bench = session(lab)
    opened.measure("good", "cache-mount")
    opened.measure("bad")
    shown = opened.mistakes()
    assert "PID 1 has a user of its own." in shown.markdown
    assert "holds" in opened.finish().markdown
    found = left(bench)
    assert list(found.variants) == ["bad", "good", "cache-mount"]
    assert {name: one.red for name, one in found.mistakes.items()} == {
        "all-first": ("a-deploy-moves-little",),
        "no-user": ("not-root",),
    }


def test_a_variant_that_is_kept_is_not_measured(lab: Lab) -> None:
    opened, bench = session(lab)
    kept = factory.variant(scale=7)
    bench.kept = Kept(variants={"cache-mount": kept})
    opened.measure("bad", "good", "cache-mount")
    opened.measure("cache-mount")
    opened.mistakes()
    opened.finish()
    asked = sorted(name for name, _ in bench.measurer.asked)
    assert asked == ["bad", "good", "mistake-all-first", "mistake-no-user"]
    assert left(bench).variants["cache-mount"] == kept


@pytest.mark.parametrize(("samples", "side_by_side"), [(Samples(1, 1), 2), (Samples(1, 3), 1)])
def test_two_are_measured_at_once_only_where_no_time_is_kept(
    samples: Samples, side_by_side: int, lab: Lab
) -> None:
    opened, bench = session(lab)
    bench.samples = samples
    opened.measure("bad", "good")
    assert bench.measurer.workers == [side_by_side]


def test_a_notebook_shows_the_same_pictures_as_the_site(lab: Lab) -> None:
    scanned = factory.variant().model_copy(update={"scans": (factory.scan("a"),)})
    bench: Any = fake_bench.FakeBench(lab, good=scanned)
    opened = LabSession(bench)
    opened.measure("good")
    for shown in (
        opened.cache_timeline("edit-source", ["good"]),
        opened.alerts_by_risk(["good"]),
        opened.stages("good"),
        opened.layers_chart("disk_bytes"),
    ):
        assert shown.figure.startswith('<figure class="adv-figure">')
        data, metadata = shown._repr_mimebundle_()
        assert "<details>" in data["text/html"]
        assert metadata


@pytest.mark.parametrize("call", ["mistakes", "finish"])
def test_all_variants_are_measured_first(lab: Lab, call: str) -> None:
    opened, bench = session(lab)
    opened.measure("good")
    with pytest.raises(LabInvalid, match="not measured yet: bad, cache-mount"):
        getattr(opened, call)()
    assert not bench.run.scratch.exists()


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        (lambda lab: lab.steps("bad", "cold"), "bad"),
        (lambda lab: lab.compare("disk_bytes", variants=["good", "bad"]), "bad"),
        (lambda lab: lab.alert("bad", "wapiti", "x"), "bad"),
    ],
)
def test_what_was_not_measured_is_not_shown(lab: Lab, call: Any, missing: str) -> None:
    opened, _ = session(lab)
    with pytest.raises(LabInvalid, match="not measured yet: "):
        opened.bar_chart("disk_bytes")
    opened.measure("good")
    assert opened.compare("disk_bytes").markdown
    with pytest.raises(LabInvalid, match=f"not measured yet: {missing}\nwhy"):
        call(opened)


def test_a_lab_with_mistakes_applies_them_before_it_ends(lab: Lab) -> None:
    opened, bench = session(lab)
    opened.measure("bad", "good", "cache-mount")
    with pytest.raises(LabInvalid, match="its mistakes have not been applied yet"):
        opened.finish()
    assert not (bench.run.scratch / "results").exists()


def test_a_lab_without_mistakes_needs_none(lab: Lab) -> None:
    opened, bench = session(lab.model_copy(update={"mistakes": ()}))
    opened.measure("bad", "good", "cache-mount")
    opened.finish()
    assert left(bench).mistakes == {}


def test_opened_by_hand_it_leaves_nothing(lab: Lab) -> None:
    opened, bench = session(lab)
    bench.owner = True
    opened.measure("bad", "good", "cache-mount")
    opened.mistakes()
    opened.finish()
    assert not (bench.run.scratch / "results").exists()


def test_executed_by_the_command_an_exercise_is_measured_whole_and_left(lab: Lab) -> None:
    opened, bench = session(lab)
    bench.measurer.given["bad"] = ROOT
    shown = opened.exercise()
    assert "not met" in shown.markdown
    assert "Hint: Who is PID 1?" in shown.markdown
    result = results.load(bench.run.scratch / "results" / "exercises", "build-cache")
    assert list(result.variants) == ["bad", "good"]
    assert result.mistakes["no-user"].red == ("not-root",)
    assert sorted(name for name, _ in bench.measurer.asked) == ["bad", "good", "mistake-no-user"]


def test_the_builds_of_a_check_end_in_time(lab: Lab, tmp_path: Path) -> None:
    opened, bench = session(lab)
    bench.measurer.given["yours"] = ROOT
    file = tmp_path / "mine"
    file.write_text("FROM python:3.14-slim\n")
    usual = lab.its_exercise().build_timeout_seconds
    for given, wanted in ((7.0, 7.0), (usual + 1, usual), (None, usual)):
        opened.checked(file, build_seconds=given)
        assert bench.exercise.build_timeout_seconds == wanted


@pytest.mark.parametrize("owner", [True, False])
def test_a_learners_file_alone_is_measured(owner: bool, lab: Lab, tmp_path: Path) -> None:
    opened, bench = session(lab)
    bench.owner = owner
    bench.measurer.given["yours"] = ROOT
    file = tmp_path / "mine"
    file.write_text("FROM python:3.14-slim\n")
    shown = opened.exercise(None if owner else str(file))
    assert "Hint: Who is PID 1?" in shown.markdown
    assert not (bench.run.scratch / "results").exists()
    assert ("yours", False) in bench.measurer.asked


@pytest.mark.parametrize("executed", [True, False])
def test_progress_is_sent_as_events_only_to_the_command(
    executed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if executed:
        monkeypatch.setenv(RUN_VARIABLE, "run-1")
    step = Step("order", "bad", "cold, sample 1", 0, 4)
    copy = Instruction("order", "bad", "[2/4] COPY . .")
    for event in (step, copy, "a message", Step("order", "bad", "", 4, 4)):
        tell(event)
    lines = capsys.readouterr().err
    if executed:
        assert list(received(lines))[:3] == [step, copy, "a message"]
    else:
        assert lines == "order bad: cold, sample 1\norder bad: [2/4] COPY . .\na message\n"


def test_who_hears_events_keeps_them_from_being_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session_module, "_hear", [])
    hear_events(lambda event: isinstance(event, Waiting))
    tell("a message")
    tell(Waiting("somebody measures"))
    assert capsys.readouterr().err == "a message\n"
