"""An engine without a registry that has stand-ins and official images, and the bases on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from memory_engine import MemoryEngine

from advices.bases import Bases, versions
from advices.bases.stand_ins import StandIns
from advices.engine import BASE_LABEL, split
from advices.images import LayerMemory
from advices.packages import proxy

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "labs" / "bases"
WITH_GCC = """\
FROM python:3.14-alpine AS alpine-with-gcc
# The compiler.
RUN apk add --no-cache gcc musl-dev

FROM alpine-with-gcc
RUN pip install lz4
"""

DIGEST = f"sha256:{'1' * 64}"
CONTENTS = versions.of_lines("python\t3.13.5\n")
LABELS = versions.labels(CONTENTS)


def engine_with(*official: str, stand_ins: bool = True, labels: Any = LABELS) -> MemoryEngine:
    """Return an engine without a registry: it has stand-ins, and the official images told."""
    engine = MemoryEngine()
    for name in official:
        engine.add(name, repo_digests=(f"{split(name).repository}@{DIGEST}",))
    if stand_ins:
        made = StandIns(engine, RECIPES, print)
        for name in (*made.recipes.bases, *made.recipes.stages):
            engine.add(made.tag(name), config={"Labels": {**labels, BASE_LABEL: name}})
    return engine


@pytest.fixture(autouse=True)
def _no_index(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "host_settings", lambda: None)


def on(engine: MemoryEngine, say: Callable[[str], None] = print) -> Bases:
    return Bases(engine, RECIPES, LayerMemory(), say)
