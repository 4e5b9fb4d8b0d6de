"""The bases of labs as stand-ins: made side by side, each once, and in which order."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from container_programs import printed
from engine_of_bases import (
    RECIPES,
    WITH_GCC,
    _no_index,  # noqa: F401  # a fixture
    engine_with,
    on,
)
from memory_engine import MemoryEngine

from advices.bases.stand_ins import StandIns
from advices.core import at_once
from advices.engine import BASE_LABEL, BuildOrder, Built
from advices.lab.dockerfile import parse_dockerfile
from advices.runs import undisturbed


def lab_of(dockerfile: str) -> Any:
    read = parse_dockerfile(dockerfile)
    return SimpleNamespace(
        variants=("good",), read=lambda _: read, from_names=lambda: read.external_images
    )


@dataclass
class Builder:
    """Builds stand-ins on an engine without any. Two must be in the works before either ends."""

    engine: MemoryEngine
    begun: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._together = threading.Barrier(2, timeout=60)
        made = StandIns(self.engine, RECIPES, print)
        for root in ("debian", "debian-slim"):
            self.engine.add(made.root_tag(root))
        self.engine.build = self.build  # type: ignore[method-assign]
        self.engine.runs = lambda _image, _how: printed("python\t3.13.5\n")

    def build(self, order: BuildOrder, on_step: Any = None) -> Built:
        name = (order.labels or {})[BASE_LABEL]
        if order.tag.endswith("-unchecked"):
            self.begun.append(name)
            if name != "alpine-with-gcc":
                self._together.wait()
        self.engine.add(order.tag, config={"Labels": order.labels or {}})
        return Built((), 0.0)


def test_the_bases_of_a_lab_are_made_side_by_side_the_stages_behind_their_base() -> None:
    builder = Builder(engine_with(stand_ins=False))
    found = on(builder.engine).of_lab(lab_of(f"{WITH_GCC}FROM python:3.14-slim\n"))
    assert set(builder.begun[:2]) == {"python:3.14-alpine", "python:3.14-slim"}
    assert builder.begun[2:] == ["alpine-with-gcc"]
    assert set(found) == set(builder.begun)


def test_the_bases_of_the_first_lab_are_made_first() -> None:
    builder = Builder(engine_with(stand_ins=False))
    first = lab_of("FROM python:3.14-slim\nFROM python:3.14\n")
    second = lab_of(f"FROM postgres:17\n{WITH_GCC}")
    found = on(builder.engine).of_labs([first, second])
    assert set(builder.begun[:2]) == {"python:3.14-slim", "python:3.14"}
    assert set(builder.begun[2:4]) == {"python:3.14-alpine", "postgres:17"}
    assert builder.begun[4:] == ["alpine-with-gcc"]
    assert set(found) == set(builder.begun)
    assert {base.kind for base in found.values()} == {"stand-in"}


def test_two_that_want_one_stand_in_build_it_once() -> None:
    """Two processes have two `Bases`, and so have these."""
    engine = engine_with(stand_ins=False)
    builder = Builder(engine)
    builder._together = threading.Barrier(1)
    want = {str(one): lambda: on(engine).of_lab(lab_of("FROM python:3.14\n")) for one in range(3)}
    found = at_once(want, workers=3)
    assert builder.begun == ["python:3.14"]
    assert found["0"] == found["1"] == found["2"]


def test_a_build_waits_for_what_is_timed() -> None:
    builder = Builder(engine_with(stand_ins=False))
    builder._together = threading.Barrier(1)

    def resolve() -> None:
        on(builder.engine).stand_in("python:3.14")

    with undisturbed(alone=True):
        # In a context of its own, as another process has it.
        thread = threading.Thread(target=resolve)
        thread.start()
        thread.join(0.3)
        assert builder.begun == []
    thread.join()
    assert builder.begun == ["python:3.14"]
    with undisturbed(alone=True):
        # A step that brings a base back does not wait for itself.
        del builder.engine.known[StandIns(builder.engine, RECIPES, print).tag("python:3.14")]
        resolve()
    assert builder.begun == ["python:3.14"] * 2


def test_a_lab_waits_for_its_own_bases_alone() -> None:
    engine = engine_with()
    lab = lab_of("FROM python:3.14-slim\n")
    assert list(on(engine).of_lab(lab)) == ["python:3.14-slim"]
    assert engine.pulled == ["python:3.14-slim"]


def test_what_two_stand_ins_have_in_common_is_built_once() -> None:
    engine = engine_with(stand_ins=False)
    for root in ("debian", "debian-slim"):
        engine.add(StandIns(engine, RECIPES, print).root_tag(root))
    engine.runs = lambda *_: printed("python\t3.13.5\n")
    bases = on(engine)
    for name in ("python:3.14-slim", "python:3.14"):
        assert bases.stand_in(name).kind == "stand-in"
    targets = [order.target for order in engine.orders if order.target]
    assert targets == ["cpython", "slim", "full"]
    part, *others = [order for order in engine.orders if order.target]
    assert {order.bases["cpython"] for order in others} == {part.tag}
