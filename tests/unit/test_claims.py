"""Claims over a made-up result: each predicate, each kind of value, each demand."""

from __future__ import annotations

import math
from typing import Any

import factory
import pytest
from judged_claims import judge, lab_of

from advices.core import LabInvalid
from advices.lab.model import Claim
from advices.results.claims import Verdict, is_judged, judged, red
from advices.results.record import Boot


def one(**claim: Any) -> Verdict:
    return judge(**{"holds_for": ("good",), "fails_for": (), **claim})[0]


@pytest.mark.parametrize(
    ("claim", "value", "demanded", "holds"),
    [
        # The good image of factory: 140 MB on disk, uid 1000, 2 steps after an edit.
        ({"measure": "edit-source.steps_run", "equals": 2}, 2, "2", True),
        ({"measure": "edit-source.steps_run", "equals": 3}, 2, "3", False),
        ({"measure": "answered", "equals": True}, True, "yes", True),
        ({"measure": "answered", "equals": False}, True, "no", False),
        ({"measure": "page_digest", "equals": "c" * 64}, "c" * 64, "c" * 12, True),
        ({"measure": "page_digest", "equals": "d"}, "c" * 64, "d", False),
        ({"measure": "edit-source.steps_run", "at_most": 2}, 2, "at most 2", True),
        ({"measure": "edit-source.steps_run", "at_most": 1.9}, 2, "at most 1.9", False),
        ({"measure": "uid", "at_least": 1000}, 1000, "at least 1000", True),
        ({"measure": "uid", "at_least": 1001}, 1000, "at least 1001", False),
        ({"measure": "first_200_seconds", "at_most": 1.0}, 0.9, "at most 1.00 s", True),
    ],
)
def test_each_predicate(claim: dict[str, Any], value: object, demanded: str, holds: bool) -> None:
    found = one(**claim)
    assert (found.value, found.demanded, found.holds) == (value, demanded, holds)


@pytest.mark.parametrize(
    ("claim", "value", "demanded", "holds"),
    [
        # bad / good after an edit: 6 and 2 steps; 140 MB and 300 MB on disk.
        ({"measure": "edit-source.steps_run", "at_most": 0.5}, 1 / 3, "at most 50 % of bad", True),
        ({"measure": "edit-source.steps_run", "at_most": 0.3}, 1 / 3, "at most 30 % of bad", False),
        (
            {"measure": "edit-source.steps_run", "at_least": 0.3},
            1 / 3,
            "at least 30 % of bad",
            True,
        ),
        ({"measure": "disk_bytes", "at_most": 0.5}, 140 / 300, "at most 50 % of bad", True),
        ({"measure": "page_digest", "equals": True}, True, "the same as bad", True),
        ({"measure": "edit-source.steps_run", "equals": True}, False, "the same as bad", False),
        ({"measure": "edit-source.steps_run", "equals": False}, False, "not the same as bad", True),
    ],
)
def test_relative_to_another_variant(
    claim: dict[str, Any], value: object, demanded: str, holds: bool
) -> None:
    found = one(relative_to="bad", **claim)
    assert found.value == (pytest.approx(value) if isinstance(value, float) else value)
    assert (found.demanded, found.holds) == (demanded, holds)


@pytest.mark.parametrize(
    ("good", "bad", "ratio"), [(0, 0, 1.0), (5, 0, math.inf), (0, 5, 0.0), (5, 5, 1.0)]
)
def test_a_ratio_to_nothing(good: int, bad: int, ratio: float) -> None:
    variants = {
        "good": factory.variant(edit=factory.build(run=good)),
        "bad": factory.variant(edit=factory.build(run=bad)),
    }
    result = factory.result().model_copy(update={"variants": variants})
    found = judge(
        result,
        measure="edit.steps_run",
        relative_to="bad",
        at_most=1.0,
        holds_for=("good",),
        fails_for=(),
    )
    assert found[0].value == ratio
    assert found[0].holds == (ratio <= 1)


def test_seconds_are_compared_by_their_median() -> None:
    slow = factory.build(seconds=1.0).model_copy(
        update={"timing": factory.Timing(samples=(1.0, 90.0, 2.0))}
    )
    result = factory.result().model_copy(update={"variants": {"good": factory.variant(edit=slow)}})
    found = judge(result, measure="edit.seconds", at_most=2.0, holds_for=("good",), fails_for=())
    assert (found[0].value, found[0].holds) == (2.0, True)


def test_a_claim_speaks_of_the_variants_that_it_names_in_order() -> None:
    found = judge(measure="uid", equals=1000, holds_for=("good", "cache-mount"))
    assert [(v.variant, v.must_hold) for v in found] == [
        ("good", True),
        ("cache-mount", True),
        ("bad", False),
    ]


@pytest.mark.parametrize(
    ("at_most", "good_as_demanded", "bad_as_demanded"),
    [
        (2, True, True),  # good runs 2 steps and bad 6: as it shall be
        (1, False, True),  # the good variant fails its claim
        (6, True, False),  # the bad variant passes: the lab shows nothing
    ],
)
def test_the_good_variant_must_hold_and_the_bad_one_must_fail(
    at_most: int, good_as_demanded: bool, bad_as_demanded: bool
) -> None:
    good, bad = judge(measure="edit-source.steps_run", at_most=at_most)
    assert (good.variant, good.must_hold, good.as_demanded) == ("good", True, good_as_demanded)
    assert (bad.variant, bad.must_hold, bad.as_demanded) == ("bad", False, bad_as_demanded)


