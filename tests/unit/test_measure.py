"""How a candidate is measured, step by step, with an engine in memory."""
# ruff: noqa: F401, F811  # the fixture `here` is imported

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory
import pytest
from layer_tars import file
from measurer_in_memory import Here, here

from advices.core.events import Instruction, Step
from advices.engine.start import Start
from advices.images.memory import LayerMemory
from advices.lab.model import Claim, ScanSettings, Variant
from advices.measure.candidate import Candidate, of_variant
from advices.measure.plan import Samples, steps, steps_for


def changed(here: Here, **change: Any) -> Candidate:
    """Return the good variant with these settings."""
    variant = Variant.model_validate({"dockerfile": "good.Dockerfile", "says": "", **change})
    return Candidate("good", here.lab.dockerfile("good"), variant, cache_of="good")


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


def test_no_step_is_told_of_a_hidden_candidate(here: Here) -> None:
    here.measure(of_variant(here.lab, "good", hidden=True), Samples(1, 1))
    assert here.said == []


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


def test_a_recorded_build_gives_the_steps_of_a_variant(here: Here) -> None:
    recorded = (Path(__file__).parent / "data" / "build.rawjson").read_text("utf-8")
    here.engine.builds = [recorded.splitlines()]
    found = here.measure(of_variant(here.lab, "good"), Samples(1, 1))
    steps = found.builds["cold"].steps
    assert [step.name for step in steps] == ["COPY a.txt .", "RUN python -c \"print('hi')\""]
    assert found.builds["cold"].steps_run == 2
