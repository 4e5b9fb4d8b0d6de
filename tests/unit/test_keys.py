"""When a lab is measured again: what decides a number, and what does not."""
# ruff: noqa: F401, F811  # the fixture `world` is imported

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace

import factory
import fake_bench
import made_labs
import pytest
from measured_world import EXERCISE, HARMLESS, LABS, SLUG, World, world

from advices import images, results
from advices.bases.versions import Contents
from advices.measure import Kept, keyed
from advices.measure.plan import Samples


def test_nothing_changed(world: World) -> None:
    standing = world.standing()
    assert standing.why == ()
    assert standing.kept.holds_all(world.lab())
    assert standing.kept.result == results.load(world.layout.results, SLUG)


MEASURES: dict[str, tuple[Callable[[World], object], str]] = {
    "a Dockerfile": (
        lambda w: w.edit(f"{LABS}/cache-mount.Dockerfile", "USER 1000", "USER 1001"),
        "the Dockerfile of cache-mount",
    ),
    "a file of the context": (
        lambda w: w.write("labs/app/views.py", "x = 2\n"),
        "the context of bad; the context of good; the context of cache-mount; "
        "exercise: the context of bad; exercise: the context of good",
    ),
    "a file that may be executed": (
        lambda w: (w.layout.labs / "app/views.py").chmod(0o755),
        "the context of bad; the context of good; the context of cache-mount; "
        "exercise: the context of bad; exercise: the context of good",
    ),
    "what a build gets": (
        lambda w: w.edit(
            f"{LABS}/lab.toml",
            "[replays.unch",
            'build_args = { A = "1" }\n\n[replays.unch',
        ),
        "the build command of cache-mount",
    ),
    "a file laid over the context": (
        lambda w: [
            w.edit(f"{LABS}/lab.toml", "[variants.good]", 'overlay = "more"\n\n[variants.good]'),
            w.write(f"{LABS}/more/deep/a.py", "x = 1\n"),
        ],
        "the context of bad",
    ),
    "a file that is left out": (
        lambda w: w.edit(
            f"{LABS}/lab.toml", "[variants.good]", 'leaves_out = ["views.py"]\n\n[variants.good]'
        ),
        "the context of bad",
    ),
    "a replay": (
        lambda w: w.edit(f"{LABS}/lab.toml", "# edited {sample}", "# {sample}"),
        "the replay edit-source",
    ),
    "how it is served": (
        lambda w: w.edit(f"{LABS}/lab.toml", "[variants.b", "[serve]\nport = 80\n\n[variants.b"),
        "the serve table; the options of containers",
    ),
    "a claim about a time": (
        lambda w: w.edit(
            f"{LABS}/lab.toml",
            "[[claims]]",
            '[[claims]]\nid = "quick"\nsays = ""\nmeasure = "cold.seconds"\nat_most = 9\n'
            "fails_for = []\n\n[[claims]]",
        ),
        "what is timed alone",
    ),
    "the samples": (lambda w: setattr(w, "samples", Samples(1, 1)), "samples and steps"),
    "the base": (
        lambda w: setattr(w.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
        "the base python:3.14-slim",
    ),
    "its packages": (
        lambda w: setattr(
            w.machine, "base", replace(fake_bench.BASE, contents=Contents("sha256:3", ()))
        ),
        "the base python:3.14-slim",
    ),
    "the engine": (
        lambda w: setattr(w.machine, "facts", replace(w.machine.facts, version="28.0.0")),
        "the engine",
    ),
    "buildx": (lambda w: setattr(w.machine, "buildx", "0.14.0"), "buildx"),
    "where pip looks": (
        lambda w: setattr(w.machine, "pip_conf", "[global]"),
        "the way to packages",
    ),
    "the solution": (
        lambda w: w.edit(f"{EXERCISE}/solution.Dockerfile", "USER 1000", "USER 1001"),
        "exercise: the Dockerfile of good",
    ),
    "the base is gone": (
        lambda w: setattr(w.machine, "base", None),
        "an image that it needs is not here yet; exercise: an image that it needs is not here yet",
    ),
    "the result is gone": (
        lambda w: (w.layout.results / f"{SLUG}.json").unlink(),
        "there is no result",
    ),
    "the exercise's result is gone": (
        lambda w: (w.layout.exercise_results / f"{SLUG}.json").unlink(),
        "exercise: there is no result",
    ),
}


@pytest.mark.parametrize(("change", "why"), MEASURES.values(), ids=MEASURES.keys())
def test_what_decides_a_number_is_measured_again_and_named(
    change: Callable[[World], object], why: str, world: World
) -> None:
    change(world)
    standing = world.standing()
    assert "; ".join(standing.why) == why
    assert not standing.kept.holds_all(world.lab())


def test_another_compressor_measures_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "COMPRESSOR", "deflate 9")
    assert world.standing().why == ("the compressor",)