def test_an_unknown_measure_names_those_that_are_there() -> None:
    with pytest.raises(LabInvalid, match="variant `good` has no measure `weight`") as raised:
        one(measure="weight", at_most=1)
    assert "claim `it`" in raised.value.what
    assert "disk_bytes" in raised.value.why


def test_a_variant_that_was_not_measured_is_named() -> None:
    result = factory.result().model_copy(update={"variants": {"good": factory.variant()}})
    with pytest.raises(LabInvalid, match="variant `bad` has no measure") as raised:
        judge(result, measure="uid", equals=0)
    assert raised.value.why == "it has no result"


@pytest.mark.parametrize(
    "claim", [{"at_most": 1}, {"at_least": 1}, {"at_most": 1, "relative_to": "bad"}]
)
def test_text_has_no_order(claim: dict[str, Any]) -> None:
    with pytest.raises(LabInvalid, match="`page_digest` is text and has no order"):
        one(measure="page_digest", **claim)


@pytest.mark.parametrize(
    ("silent", "claim"),
    [
        ("good", {"equals": 0}),
        ("good", {"equals": 1000}),
        ("good", {"at_most": 5000}),
        ("good", {"at_least": 0}),
        ("good", {"equals": True, "relative_to": "bad"}),
        ("bad", {"equals": True, "relative_to": "bad"}),
        ("bad", {"equals": False, "relative_to": "bad"}),
        ("bad", {"at_most": 9.0, "relative_to": "bad"}),
    ],
)
def test_what_a_variant_lacks_makes_its_claims_fail(silent: str, claim: dict[str, Any]) -> None:
    result = factory.result()
    without = result.variants[silent].model_copy(update={"boot": Boot(answered=False)})
    result = result.model_copy(update={"variants": {**result.variants, silent: without}})
    (found,) = judge(result, measure="uid", fails_for=(), **claim)
    assert (found.value, found.holds) == (None, False)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, True),
        ({"measure": "edit.steps_run"}, True),
        ({"measure": "cold.new_disk_bytes"}, True),
        ({"holds_for": ("cache-mount", "good")}, True),
        ({"holds_for": ("cache-mount",)}, False),
        # A mistake and a learner's file are built once, with a warm cache.
        ({"measure": "edit.seconds"}, False),
        ({"measure": "first_200_seconds"}, False),
        ({"measure": "stop_seconds"}, False),
        ({"measure": "cold.steps_run"}, False),
        ({"measure": "cold.steps_cached"}, False),
        ({"measure": "cold.downloaded_files"}, False),
        ({"measure": "cold.downloaded_bytes"}, False),
        ({"measure": "edit.downloaded_files"}, True),
    ],
)
def test_which_claims_are_judged_without_timing(change: dict[str, Any], wanted: bool) -> None:
    claim = Claim(**{"id": "it", "says": "", "measure": "uid", "equals": 1000, **change})
    assert is_judged(claim) == wanted


def test_another_variant_is_judged_by_the_good_one_s_claims() -> None:
    lab = lab_of(
        Claim(id="not-root", says="", measure="uid", equals=1000),
        Claim(id="fast", says="", measure="cold.seconds", at_most=0.0),
        Claim(id="not-mine", says="", measure="uid", equals=0, holds_for=("bad",), fails_for=()),
        Claim(id="small", says="", measure="disk_bytes", at_most=1.0, relative_to="good"),
        Claim(id="few-steps", says="", measure="edit-source.steps_run", at_most=2),
    )
    found = judged(lab, factory.result(), "bad")
    assert [v.claim.id for v in found] == ["not-root", "small", "few-steps"]
    assert all((v.variant, v.must_hold) == ("bad", True) for v in found)
    assert red(found) == ("small", "few-steps")


@pytest.mark.parametrize(
    ("claim", "value", "measured", "demanded"),
    [
        ({"measure": "disk_bytes", "at_most": 5e6}, 12_345_678, "12.3 MB", "at most 5.00 MB"),
        ({"measure": "answered", "equals": True}, False, "no", "yes"),
        ({"measure": "uid", "at_least": 1}, None, "nothing", "at least 1"),
        (
            {"measure": "uid", "at_most": 0.5, "relative_to": "bad"},
            1 / 3,
            "33 %",
            "at most 50 % of bad",
        ),
        (
            {"measure": "uid", "at_most": 1.0, "relative_to": "bad"},
            math.inf,
            "∞",
            "at most 100 % of bad",
        ),
        # A limit is said as it was set, and no rounding may contradict the verdict.
        (
            {"measure": "uid", "at_most": 1.003, "relative_to": "bad"},
            1.0041,
            "100.41 %",
            "at most 100.3 % of bad",
        ),
        (
            {"measure": "uid", "at_most": 1.003, "relative_to": "bad"},
            1.0021,
            "100 %",
            "at most 100.3 % of bad",
        ),
        (
            {"measure": "uid", "equals": True, "relative_to": "bad"},
            False,
            "no",
            "the same as bad",
        ),
    ],
)
def test_a_verdict_says_what_was_measured_and_what_was_demanded(
    claim: dict[str, Any], value: Any, measured: str, demanded: str
) -> None:
    verdict = Verdict(Claim(id="it", says="", **claim), "good", value, False, True)
    assert (verdict.measured, verdict.demanded) == (measured, demanded)
    assert verdict.summary == f"{claim['measure']} is {measured}, claimed {demanded}"
