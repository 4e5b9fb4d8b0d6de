"""What ends a measurement: silence, samples that differ, a failed build; and who may be silent."""
# ruff: noqa: F401, F811  # the fixture `here` is imported

from __future__ import annotations

import factory
import fake_bench
import pytest
from measurer_in_memory import Here, here

from advices.core import (
    BuilderUnusable,
    DiskFull,
    DockerfileInvalid,
    EngineLost,
    NeverAnswered,
    UnsteadyMeasure,
)
from advices.engine.build_log import BuildStep
from advices.engine.buildx import Built
from advices.lab.model import Lab
from advices.measure.candidate import of_learner, of_variant
from advices.measure.plan import Samples
from advices.results.record import Boot


def with_trap(lab: Lab) -> Lab:
    """Return the lab, and its good variant does not answer."""
    silent = lab.variants["good"].model_copy(update={"answers": False})
    return lab.model_copy(update={"variants": {**lab.variants, "good": silent}})


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
