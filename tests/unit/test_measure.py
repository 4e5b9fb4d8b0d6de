"""How a candidate is measured, step by step, with an engine in memory."""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import factory
import fake_bench
import made_labs
import pytest
from container_programs import Program, printed
from layer_tars import file, layer_tar
from local_sites import site
from memory_engine import MemoryEngine

from advices.bases import versions
from advices.bases.stand_ins import StandIns
from advices.core import (
    BaseUnavailable,
    BuilderUnusable,
    DiskFull,
    DockerfileInvalid,
    EngineLost,
    Layout,
    NeverAnswered,
    StepFailed,
    UnsteadyMeasure,
)
from advices.core.events import Event, Instruction, Step
from advices.core.paths import state_folder
from advices.core.threads import at_once
from advices.engine.build_log import BuildStep
from advices.engine.buildx import BuildOrder, Built
from advices.engine.start import Start
from advices.images.memory import LayerMemory
from advices.lab.dockerfile import parse_dockerfile
from advices.lab.model import AnotherStart, Claim, Lab, ScanSettings, Variant
from advices.measure.candidate import Candidate, of_learner, of_mistake, of_variant
from advices.measure.ground import Ground
from advices.measure.plan import (
    QUICK,
    BuildImage,
    InspectImages,
    PlanStep,
    Samples,
    ServeImage,
    steps,
    steps_for,
)
from advices.measure.variant import Measurer
from advices.results.record import Boot
from advices.runs.lifecycle import Run
from advices.scanners import wapiti
from advices.scanners.images import ScannerImage

ROOT = Path(__file__).parents[2]
STAND_IN_LABELS = versions.labels(versions.of_lines("python\t3.13.5\n"))
BASE = "python:3.14-slim"
REPORT = (ROOT / "tests" / "samples" / "wapiti" / "hardened.json").read_bytes()
TOOLS = {f"bin/{name}": file(b"#!", 0o755) for name in ("sh", "bash", "zsh")}


class Here:
    """A measurer of a lab on an engine in memory. `pages` are what the next starts show.

    A start shows its page, or ends at once where there is None.
    """

    def __init__(self, lab: Lab, folder: Path, port: int) -> None:
        self.lab, self.folder, self.port = lab, folder, port
        self.pages: list[bytes | None] = []
        self.page = b"a page"
        self.said: list[Event] = []
        self.engine = MemoryEngine(self._runs)
        digests = ("python@sha256:1",)
        self.engine.add(BASE, layer_tar({"etc/base": file(b"base")}), repo_digests=digests)
        self.engine.content = lambda _: TOOLS
        memory = LayerMemory(folder)
        image = ScannerImage("wapiti", "scanner/wapiti:1", "sha256:1")
        scanners: Any = SimpleNamespace(find=lambda _: image)
        parts = {"engine": self.engine, "scanners": scanners, "memory": memory}
        shop = fake_bench.workshop(Layout(ROOT), self.said.append, **parts)
        self.shop, self.run = shop, Run("run-1", folder / "scratch")
        self.measurer = Measurer(shop, lab, self.run, {}, Ground(lab.slug))
        self.own_word, self.measurer._word = self.measurer._word, lab.slug

    def measure(self, candidate: Candidate, samples: Samples) -> Any:
        return self.measurer.measure(candidate, steps(self.lab, samples))

    def with_probes(self, *probes: str, **more: Any) -> None:
        self.lab = self.measurer._lab = self.lab.model_copy(update={"probes": probes, **more})

    def _runs(self, image: str, how: Start) -> Program:
        if image == "scanner/wapiti:1":
            asked = json.dumps({"status": 200, "server": "gunicorn/1"})
            return printed(asked, files={wapiti.REPORT: REPORT})
        if how.entrypoint is not None:
            # A client that keeps requests in flight while its site is stopped.
            return printed('in flight\n{"lost": 0}\n')
        page = self.pages.pop(0) if self.pages else b"a page"
        if page is None:
            return printed("its last lines")
        self.page = page
        return Program(port=self.port)

    @property
    def marks(self) -> list[str]:
        """Return the marks of the bases that were made, in order."""
        found = [files["/etc/docker-advices-run"].decode() for _, files in self.engine.with_more]
        return [text.removeprefix("run-1 ").strip() for text in found]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Here]:
    monkeypatch.setenv("ADVICES_INDEX_WAY", "direct")
    lab = made_labs.read_lab(tmp_path)
    starts = {"bare": AnotherStart(says="", read_only=True)}
    lab = lab.model_copy(update={"starts": starts, "probes": ("files",)})
    with site(lambda _: (200, made.page)) as port:
        made = Here(lab, tmp_path, port)
        yield made


