"""The plan of a lab is data: what will be done, in which order, without doing it."""

from __future__ import annotations

from pathlib import Path

import pytest

from advices.errors import LabInvalid
from advices.lab import Lab, Replay, Variant
from advices.plan import BuildImage, InspectImage, PlanStep, Samples, ServeImage, steps

LAB = Lab(
    slug="order",
    folder=Path("order"),
    title="Order",
    advice="Order well.",
    context=Path("app"),
    headline="disk_bytes",
    variants={
        "bad": Variant(dockerfile="bad.Dockerfile", says="bad"),
        "good": Variant(dockerfile="good.Dockerfile", says="good"),
    },
    replays={
        "unchanged": Replay(says="nothing"),
        "edit": Replay(says="an edit", file="views.py", append="# {sample}"),
    },
    claims=(),
)
ONE = [
    BuildImage("good", "cold", 1),
    InspectImage("good", "cold"),
    ServeImage("good", 1),
    BuildImage("good", "unchanged", 1),
    InspectImage("good", "unchanged"),
    BuildImage("good", "edit", 1),
    InspectImage("good", "edit"),
]
MANY = [
    BuildImage("good", "cold", 1),
    BuildImage("good", "cold", 2),
    InspectImage("good", "cold"),
    ServeImage("good", 1),
    ServeImage("good", 2),
    BuildImage("good", "unchanged", 1),
    InspectImage("good", "unchanged"),
    BuildImage("good", "unchanged", 2),
    BuildImage("good", "edit", 1),
    InspectImage("good", "edit"),
    BuildImage("good", "edit", 2),
]


@pytest.mark.parametrize(("samples", "wanted"), [(Samples(1, 1), ONE), (Samples(2, 2), MANY)])
def test_the_exact_steps(samples: Samples, wanted: list[PlanStep]) -> None:
    assert list(steps(LAB, "good", samples)) == wanted


def test_only_the_first_build_is_cold() -> None:
    builds = [step for step in steps(LAB, "bad", Samples()) if isinstance(step, BuildImage)]
    assert [step.cold for step in builds] == [True] + [False] * 6


def test_a_lab_without_replays_is_built_and_served() -> None:
    lab = LAB.model_copy(update={"replays": {}})
    kinds = [type(step) for step in steps(lab, "bad", Samples(1, 1))]
    assert kinds == [BuildImage, InspectImage, ServeImage]


def test_an_unknown_variant_has_no_plan() -> None:
    with pytest.raises(LabInvalid, match="no variant `best`"):
        steps(LAB, "best", Samples())
