"""Two commands at once in one project: the second says that it waits, and neither disturbs."""

from __future__ import annotations

import pytest
from engine_project import Project

from advices import results
from advices.results import history

pytestmark = pytest.mark.engine

WAITS = "waiting: `advices "


def both(project: Project, *words: str) -> None:
    """Run a command twice at once. Both succeed, and one of them waited before it measured."""
    started = [project.start(*words) for _ in range(2)]
    outputs = [process.communicate(timeout=300)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], "\n".join(outputs)
    (waited,) = (output.splitlines() for output in outputs if WAITS in output)
    waits = next(number for number, line in enumerate(waited) if line.startswith(WAITS))
    assert f"`advices {' '.join(words)}` (process " in waited[waits]
    cold = [number for number, line in enumerate(waited) if "cold, sample" in line]
    if words[0] == "run":
        assert cold == [], "what the first run has measured stands when the second one may begin"
    else:
        assert waits < min(cold)
    assert project.leftovers() == []
    assert project.run_ids() == set()


def test_two_runs_and_then_two_checks(tiny: Project) -> None:
    tiny.replay()
    both(tiny, "run", "--samples", "1")
    folder = tiny.root / "docs" / "results"
    result = results.load(folder, "tiny")
    refreshes = history.load(folder, "tiny")
    claims = {"no-root/bad": False, "no-root/good": True}
    assert [one.claims for one in refreshes] == [claims]
    assert result.provenance.date == refreshes[0].date
    assert (result.variants["bad"].boot.uid, result.variants["good"].boot.uid) == (0, 1000)
    for variant in result.variants.values():
        assert [build.steps_run for build in variant.builds.values()] == [1, 0, 1]
    before = tiny.kept()
    both(tiny, "check", "--quick")
    assert tiny.kept() == before