def changed(here: Here, **change: Any) -> Candidate:
    """Return the good variant with these settings."""
    variant = Variant.model_validate({"dockerfile": "good.Dockerfile", "says": "", **change})
    return Candidate("good", here.lab.dockerfile("good"), variant, cache_of="good")


def with_trap(lab: Lab) -> Lab:
    """Return the lab, and its good variant does not answer."""
    silent = lab.variants["good"].model_copy(update={"answers": False})
    return lab.model_copy(update={"variants": {**lab.variants, "good": silent}})


def test_every_measure_comes_from_its_step(here: Here) -> None:
    scan = ScanSettings(scanners=("wapiti",), attacks="none")
    here.with_probes("files", "stop", "web-scan", scan=scan)
    found = here.measure(of_variant(here.lab, "good"), Samples(1, 2))
    assert list(found.builds) == ["cold", "unchanged", "edit-source", "add-dependency"]
    assert found.builds["cold"].timing.samples == (1.0,)
    assert found.builds["unchanged"].timing.samples == (2.0, 3.0)
    # A machine with the base, and then one with the first image.
    own = len("x = 1\n" + "django\n") + 3 * len("#!")
    assert found.builds["cold"].new_disk_bytes == own
    assert found.builds["unchanged"].new_disk_bytes == 0
    assert found.builds["edit-source"].new_disk_bytes > own
    assert found.builds["edit-source"].new_transfer_bytes > 0
    assert [layer.from_base for layer in found.layers] == [True, True, False]
    assert len(found.boot.first_200.samples) == 2
    assert found.context_bytes == len("x = 1\n") + len("django\n")
    measures = factory.by_text(found.measures())
    assert (measures["shells"], measures["requests_lost"], measures["bare.uid"]) == (3, 0, 1000)
    assert len(found.timings["stop_seconds"].samples) == 2
    assert (measures["wapiti_rules"], measures["version_banner"]) == ("Unencrypted Channels", True)
    assert [one.how for one in here.engine.started if one.how.read_only] == [Start(read_only=True)]
    (saved,) = here.engine.saves
    assert len(saved) == 4, "all images are read at once, for the files probe too"
    events = [event for event in here.said if isinstance(event, Step)]
    assert str(events[0]) == "build-cache good: cold, sample 1"
    assert [event.done for event in events] == list(range(len(events)))
    assert here.said[1] == Instruction("build-cache", "good", "[1/2] COPY . .")
    assert events[-1] == Step("build-cache", "good", "", len(events) - 1, len(events) - 1)


def test_a_claim_on_a_rebuild_reads_of_it_only_what_is_new(here: Here) -> None:
    whole = here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    here.measurer._memory, here.engine.saves[:] = LayerMemory(here.folder / "empty"), []
    claim = Claim(id="it", says="", measure="edit-source.new_transfer_bytes", at_most=1)
    found = here.measurer.measure(of_variant(here.lab, "good"), steps_for(here.lab, [claim]))
    ours, rebuilt = found.builds["edit-source"], whole.builds["edit-source"]
    assert ours.new_transfer_bytes == rebuilt.new_transfer_bytes > 0
    assert (ours.new_layers, ours.new_disk_bytes) == (rebuilt.new_layers, rebuilt.new_disk_bytes)
    (saved,) = here.engine.saves
    assert [name.rpartition("-")[2] for name in saved] == ["source"], "not the first build's image"
    assert found.layers == (), "nobody asked for them"
    known = [here.measurer._memory.sizes(layer.diff_id) for layer in whole.layers]
    assert known == [None] * len(known), "nothing of the base or the first build was weighed"


