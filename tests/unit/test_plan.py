"""The plan of a lab is data: what will be done, in which order, without doing it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from advices.lab.model import AnotherStart, Claim, Lab, Replay, Variant
from advices.measure.plan import (
    BuildImage,
    InspectImages,
    PlanStep,
    ProbeImage,
    Samples,
    ServeImage,
    StartImage,
    enough_steps,
    for_variant,
    is_timed,
    says,
    steps,
    steps_for,
)

LAB = Lab(
    slug="order",
    folder=Path("order"),
    title="Order",
    advice="Order well.",
    context=Path("app"),
    headline="disk_bytes",
    probes=("files", "user"),
    variants={
        "bad": Variant(dockerfile="bad.Dockerfile", says="bad"),
        "good": Variant(dockerfile="good.Dockerfile", says="good"),
    },
    replays={
        "unchanged": Replay(says="nothing"),
        "edit": Replay(says="an edit", file="views.py", append="# {sample}"),
    },
    starts={
        "bare": AnotherStart(says="bare", read_only=True),
        "one": AnotherStart(says="one", env={"A": "1"}),
        "two": AnotherStart(says="two", env={"A": "2"}),
    },
    claims=(),
)
LOOKS: list[PlanStep] = [
    StartImage("bare"),
    StartImage("one"),
    StartImage("two"),
    ProbeImage("files"),
    ProbeImage("user"),
]
ONE = [
    BuildImage("cold", 1),
    BuildImage("unchanged", 1),
    BuildImage("edit", 1),
    InspectImages(("cold", "unchanged", "edit")),
    ServeImage(1),
    *LOOKS,
]
MANY = [
    BuildImage("cold", 1),
    BuildImage("cold", 2),
    BuildImage("unchanged", 1),
    BuildImage("unchanged", 2),
    BuildImage("edit", 1),
    BuildImage("edit", 2),
    InspectImages(("cold", "unchanged", "edit")),
    ServeImage(1),
    ServeImage(2),
    *LOOKS,
]


@pytest.mark.parametrize(("samples", "wanted"), [(Samples(1, 1), ONE), (Samples(2, 2), MANY)])
def test_the_exact_steps(samples: Samples, wanted: list[PlanStep]) -> None:
    assert list(steps(LAB, samples)) == wanted


def test_only_the_first_build_is_cold() -> None:
    builds = [step for step in steps(LAB, Samples()) if isinstance(step, BuildImage)]
    assert [step.cold for step in builds] == [True] + [False] * 6


def test_a_lab_without_replays_is_built_and_served() -> None:
    lab = LAB.model_copy(update={"replays": {}, "starts": {}, "probes": ()})
    kinds = [type(step) for step in steps(lab, Samples(1, 1))]
    assert kinds == [BuildImage, InspectImages, ServeImage]


def test_a_replay_may_leave_out_variants() -> None:
    edit = LAB.replays["edit"].model_copy(update={"variants": ("bad",)})
    lab = LAB.model_copy(update={"replays": {**LAB.replays, "edit": edit}})
    assert list(for_variant(lab, "bad", ONE)) == ONE
    assert list(for_variant(lab, "good", MANY)) == [
        BuildImage("cold", 1),
        BuildImage("cold", 2),
        BuildImage("unchanged", 1),
        BuildImage("unchanged", 2),
        InspectImages(("cold", "unchanged")),
        ServeImage(1),
        ServeImage(2),
        *LOOKS,
    ]


def test_a_start_and_a_probe_may_leave_out_variants() -> None:
    one = LAB.starts["one"].model_copy(update={"variants": ("bad",)})
    only = {"starts": {**LAB.starts, "one": one}, "probed": {"user": ("bad",)}}
    lab = LAB.model_copy(update=only)
    assert list(for_variant(lab, "bad", ONE)) == ONE
    left = [step for step in ONE if step not in (StartImage("one"), ProbeImage("user"))]
    assert list(for_variant(lab, "good", ONE)) == left


COLD_LAYERS = InspectImages(("cold",))


@pytest.mark.parametrize(
    ("measures", "before", "after"),
    [
        ([], [], []),
        (["uid"], [], []),
        (["disk_bytes", "uid"], [COLD_LAYERS], []),
        (["cold.new_disk_bytes"], [COLD_LAYERS], []),
        (["layers"], [COLD_LAYERS], []),
        (["shells"], [], [ProbeImage("files")]),
        (["hidden_bytes", "setuid_files"], [], [ProbeImage("files")]),
        (["writable_app_files"], [], [ProbeImage("user")]),
        (["bare.answered"], [], [StartImage("bare")]),
        # The measure of a start is not the measure of that name that a probe gives.
        (["two.capabilities"], [], [StartImage("two")]),
        (["capabilities"], [], [ProbeImage("user")]),
        (["behaviours"], [], [StartImage("one"), StartImage("two")]),
        # A score over several steps is wrong if one of them is left out.
        (
            ["factors_met"],
            [],
            [StartImage("one"), StartImage("two"), *map(ProbeImage, LAB.probes)],
        ),
        (["edit.steps_run"], [BuildImage("edit", 1)], []),
        # New bytes are those that the first build's layers have not.
        (
            ["edit.new_transfer_bytes"],
            [BuildImage("edit", 1), InspectImages(("edit",))],
            [],
        ),
        # A probe reads the first build's layers anyhow: one `docker save` for both.
        (
            ["edit.new_transfer_bytes", "shells"],
            [BuildImage("edit", 1), InspectImages(("cold", "edit"))],
            [ProbeImage("files")],
        ),
        (
            ["unchanged.steps_run", "shells", "bare.uid"],
            [BuildImage("unchanged", 1)],
            [StartImage("bare"), ProbeImage("files")],
        ),
    ],
)
def test_only_what_claims_need_is_done_once(
    measures: list[str], before: list[PlanStep], after: list[PlanStep]
) -> None:
    claims = [Claim(id="it", says="", measure=measure, equals=1) for measure in measures]
    wanted = [BuildImage("cold", 1), *before, ServeImage(1), *after]
    assert list(steps_for(LAB, claims)) == wanted


@pytest.mark.parametrize(
    ("measure", "timed"),
    [
        ("cold.seconds", [BuildImage("cold", 1)]),
        ("edit.seconds", [BuildImage("edit", sample) for sample in (1, 2, 3)]),
        ("edit.longest_step_seconds", [BuildImage("edit", sample) for sample in (1, 2, 3)]),
        ("first_200_seconds", [ServeImage(sample) for sample in (1, 2, 3)]),
        ("bare.first_200_seconds", [StartImage("bare")]),
        ("cold.steps_run", []),
        ("uid", []),
    ],
)
def test_a_step_is_timed_where_a_claim_is_about_its_time(
    measure: str, timed: list[PlanStep]
) -> None:
    claim = Claim(id="it", says="", measure=measure, at_most=1)
    lab = LAB.model_copy(update={"claims": (claim,)})
    assert [step for step in steps(lab, Samples(1, 1)) if is_timed(lab, step)] == timed


def test_what_needs_no_time_is_done_once() -> None:
    claims = tuple(
        Claim(id=f"c{n}", says="", measure=measure, at_most=1)
        for n, measure in enumerate(("edit.seconds", "edit.steps_run"))
    )
    lab = LAB.model_copy(update={"claims": claims})
    assert steps_for(lab, claims[1:]).count(BuildImage("edit", 2)) == 0
    assert len(steps(lab, Samples(1, 5))) == len(steps(LAB, Samples(1, 5)))


def test_a_probe_is_timed_where_a_claim_is_about_its_time() -> None:
    claim = Claim(id="it", says="", measure="stop_seconds", at_most=1)
    lab = LAB.model_copy(update={"claims": (claim,), "probes": ("files", "stop")})
    assert [step for step in steps(lab, Samples(1, 1)) if is_timed(lab, step)] == [
        ProbeImage("stop")
    ]


def test_every_kind_of_step_says_what_it_is() -> None:
    said = {says(step) for step in steps(LAB, Samples(1, 1))}
    assert {
        "cold, sample 1",
        "layers of cold, unchanged, edit",
        "start, sample 1",
        "start bare",
    } <= said
    assert "probe files" in said
    assert len(said) == len(steps(LAB, Samples(1, 1)))


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        ([{"equals": 1}], 1),
        ([{"at_most": 2}], 2),
        ([{"equals": 1}, {"at_most": 4}], 4),
        # A time is not judged, and another build's steps are another build's.
        ([{"equals": 1}, {"measure": "edit.seconds", "at_most": 1}], 1),
        ([{"equals": 1}, {"measure": "unchanged.steps_run", "at_least": 1}], 1),
        # Only the end tells these.
        ([], None),
        ([{"at_least": 1}], None),
        ([{"equals": 1}, {"at_least": 1}], None),
        ([{"at_most": 0.5, "relative_to": "bad"}], None),
        ([{"equals": 1}, {"measure": "edit.new_transfer_bytes", "at_most": 1}], None),
    ],
)
def test_a_build_with_more_steps_than_claims_allow_need_not_end(
    claims: list[dict[str, Any]], enough: int | None
) -> None:
    made = tuple(
        Claim(id=f"c{n}", says="", **{"measure": "edit.steps_run", **one})
        for n, one in enumerate(claims)
    )
    assert enough_steps(LAB.model_copy(update={"claims": made}), BuildImage("edit", 1)) == enough


def test_a_first_build_always_ends() -> None:
    one = Claim(id="c", says="", measure="cold.steps_run", equals=1)
    assert enough_steps(LAB.model_copy(update={"claims": (one,)}), BuildImage("cold", 1)) is None
