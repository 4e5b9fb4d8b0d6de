"""Mistakes that are measured at once share steps, and no rebuild may run any of them again."""

from __future__ import annotations

from functools import partial

import pytest
from engine_project import Project

from advices.core import Layout
from advices.core.threads import at_once
from advices.engine import connect
from advices.lab import labfile
from advices.measure.candidate import of_mistake
from advices.measure.mistakes import judged_steps
from advices.measure.variant import Measurer
from advices.packages import proxy
from advices.runs import own_run
from advices.workshop import Workshop

pytestmark = pytest.mark.engine

# Both begin with a step that the good Dockerfile has not, and the first has a long one behind it.
MISTAKE = """
[[mistakes]]
id = "{id}"
says = "It takes {seconds} s."
replace = "COPY . /srv\\n"
by = "COPY . /srv/\\nRUN --network=none sleep {seconds}\\n"
breaks = ["no-root"]
"""
CLAIM = """
[[claims]]
id = "unchanged-runs-nothing"
says = "When nothing changed, no step runs."
measure = "unchanged.steps_run"
equals = 0
fails_for = []
"""


def test_an_unchanged_rebuild_runs_nothing_while_a_neighbour_builds(
    tiny: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny.replay()
    mistakes = (MISTAKE.format(id=f"s{seconds}", seconds=seconds) for seconds in (5, 1))
    told = tiny.read("labs/tiny/lab.toml") + CLAIM + "".join(mistakes)
    tiny.write("labs/tiny/lab.toml", told)
    for name in ("XDG_STATE_HOME", "TMPDIR"):
        monkeypatch.setenv(name, tiny.env[name])
    shop = Workshop(Layout(tiny.root), print, connect())
    lab = labfile.read(tiny.root / "labs", "tiny")
    with proxy.for_builds(shop.engine), own_run(shop.engine) as run:
        measurer = Measurer(shop, lab, run, shop.bases.of_lab(lab))
        work = {
            one.id: partial(measurer.measure, of_mistake(lab, one, run.scratch), judged_steps(lab))
            for one in lab.mistakes
        }
        found = at_once(work, 2)
    assert {name: one.builds["unchanged"].steps_run for name, one in found.items()} == {
        "s5": 0,
        "s1": 0,
    }