def test_the_layers_of_several_variants_are_read_at_once(here: Here) -> None:
    both = [of_variant(here.lab, name) for name in ("bad", "good")]
    found = here.measurer.measure_each(both, steps(here.lab, Samples(1, 1)))
    assert list(found) == ["bad", "good"]
    events = [event for event in here.said if isinstance(event, Step)]
    for name in found:
        done = [event.done for event in events if event.candidate == name]
        assert done == list(range(len(done))), "each step of each is told once, in order"
    (saved,) = here.engine.saves
    assert len(saved) == 8
    alone = here.measure(both[1], Samples(1, 1))
    assert found["good"].layers == alone.layers


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


def test_a_build_behind_an_index_gets_a_lock_that_leads_there(
    here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = '[[package]]\nname = "a"\nsource = { registry = "https://pypi.org/simple" }\n'
    (here.lab.context / "uv.lock").write_text(lock)
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    assert {files["uv.lock"] for files in here.engine.contexts} == {lock}
    here.engine.contexts.clear()
    monkeypatch.setenv("ADVICES_INDEX_WAY", "shelf")
    monkeypatch.setenv("ADVICES_INDEX_URL", "http://172.17.0.9:8000/")
    found = here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    led = lock.replace("https://pypi.org/simple", "http://172.17.0.9:8000/index/")
    assert {files["uv.lock"] for files in here.engine.contexts} == {led}
    own = len("x = 1\n" + "django\n" + lock)
    assert found.context_bytes == own, "what is measured is the project, not our addresses"
    assert (here.lab.context / "uv.lock").read_text() == lock


def test_a_variant_that_a_replay_leaves_out_is_not_built_again(here: Here) -> None:
    edit = here.lab.replays["edit-source"].model_copy(update={"variants": ("bad", "good")})
    replays = {**here.lab.replays, "edit-source": edit}
    here.lab = here.measurer._lab = here.lab.model_copy(update={"replays": replays})
    each = [of_variant(here.lab, name) for name in here.lab.variants]
    found = here.measurer.measure_each(each, steps(here.lab, Samples(1, 1)))
    every = ["cold", "unchanged", "edit-source", "add-dependency"]
    assert list(found["bad"].builds) == list(found["good"].builds) == every
    assert list(found["cache-mount"].builds) == ["cold", "unchanged", "add-dependency"]
    assert all(one.boot.answered and one.layers for one in found.values())
    for name in found:
        events = [one for one in here.said if isinstance(one, Step) and one.candidate == name]
        assert events[-1].done == events[-1].steps == len(events) - 1


@pytest.mark.parametrize("workers", [1, 2])
def test_as_many_candidates_as_asked_are_built_at_once(here: Here, workers: int) -> None:
    # Where no other build comes, the wait for it ends without one.
    together = threading.Barrier(2, timeout=60 if workers == 2 else 0.05)
    met: list[bool] = []

    def content(_: BuildOrder) -> dict[str, Any]:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait()
        met.append(not together.broken)
        return TOOLS

    here.engine.content = content
    both = [of_variant(here.lab, name) for name in ("bad", "good")]
    here.measurer.measure_each(both, steps(here.lab, Samples(1, 1)), workers=workers)
    assert met[0] is (workers == 2)


def test_no_step_is_told_of_a_hidden_candidate(here: Here) -> None:
    here.measure(of_variant(here.lab, "good", hidden=True), Samples(1, 1))
    assert here.said == []


def is_alone() -> bool:
    """Return whether a step runs that nothing may run beside."""
    with (state_folder() / "step.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_what_a_claim_times_runs_alone_and_nothing_else(here: Here) -> None:
    alone: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if is_alone():
            alone.append(order.tag.partition(":")[2])
        return TOOLS

    here.engine.content = content
    timed = Claim(id="t", says="", measure="edit-source.seconds", at_most=1)
    here.with_probes(claims=(timed,))
    here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    # One sample of a time may be anything, so a claim about it gets three.
    assert alone == ["build-cache-good-edit-source"] * 3
    here.measure(
        of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS), Samples(1, 1)
    )
    assert len(alone) == 3, "a build with a warm cache is no timing"


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


def test_no_replay_of_a_mistake_is_built_beside_the_first_build_of_another(
    here: Here, tmp_path: Path
) -> None:
    # BuildKit would run steps again that the running build shares, and they would be counted.
    first, second = here.lab.mistakes[:2]
    replayed, first_began = threading.Event(), threading.Event()
    beside: list[bool] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if order.tag.endswith(f"{first.id}-cold"):
            first_began.set()
            beside.append(replayed.wait(0.5))
        elif order.tag.endswith(f"{second.id}-cold"):
            # First builds go together: most of the time of mistakes is theirs.
            assert first_began.wait(5)
        elif second.id in order.tag:
            replayed.set()
        return TOOLS

    here.engine.content = content
    found = at_once(
        {
            one.id: partial(here.measure, of_mistake(here.lab, one, tmp_path), Samples(1, 1))
            for one in (first, second)
        },
        2,
    )
    assert beside == [False]
    assert replayed.is_set(), "it comes when the first build has ended"
    assert list(found[first.id].builds) == list(found[second.id].builds)


def test_a_learners_file_is_built_apart_from_the_variants(here: Here) -> None:
    here.measure(of_learner(here.lab, here.lab.dockerfile("bad"), fake_bench.LIMITS), Samples(1, 1))
    assert here.marks == ["build-cache-yours-1"]
    assert here.engine.orders[0].no_cache is False


def test_a_learner_is_told_the_same_whether_its_steps_are_done_in_turn_or_beside(
    here: Here,
) -> None:
    here.with_probes("files", "stop")
    mine, planned = (
        of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS),
        steps(here.lab, QUICK),
    )
    here.engine.builds = [Built((), 1.0)] * 8
    in_turn = here.measurer.measure(mine, planned)
    heard: list[frozenset[PlanStep]] = []
    beside = here.measurer.measure_beside(mine, planned, lambda _, done: heard.append(done))
    assert list(beside.builds) == list(in_turn.builds) == ["cold", *here.lab.replays]
    for name in beside.builds:
        assert beside.builds[name].new_disk_bytes == in_turn.builds[name].new_disk_bytes
    assert (beside.probed, beside.starts["bare"].uid) == (in_turn.probed, 1000)
    assert [len(done) for done in heard] == [*range(1, len(planned) + 1)]
    assert heard[0] == {planned[0]}, "nothing begins before the first build has ended"
    assert heard[-1] == {*planned}


