"""A clock that steps back: no time is negative, no wait is endless, no order is lost."""

from __future__ import annotations

import ast
import datetime as dt
import itertools
import sys
import time
from pathlib import Path

import factory
import fake_bench
import made_labs
import pytest

from advices.core import process
from advices.core.files import write_whole
from advices.core.paths import Layout
from advices.lab.measure_name import MeasureName
from advices.measure.plan import Samples
from advices.notebooks import labs
from advices.notebooks.execution import Executed
from advices.notebooks.labs import run_labs
from advices.results import history
from advices.results.history import Entry
from advices.site import dashboard

SOURCE = Path(process.__file__).parents[1]


@pytest.fixture
def steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the machine's clock back by an hour each time that somebody looks at it."""
    hours = itertools.count()
    start = time.time()
    monkeypatch.setattr(time, "time", lambda: start - 3600 * next(hours))


def test_durations_do_not_come_from_the_clock_on_the_wall(steps_back: None) -> None:
    assert time.time() > time.time()
    code, seconds = process.stream_stderr([sys.executable, "-c", "pass"], print, timeout_seconds=60)
    assert code == 0
    assert 0 < seconds < 60
    waited = list(process.poll(0.2, every_seconds=0.01))
    assert 1 < len(waited) <= 20
    assert waited == sorted(waited)


def test_one_door_leads_to_the_clock() -> None:
    """Whoever takes a time or a date takes it from `process`, which knows which clock is right."""
    doors = set()
    for file in SOURCE.rglob("*.py"):
        # What lies in inside/ runs in containers, where there is no toolkit.
        if "inside" in file.relative_to(SOURCE).parts:
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            imports = isinstance(node, ast.Import) and "time" in [one.name for one in node.names]
            imports |= isinstance(node, ast.ImportFrom) and node.module == "time"
            asks = isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today")
            if imports or asks:
                doors.add(file.name)
    assert doors == {"process.py"}


@pytest.mark.parametrize(
    "file", [one for one in SOURCE.rglob("inside/*.py") if "import time" in one.read_text("utf-8")]
)
def test_what_runs_in_containers_counts_seconds_that_never_step_back(file: Path) -> None:
    asked = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "time"
    }
    assert asked <= {"monotonic", "sleep"}


def test_a_run_of_an_earlier_date_says_so_and_keeps_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = Layout(made_labs.project(tmp_path))
    lab = made_labs.read_lab(tmp_path)
    dates = ["2026-01-02T00:00:00+00:00", "2025-12-31T23:00:00+00:00", "2026-01-03T00:00:00+00:00"]
    said: list[list[str]] = []
    for date in dates:
        source = factory.result().provenance.model_copy(update={"date": date})
        done = Executed(
            lab, factory.result().model_copy(update={"provenance": source}), "# P\n", (), None, ()
        )
        monkeypatch.setattr(labs, "one_by_one", lambda *_, done=done: (one for one in (done,)))
        said.append([])
        run_labs(fake_bench.workshop(layout, said[-1].append), [lab.slug], Samples(), force=True)
    assert [one.date for one in history.load(layout.results, lab.slug)] == dates
    noted = [[line for line in lines if "a clock was wrong" in line] for lines in said]
    assert noted[0] == noted[2] == []
    assert noted[1] == [
        "build-cache: this run has the date 2025-12-31T23:00:00+00:00, before the previous run "
        "(2026-01-02T00:00:00+00:00): a clock was wrong. The order of the runs is right; if it "
        "was this machine's clock, set it and run again"
    ]


def test_the_dashboard_keeps_the_order_of_the_runs_and_marks_the_date(tmp_path: Path) -> None:
    entry = history.entry(factory.result(), MeasureName("disk_bytes"), ())
    refreshes = [
        entry.model_copy(
            update={
                "date": date,
                "claims": {"small/good": holds},
                "values": {"bad": 100, "good": 10 * number},
            }
        )
        for number, (date, holds) in enumerate(
            (("2026-02-02", True), ("2026-01-01", False), ("2026-03-03", False)), start=1
        )
    ]
    for one in refreshes:
        write_whole(*history.appended(tmp_path, "x", one))
    entries: tuple[Entry, ...] = history.load(tmp_path, "x")
    shown = [line.split("|")[1].strip() for line in dashboard.runs_table(entries).splitlines()[2:]]
    assert shown == [
        "2026-03-03",
        "2026-01-01 (wrong clock: the run below has a later date)",
        "2026-02-02",
    ]
    assert history.reversed_claims(entries) == {"small/good": "2026-01-01"}
    assert dashboard.curve(entries, "x").count(",") == len(entries) + 1


def test_the_date_of_a_result_is_that_of_the_clock_in_utc() -> None:
    assert abs(process.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert process.now().utcoffset() == dt.timedelta(0)
