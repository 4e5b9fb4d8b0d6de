"""How a candidate is measured, step by step, with an engine and builds that are made up."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factory
import pytest

from advices import results
from advices.bases.resolve import MarkedBase
from advices.core import Layout
from advices.core.errors import NeverAnswered, UnsteadyMeasure
from advices.core.events import Event, Instruction, Step
from advices.engine.buildx import BuildOrder, Built
from advices.images.memory import LayerMemory
from advices.lab.dockerfile import external_images
from advices.lab.model import AnotherStart, Claim, Lab, Variant
from advices.measure import variant as measuring
from advices.measure.candidate import Candidate, of_learner, of_mistake, of_variant
from advices.measure.plan import Samples, steps
from advices.measure.variant import Measurer
from advices.probes import startup
from advices.probes.subject import Found, Subject
from advices.results.record import Boot, Layer, Timing
from advices.runs.lifecycle import Run

BASE, OWN, EDITED = (f"sha256:{letter * 64}" for letter in "abc")
PAGE = Boot(answered=True, first_200=Timing(samples=(0.5,)), uid=1000, page_digest="x")


def layer(diff_id: str) -> Layer:
    return Layer(
        diff_id=diff_id, created_by="", disk_bytes=10, transfer_bytes=1, from_base=diff_id == BASE
    )


class Here:
    """All that a measurer asks: builds, layers, starts, probes; and what it was asked."""

    def __init__(self, lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lab, self.folder = lab, folder
        self.orders: list[BuildOrder] = []
        self.files: list[dict[str, str]] = []
        self.secrets: list[dict[str, str]] = []
        self.marks: list[str] = []
        self.pages: list[Boot | Exception] = []
        self.starts: list[AnotherStart] = []
        self.steps: list[tuple[results.Step, ...]] = []
        self.subjects: list[Subject] = []
        self.learnt: list[tuple[list[str], bool]] = []
        self.said: list[Event] = []
        monkeypatch.setattr(measuring, "build", self._build)
        monkeypatch.setattr(measuring, "learn", self._learn)
        monkeypatch.setattr(measuring, "layers_of", self._layers)
        monkeypatch.setattr(startup, "first_page", self._page)
        monkeypatch.setattr(startup, "another_start", self._start)
        monkeypatch.setattr(measuring, "probe", lambda _: self._probe)
        bases = SimpleNamespace(
            resolve=lambda names: dict.fromkeys(names, "base"),
            names_in=external_images,
            marked=self._marked,
        )
        engine = SimpleNamespace(
            image=lambda reference: SimpleNamespace(id=f"id of {reference}", tags=[reference])
        )
        made: Any = {"engine": engine, "bases": bases, "scanners": SimpleNamespace()}
        shop = factory.workshop(
            Layout(folder), self.said.append, memory=LayerMemory(folder), **made
        )
        self.measurer = Measurer(shop, lab, Run("run-1", folder / "scratch"), {})
        self.own_word, self.measurer._word = self.measurer._word, lab.slug

    def measure(self, candidate: Candidate, samples: Samples, **more: bool) -> Any:
        return self.measurer.measure(candidate, steps(self.lab, samples), **more)

    def _build(self, order: BuildOrder, on_step: Callable[[str], None] | None = None) -> Built:
        if on_step is not None:
            on_step("[1/2] COPY . .")
        self.orders.append(order)
        self.secrets.append({key: file.read_text() for key, file in order.secrets.items()})
        self.files.append({file.name: file.read_text() for file in order.context.iterdir()})
        ran = self.steps.pop(0) if self.steps else ()
        return Built(ran, float(len(self.orders)))

    def _learn(self, _engine: Any, images: Any, *_: Any, listed: bool) -> None:
        self.learnt.append(([image.tags[0].rpartition(":")[2] for image in images], listed))

    def _layers(self, _engine: Any, image: Any, base_ids: frozenset[str], _memory: Any) -> Any:
        assert base_ids == {BASE}
        top = EDITED if "edit-source" in image.tags[0] else OWN
        return [layer(BASE), layer(top)]

    def _page(self, _image: startup.Image) -> Boot:
        found = self.pages.pop(0) if self.pages else PAGE
        if isinstance(found, Exception):
            raise found
        return found

    def _start(self, _image: startup.Image, start: AnotherStart) -> Boot:
        self.starts.append(start)
        return PAGE

    def _probe(self, subject: Subject) -> Found:
        self.subjects.append(subject)
        timings = {"stop_seconds": Timing(samples=(1.0,))}
        return Found({"shells": 3}, timings, [factory.scan("x")])

    def _marked(self, _base: Any, _run_id: str, mark: str) -> MarkedBase:
        self.marks.append(mark)
        return MarkedBase(f"marked:{mark}", frozenset({BASE}))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Here:
    lab = factory.read_lab(tmp_path)
    starts = {"bare": AnotherStart(says="", read_only=True)}
    lab = lab.model_copy(update={"starts": starts, "probes": ("files",)})
    return Here(lab, tmp_path, monkeypatch)


def changed(here: Here, **change: Any) -> Candidate:
    """Return the good variant with these settings."""
    variant = Variant.model_validate({"dockerfile": "good.Dockerfile", "says": "", **change})
    return Candidate("good", here.lab.dockerfile("good"), variant, cache_of="good")


def test_every_measure_comes_from_its_step(here: Here) -> None:
    found = here.measure(of_variant(here.lab, "good"), Samples(1, 2))
    assert list(found.builds) == ["cold", "unchanged", "edit-source", "add-dependency"]
    assert found.builds["cold"].timing.samples == (1.0,)
    assert found.builds["unchanged"].timing.samples == (2.0, 3.0)
    # A machine with the base, and then one with the first image.
    assert found.builds["cold"].new_disk_bytes == 10
    assert found.builds["unchanged"].new_disk_bytes == 0
    assert found.builds["edit-source"].new_transfer_bytes == 1
    assert found.boot.first_200 == Timing(samples=(0.5, 0.5))
    assert found.context_bytes == len("x = 1\n") + len("django\n")
    measures = found.measures()
    assert (measures["shells"], measures["stop_seconds"], measures["bare.uid"]) == (3, 1.0, 1000)
    assert found.scans == (factory.scan("x"),)
    assert measures["wapiti_rules"] == "x"
    assert here.starts == [here.lab.starts["bare"]]
    names = [f"build-cache-good-{name}" for name in found.builds]
    assert here.learnt == [(names, True)], "all images are read at once, for the files probe too"
    events = [event for event in here.said if isinstance(event, Step)]
    assert str(events[0]) == "build-cache good: cold, sample 1"
    assert [event.done for event in events] == list(range(len(events)))
    assert here.said[1] == Instruction("build-cache", "good", "[1/2] COPY . .")
    assert events[-1] == Step("build-cache", "good", "", len(events) - 1, len(events) - 1)


def test_what_a_claim_times_runs_alone_and_nothing_else(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    how: list[bool] = []

    def undisturbed(*, alone: bool) -> contextlib.AbstractContextManager[None]:
        how.append(alone)
        return contextlib.nullcontext()

    monkeypatch.setattr(measuring, "undisturbed", undisturbed)
    timed = Claim(id="t", says="", measure="edit-source.seconds", at_most=1)
    here.measurer._lab = here.lab = here.lab.model_copy(update={"claims": (timed,)})
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    begun = [event for event in here.said if isinstance(event, Step) and event.what]
    steps = [event.what for event, is_alone in zip(begun, how, strict=False) if is_alone]
    assert steps == ["edit-source, sample 1"]
    here.measure(of_learner(here.lab, here.lab.dockerfile("good")), Samples(1, 1))
    assert how.count(True) == 1, "a build with a warm cache is no timing"


def test_only_first_builds_of_a_variant_ignore_the_cache(here: Here) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(2, 1))
    assert [order.no_cache for order in here.orders] == [True, True, False, False, False]
    # Each first build has a base and cache mounts of its own; replays find those of the last.
    assert here.marks == ["build-cache-good-1", "build-cache-good-2"]
    namespaces = [order.cache_namespace for order in here.orders]
    assert namespaces == [f"run-1-build-cache-good-{n}" for n in (1, 2, 2, 2, 2)]
    assert [order.bases["python:3.13-slim"] for order in here.orders[:3]] == [
        f"marked:build-cache-good-{n}" for n in (1, 2, 2)
    ]


def test_two_measurers_of_one_run_share_no_base_and_no_edit(
    here: Here, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An exercise is measured in its lab's run, under the same names.
    other = Here(here.lab, tmp_path, monkeypatch)
    assert here.own_word != other.own_word
    assert here.own_word.startswith("build-cache-")


def test_a_variant_that_is_measured_again_gets_a_base_of_its_own_again(here: Here) -> None:
    for _ in range(2):
        here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    assert here.marks == ["build-cache-good-1"] * 2


def test_a_mistake_is_built_on_the_good_variants_cache(here: Here, tmp_path: Path) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    here.orders.clear()
    here.measure(of_mistake(here.lab, here.lab.mistakes[1], tmp_path), Samples(1, 1))
    assert here.marks == ["build-cache-good-1"], "no base is made again"
    assert {order.no_cache for order in here.orders} == {False}
    assert {order.cache_namespace for order in here.orders} == {"run-1-build-cache-good-1"}
    assert here.orders[0].tag == "docker-advices-run/run-1:build-cache-mistake-no-user-cold"
    assert here.orders[0].dockerfile.name == "build-cache-no-user.Dockerfile"


def test_a_learners_file_is_built_apart_from_the_variants(here: Here) -> None:
    here.measure(of_learner(here.lab, here.lab.dockerfile("bad")), Samples(1, 1))
    assert here.marks == ["build-cache-yours-1"]
    assert here.orders[0].no_cache is False


def test_a_replay_edits_the_copy_anew_for_every_sample(here: Here) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(1, 2))
    texts = [files["views.py"] for files in here.files]
    assert texts == [
        *["x = 1\n"] * 3,
        "x = 1\n# edited run-1-build-cache-good-1",
        "x = 1\n# edited run-1-build-cache-good-2",
        *["x = 1\n"] * 2,
    ]
    assert [path for path in (here.folder / "scratch").glob("context-*")] == []


def test_the_secret_of_the_run_is_in_arguments_secrets_and_for_the_probe(here: Here) -> None:
    secret = here.measurer.canary
    given = {"build_args": {"A": "a-{canary}"}, "secrets": {"token": "{canary}"}}
    here.measure(changed(here, **given, targets=("web",)), Samples(1, 1))
    assert here.orders[0].build_args == {"A": f"a-{secret}"}
    assert here.secrets[0] == {"token": secret}
    assert here.subjects[0].canary == secret
    assert here.subjects[0].targets == ("web",)
    assert here.subjects[0].workshop is here.measurer._workshop


def test_a_probe_builds_another_stage_with_the_cache(here: Here) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    here.orders.clear()
    image = here.subjects[0].build_target("web")
    (order,) = here.orders
    assert (order.target, order.no_cache) == ("web", False)
    assert image.tags == [order.tag]
    assert order.tag.endswith("-good-target-web")
    assert not order.context.exists()


def test_a_page_that_does_not_come_ends_the_measurement(here: Here) -> None:
    here.pages = [NeverAnswered("silence")]
    with pytest.raises(NeverAnswered):
        here.measure(of_variant(here.lab, "good"), Samples(1, 1))


def test_a_trap_and_a_learners_file_may_be_silent_and_are_waited_for_once(here: Here) -> None:
    silent = Boot(answered=False)
    for candidate, more in (
        (changed(here, answers=False), {}),
        (of_learner(here.lab, here.lab.dockerfile("bad")), {"must_answer": False}),
    ):
        here.pages = [NeverAnswered("silence: its last lines")]
        found = here.measure(candidate, Samples(1, 3), **more)
        assert found.boot == silent
        assert here.pages == []
        assert "silence: its last lines" in here.said
        assert [subject.answered for subject in here.subjects] == [False]
        here.subjects.clear()


@pytest.mark.parametrize(
    "second", [PAGE.model_copy(update={"page_digest": "y"}), NeverAnswered("silence")]
)
def test_two_starts_must_show_one_page(here: Here, second: Boot | Exception) -> None:
    here.pages = [PAGE, second]
    with pytest.raises(UnsteadyMeasure if isinstance(second, Boot) else NeverAnswered):
        here.measure(of_variant(here.lab, "good"), Samples(1, 2))


def test_every_sample_must_run_the_same_steps(here: Here) -> None:
    ran, cached = (results.Step(name="RUN x", cached=was, seconds=1.0) for was in (False, True))
    here.steps = [(ran,), (cached,)]
    with pytest.raises(UnsteadyMeasure, match="sample 2 of `cold` ran other steps"):
        here.measure(of_variant(here.lab, "good"), Samples(2, 1))