def test_a_build_that_takes_nothing_from_the_cache_runs_beside_none_that_does(here: Here) -> None:
    changed = threading.Condition()
    running: list[bool] = []
    beside: set[tuple[bool, bool]] = set()
    made = here.engine.build

    def build(order: BuildOrder, on_step: Any = None) -> Built:
        with changed:
            running.append(order.no_cache)
            beside.update(itertools.combinations(sorted(running), 2))
            changed.notify_all()
            # Another one has the time to come.
            changed.wait_for(lambda: len(running) > 1, timeout=0.3)
        try:
            return made(order, on_step)
        finally:
            with changed:
                running.remove(order.no_cache)

    here.engine.build = build  # type: ignore[method-assign]
    good = replace(of_variant(here.lab, "good"), cache_of="good")
    each = [replace(good, name=f"n{n}", fresh=n % 4 < 2) for n in range(8)]
    work = {one.name: partial(here.measurer.measure, one, (BuildImage("cold", 1),)) for one in each}
    at_once(work, 2)
    assert beside == {(False, False), (True, True)}


def test_an_image_starts_beside_its_rebuilds_and_its_layers_are_read_behind_them(
    here: Here,
) -> None:
    started = threading.Event()
    here.measurer._engine.runs = lambda *_: started.set() or Program(port=here.port)
    beside: list[bool] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        if not order.tag.endswith("-cold"):
            beside.append(started.wait(10))
        return TOOLS

    here.engine.content = content
    told: list[tuple[int, bool, bool]] = []

    def heard(found: Any, done: frozenset[PlanStep]) -> None:
        layers = any(isinstance(one, InspectImages) for one in done)
        told.append((len(found.builds), ServeImage(1) in done, layers))
        # A start that answered just now is told of a moment later.
        assert found.boot.answered or ServeImage(1) not in done

    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    here.measurer.measure_beside(mine, steps(here.lab, QUICK), heard)
    assert beside == [True] * len(here.lab.replays)
    assert all(builds == 1 + len(here.lab.replays) for builds, _, layers in told if layers)


