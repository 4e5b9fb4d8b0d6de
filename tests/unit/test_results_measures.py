"""The measures of a record: of a start, of a variant, of builds and timings."""

from __future__ import annotations

from typing import Any

import factory
import pytest

from advices import results
from advices.core import ResultInvalid
from advices.lab.measure_name import MeasureName
from advices.results.record import Boot, Step

FULL = Boot(
    answered=True,
    status=404,
    first_200=results.Timing(samples=(3.0, 1.0, 2.0)),
    uid=0,
    capabilities=0,
    page_digest="page",
    answer_digest="answer",
)


@pytest.mark.parametrize(
    ("boot", "start", "measures"),
    [
        (
            FULL,
            "",
            {"answered": True, "first_200_seconds": 2.0, "uid": 0, "page_digest": "page"},
        ),
        (
            FULL,
            "bare",
            {
                "bare.answered": True,
                "bare.first_200_seconds": 2.0,
                "bare.uid": 0,
                "bare.page_digest": "page",
                "bare.status": 404,
                "bare.capabilities": 0,
            },
        ),
        # A container that did not answer shows nothing else.
        (Boot(answered=False), "", {"answered": False}),
        (Boot(answered=False), "bare", {"bare.answered": False}),
    ],
)
def test_the_measures_of_a_start(boot: Boot, start: str, measures: dict[str, Any]) -> None:
    assert factory.by_text(boot.measures(start)) == measures


def test_starts_and_probes_are_among_the_measures_of_a_variant() -> None:
    plain = factory.variant()
    more = plain.model_copy(
        update={
            "starts": {"bare": Boot(answered=False), "two": Boot(answered=True, uid=7)},
            "behaviours": 2,
            "probed": {"shells": 3},
            "timings": {"stop_seconds": results.Timing(samples=(3.0, 1.0, 2.0))},
        }
    ).measures()
    assert {str(name): more[name] for name in more.keys() - plain.measures().keys()} == {
        "bare.answered": False,
        "two.answered": True,
        "two.uid": 7,
        "behaviours": 2,
        "shells": 3,
        "stop_seconds": 2.0,
    }


@pytest.mark.parametrize(
    ("variant", "measure", "what", "why"),
    [
        ("best", "disk_bytes", "no variant `best`", "it has bad, good, cache-mount"),
        ("good", "weight", "no measure `weight`", "it has disk_bytes, transfer_bytes, "),
        ("good", "warm.steps_run", "no measure `warm.steps_run`", "cold.steps_run"),
    ],
)
def test_an_unknown_name_is_told_what_exists(
    variant: str, measure: str, what: str, why: str
) -> None:
    with pytest.raises(ResultInvalid, match=what) as raised:
        factory.result().value(variant, MeasureName.parse(measure))
    assert why in raised.value.why


def test_measures_are_computed_from_the_records() -> None:
    found = factory.variant(
        cold=factory.build(run=4, cached=1, seconds=10.0, new_bytes=7)
    ).measures()
    assert factory.by_text(found) == {
        "disk_bytes": 140_000_000,
        "transfer_bytes": 50_000_000,
        "context_bytes": 20_000,
        "layers": 2,
        "answered": True,
        "first_200_seconds": 0.9,
        "uid": 1000,
        "page_digest": "c" * 64,
        "cold.steps_run": 4,
        "cold.steps_cached": 1,
        "cold.new_disk_bytes": 21,
        "cold.new_transfer_bytes": 7,
        "cold.longest_step_seconds": 0.5,
        "cold.seconds": 10.0,
    }


def test_a_changed_copy_has_measures_of_its_own() -> None:
    variant = factory.result().variants["good"]
    before = variant.measures()
    assert variant.measures() is before, "found out once"
    changed = variant.model_copy(update={"context_bytes": variant.context_bytes + 1})
    name = MeasureName("context_bytes")
    assert changed.measures()[name] == before[name] + 1
    assert changed != variant and variant.model_copy() == variant


def test_the_longest_step_is_one_that_ran() -> None:
    ran = [Step(name=f"RUN {n}", cached=False, seconds=n) for n in (1.5, 7.25, 2.0)]
    kept = Step(name="COPY", cached=True, seconds=9.0)
    made = factory.build().model_copy(update={"steps": (kept, *ran)})
    assert made.longest_step_seconds == 7.25
    assert factory.build(run=0).longest_step_seconds == 0


def test_the_cold_build_comes_first() -> None:
    assert results.replay_names(factory.result()) == (
        *("cold", "unchanged", "edit-source", "add-dependency"),
    )
    builds = {"edit": factory.build(), "cold": factory.build()}
    result = factory.result().model_copy(update={"variants": {"good": factory.variant(**builds)}})
    assert results.replay_names(result) == ("cold", "edit")


@pytest.mark.parametrize(
    ("samples", "median", "spread"),
    [((1.0,), 1.0, (1.0, 1.0)), ((3.0, 1.0, 2.0), 2.0, (1.0, 3.0)), ((1.0, 2.0), 1.5, (1.0, 2.0))],
)
def test_timings(samples: tuple[float, ...], median: float, spread: tuple[float, float]) -> None:
    timing = results.Timing(samples=samples)
    assert (timing.median, timing.spread) == (median, spread)