def test_a_result_from_before_keys_had_parts_is_measured_again(world: World) -> None:
    found = results.load(world.layout.results, SLUG)
    source = found.provenance.model_copy(update={"key_parts": None})
    results.save(world.layout.results, found.model_copy(update={"provenance": source}))
    assert world.standing().why == ("its result has no parts of a key",)


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_what_decides_no_number_measures_nothing(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.standing().why == ()


def test_a_mistake_has_a_key_of_its_own(world: World) -> None:
    world.edit(f"{LABS}/lab.toml", 'replace = "USER 1000', 'by = "USER 0\\n"\nreplace = "USER 1000')
    standing = world.standing()
    assert standing.why == ("mistakes no-user",)
    assert standing.kept.result is not None
    assert set(standing.kept.mistakes) == {"all-first"}


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.edit(f"{LABS}/lab.toml", "at_most = 0.1", "at_most = 0.2"),
        lambda w: w.edit(f"{LABS}/bad.Dockerfile", "COPY . .", "COPY . ./"),
        lambda w: w.edit(f"{LABS}/good.Dockerfile", "CMD", "ENV A=1\nCMD"),
        lambda w: w.write("labs/app/views.py", "x = 2\n"),
    ],
    ids=["a claim that it judges", "what a claim compares with", "good", "context"],
)
def test_all_that_decides_a_mistake_proves_it_again(
    change: Callable[[World], object], world: World
) -> None:
    change(world)
    assert world.standing().kept.mistakes == {}


def test_a_mistake_keeps_its_proof_when_another_variant_changes(world: World) -> None:
    world.edit(f"{LABS}/cache-mount.Dockerfile", "USER 1000", "USER 1001")
    kept = world.standing().kept
    assert (kept.result, set(kept.mistakes)) == (None, {"all-first", "no-user"})


ELSEWHERE: dict[str, tuple[Callable[[World], object], str]] = {
    "another engine": (
        lambda w: setattr(w.machine, "facts", replace(w.machine.facts, version="28.0.0")),
        "the engine",
    ),
    "a base that moved": (
        lambda w: setattr(w.machine, "base", replace(fake_bench.BASE, identity="sha256:2")),
        "the base python:3.14-slim",
    ),
}


@pytest.fixture
def elsewhere(world: World) -> World:
    """Return the world on another machine."""
    ELSEWHERE["another engine"][0](world)
    return world


@pytest.mark.parametrize(("change", "why"), ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_on_another_machine_or_image_proofs_stand(
    change: Callable[[World], object], why: str, world: World
) -> None:
    change(world)
    elsewhere, standing = world, world.standing()
    assert standing.why == (why,)
    assert standing.kept.result is None
    assert [one.elsewhere for one in standing.kept.mistakes.values()] == [True, True]
    assert standing.kept.of_exercise().holds_all(elsewhere.lab().its_exercise())


def test_on_another_machine_it_is_the_turn_of_some(elsewhere: World) -> None:
    kept = elsewhere.standing(f"{SLUG} all-first").kept
    assert set(kept.mistakes) == {"no-user"}
    assert kept.of_exercise().result is not None
    exercise = elsewhere.standing(f"{SLUG} exercise")
    assert exercise.why == ("the engine", "exercise: the engine")
    assert set(exercise.kept.mistakes) == {"all-first", "no-user"}
    # A mistake of the exercise is judged beside a solution of this machine.
    mistake = elsewhere.standing(f"{SLUG} exercise no-user")
    assert mistake.kept.of_exercise() == Kept()


def test_what_was_proved_elsewhere_stands_in_the_next_run(elsewhere: World) -> None:
    kept, lab = elsewhere.standing().kept, elsewhere.lab()
    stored = results.load(elsewhere.layout.results, SLUG)
    facts = elsewhere.machine.facts
    here = stored.provenance.model_copy(update={"engine_version": facts.version})
    measured = stored.model_copy(update={"provenance": here, "mistakes": kept.mistakes})
    results.save(elsewhere.layout.results, keyed(elsewhere.keys(), lab, kept, measured))
    # Nothing is measured because its day has come.
    assert elsewhere.standing(f"{SLUG} all-first").why == ()
    elsewhere.edit(
        f"{LABS}/lab.toml", 'replace = "USER 1000', 'by = "USER 0\\n"\nreplace = "USER 1000'
    )
    assert elsewhere.standing().why == ("mistakes no-user",)


def test_todays_words_of_a_mistake_are_kept_with_it(world: World) -> None:
    world.edit(f"{LABS}/lab.toml", "The USER line is missing.", "USER is gone.")
    assert world.standing().kept.mistakes["no-user"].says == "USER is gone."


def test_a_scanner_counts_for_a_lab_that_scans(world: World) -> None:
    before = world.keys().parts(world.lab())
    world.machine.scanner = SimpleNamespace(identity="sha256:9")
    assert world.keys().parts(world.lab()) == before
    toml = 'probes = ["web-scan"]\nscan = { scanners = ["wapiti"] }\n'
    world.write(f"{LABS}/lab.toml", toml + made_labs.LAB)
    found = world.keys().parts(world.lab())
    world.machine.scanner = None
    other = world.keys().parts(world.lab())
    assert found is not None
    assert other is not None
    assert results.why_changed(found, other) == ("the scanner wapiti",)