def test_a_start_lets_one_rebuild_from_the_cache_go_first_where_its_layers_are_read(
    here: Here,
) -> None:
    began: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        began.append("first build" if order.tag.endswith("-cold") else "rebuild")
        return TOOLS

    def runs(*_: object) -> Program:
        began.append("start")
        return Program(port=here.port)

    here.engine.content, here.measurer._engine.runs = content, runs
    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    of_a_rebuild = Claim(id="it", says="", measure="edit-source.new_transfer_bytes", at_most=1)
    of_the_image = Claim(id="it", says="", measure="disk_bytes", at_most=1)
    for claim, order in (
        (of_a_rebuild, ["first build", "rebuild", "start"]),
        (of_the_image, ["first build", "start"]),
    ):
        here.measurer.measure_beside(mine, steps_for(here.lab, [claim]), lambda *_: None)
        assert began == order
        began.clear()


def test_builds_may_come_first_one_after_the_other(here: Here) -> None:
    at_work: list[str] = []

    def content(order: BuildOrder) -> dict[str, Any]:
        assert at_work == [], "one build at a time"
        at_work.append(order.tag)
        time.sleep(0.02)
        at_work.clear()
        return TOOLS

    here.engine.content = content
    heard: list[frozenset[PlanStep]] = []
    mine, planned = of_learner(here.lab, here.lab.dockerfile("good")), steps(here.lab, QUICK)
    here.measurer.measure_beside(
        mine, planned, lambda _, done: heard.append(done), builds_first=True
    )
    builds = [one for one in planned if isinstance(one, BuildImage)]
    assert [frozenset(builds[: n + 1]) for n in range(len(builds))] == heard[: len(builds)]
    assert heard[-1] == {*planned}


def test_a_fault_of_a_step_ends_those_beside_it(here: Here) -> None:
    here.engine.builds = [Built((), 1.0), StepFailed("it broke")]
    mine = of_learner(here.lab, here.lab.dockerfile("good"), fake_bench.LIMITS)
    with pytest.raises(StepFailed, match="it broke"):
        here.measurer.measure_beside(mine, steps(here.lab, QUICK), lambda *_: None)
    assert here.engine.programs == {}, "no container is left"


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


def test_a_replay_edits_the_copy_anew_for_every_sample(here: Here) -> None:
    here.measure(of_variant(here.lab, "good"), Samples(1, 2))
    texts = [files["views.py"] for files in here.engine.contexts]
    assert texts == [
        *["x = 1\n"] * 3,
        "x = 1\n# edited run-1-build-cache-good-1",
        "x = 1\n# edited run-1-build-cache-good-2",
        *["x = 1\n"] * 2,
    ]
    assert [path for path in (here.folder / "scratch").glob("context-*")] == []


