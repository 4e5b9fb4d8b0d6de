"""A made-up exercise on a bench whose measurements a test chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factory
import fake_bench
import made_labs
import pytest

from advices.lab.model import Lab
from advices.results.record import Boot, VariantResult

SOUND = factory.variant()
ROOT = SOUND.model_copy(update={"boot": Boot(answered=True, uid=0, page_digest="c" * 64)})
LARGE = factory.variant(scale=3)


@pytest.fixture
def exercise(tmp_path: Path) -> Lab:
    return made_labs.read_exercise(tmp_path)


def bench(exercise: Lab, **given: VariantResult | Exception) -> Any:
    both = {"bad": LARGE.model_copy(update={"boot": ROOT.boot}), "good": SOUND}
    return fake_bench.FakeBench(exercise, **{**both, "mistake_no_user": ROOT, **given})


TWO = (
    made_labs.EXERCISE
    + """
[[mistakes]]
id = "too"
says = "The same once more."
replace = "WORKDIR /app"
breaks = ["not-root"]
hint = "The same."
"""
)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "mine").write_text("FROM python:3.14-slim\n")
    return tmp_path / "mine"