def test_the_secret_of_the_run_is_in_arguments_secrets_and_for_the_probe(here: Here) -> None:
    secret = here.measurer.canary
    here.engine.content = lambda order: {"etc/leak": file(order.build_args["A"].encode())}
    here.with_probes("secrets")
    given = {"build_args": {"A": "a-{canary}"}, "secrets": {"token": "{canary}"}}
    found = here.measure(changed(here, **given), Samples(1, 1))
    assert here.engine.orders[0].build_args == {"A": f"a-{secret}"}
    assert here.engine.secrets[0] == {"token": secret}
    assert found.probed["secrets_in_layers"] == 1


def test_a_probe_builds_another_stage_with_the_cache(here: Here) -> None:
    here.with_probes("set")
    found = here.measure(changed(here, targets=("web",)), Samples(1, 1))
    order = here.engine.orders[-1]
    assert (order.target, order.no_cache) == ("web", False)
    assert order.tag.endswith("-good-target-web")
    assert not order.context.exists()
    assert found.probed["images"] == 2


def test_a_page_that_does_not_come_ends_the_measurement(here: Here) -> None:
    here.pages = [None]
    with pytest.raises(NeverAnswered, match="its last lines"):
        here.measure(of_variant(here.lab, "good"), Samples(1, 1))


def test_a_trap_and_a_learners_file_may_be_silent_and_are_waited_for_once(here: Here) -> None:
    here.with_probes("stop")
    silent = Boot(answered=False)
    trap = of_variant(with_trap(here.lab), "good")
    for candidate in (trap, of_learner(here.lab, here.lab.dockerfile("bad"), fake_bench.LIMITS)):
        here.pages = [None]
        found = here.measure(candidate, Samples(1, 3))
        assert found.boot == silent
        assert here.pages == []
        told = here.measurer.silence[candidate.name]
        assert "before it answered. Its last lines:\nits last lines\nwhy: " in told
        assert told in here.said
        assert found.timings == {}, "there is nothing to stop"


@pytest.mark.parametrize("second", [b"another page", None])
def test_two_starts_must_show_one_page(here: Here, second: bytes | None) -> None:
    here.pages = [b"a page", second]
    with pytest.raises(UnsteadyMeasure if second else NeverAnswered):
        here.measure(of_variant(here.lab, "good"), Samples(1, 2))


def test_every_sample_must_run_the_same_steps(here: Here) -> None:
    ran, cached = (BuildStep(name="RUN x", cached=was, seconds=1.0) for was in (False, True))
    here.engine.builds = [Built((ran,), 1.0), Built((cached,), 1.0)]
    with pytest.raises(UnsteadyMeasure, match="sample 2 of `cold` ran different steps"):
        here.measure(of_variant(here.lab, "good"), Samples(2, 1))


def test_a_recorded_build_gives_the_steps_of_a_variant(here: Here) -> None:
    recorded = (Path(__file__).parent / "data" / "build.rawjson").read_text("utf-8")
    here.engine.builds = [recorded.splitlines()]
    found = here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    steps = found.builds["cold"].steps
    assert [step.name for step in steps] == ["COPY a.txt .", "RUN python -c \"print('hi')\""]
    assert found.builds["cold"].steps_run == 2


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("ERROR: failed to solve: dockerfile parse error on line 3", DockerfileInvalid),
        ("ERROR: failed to solve: no space left on device", DiskFull),
        ("ERROR: error during connect: EOF", EngineLost),
        ("ERROR: failed to solve: nobody knows", BuilderUnusable),
    ],
)
def test_a_recorded_fault_is_explained(here: Here, said: str, fault: type[Exception]) -> None:
    here.engine.builds = [[said]]
    with pytest.raises(fault, match=r"good\.Dockerfile"):
        here.measure(of_variant(here.lab, "good"), Samples(1, 1))


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
