"""The figures of a rehearsal, and the memory of a seat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from advices.classroom import facts
from advices.classroom.rehearsing import seat_memory
from advices.classroom.rehearsing.browser import Browser
from advices.classroom.rehearsing.figures import (
    STEPS,
    Learned,
    failures,
    figures,
    idle,
    memory,
    rehearsal,
)
from advices.core import ResultInvalid
from advices.results import rehearsals
from advices.site.tables import rehearsals_shown


def test_figures_are_of_who_came_that_far() -> None:
    learners = [
        Learned("B", "s2", dict.fromkeys(STEPS, 3.0), 300),
        Learned("A", "s1", {"log in": 1.0}, 100, "open a kernel: status 500"),
        Learned("C", fault="log in: no seat"),
        Learned("D", "s4", dict.fromkeys(STEPS, 8.0), 500),
    ]
    found = {one.step: (one.done, one.median, one.worst) for one in figures(learners)}
    assert found["log in"] == (3, 3.0, 8.0)
    assert found["check an exercise"] == (2, 5.5, 8.0)
    assert memory(learners) == (300, 500)
    assert [one.name for one in failures(learners)] == ["A", "C"]


def test_without_anybody_there_are_no_figures() -> None:
    assert [(one.done, one.median, one.worst) for one in figures([])] == [(0, None, None)] * 4
    assert memory([Learned("A")]) is None


def learned(count: int, check: float) -> list[Learned]:
    seconds = {**dict.fromkeys(STEPS, 1.0), STEPS[-1]: check}
    return [
        Learned(f"R{n}", f"s{n}", seconds, memory_bytes=300_000_000, idle_bytes=170_000_000)
        for n in range(count)
    ]


def kept(learners: list[Learned], seats: int) -> rehearsals.Rehearsal:
    return rehearsal(learners, "build-cache", seats, on=facts(), date="2026-11-30T05:51:18+00:00")


def test_what_is_kept_of_rehearsals_is_shown_by_number_of_learners(tmp_path: Path) -> None:
    file = tmp_path / rehearsals.FILE
    for count, check in ((10, 50.0), (1, 99.0), (1, 5.0)):
        one = kept(learned(count, check), 12)
        rehearsals.save(file, rehearsals.load(file).plus(one))
    found = rehearsals.load(file)
    assert [run.learners for run in found.runs] == [1, 10]
    shown = rehearsals_shown(found.runs, "../r.json")
    plain = shown.replace("&nbsp;", " ")
    rows = [line for line in plain.splitlines() if line.startswith("| 1")]
    assert rows == [
        "| 1 learner | 1.0 s | 1.0 s | 1.0 s | 5.0 s | 300 MB |",
        "| 10 learners | 1.0 s | 1.0 s | 1.0 s | 50.0 s | 300 MB |",
    ]
    assert "each one more made a check 5.0 s slower" in shown
    assert "a seat took 170 MB" in shown
    assert "of 12 seats" in shown
    assert "[The record](../r.json)" in shown
    file.write_text("{}}")
    with pytest.raises(ResultInvalid, match="cannot be read"):
        rehearsals.load(file)


def test_what_could_not_be_measured_is_no_number() -> None:
    assert idle([Learned("A")]) is None
    shown = rehearsals_shown([kept([Learned("A")], 3)], "r.json")
    assert "| 1 learner | - | - | - | - | - |" in shown
    assert "None" not in shown


def test_without_a_rehearsal_the_page_says_so() -> None:
    assert "no rehearsal" in rehearsals_shown([], "r.json")


def test_the_memory_of_a_seat_counts_shared_pages_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seat_memory, "processes", lambda _seat: {1, 2, 99})
    for pid, kilobytes in ((1, 10), (2, 20)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "smaps_rollup").write_text(f"Rss: 999 kB\nPss:  {kilobytes} kB\n")
    seat = SimpleNamespace(uid=-1)
    assert seat_memory.memory_bytes(seat, tmp_path) == 30 * 1024  # type: ignore[arg-type]


def test_a_browser_sends_a_cookie_only_where_it_belongs() -> None:
    browser = Browser()
    browser._keep("http://class.localhost:8000/hub/login", "a=1; Path=/hub/; HttpOnly")
    browser._keep("http://class.localhost:8000/hub/login", "b=2; Path=/")
    browser._keep("http://class.localhost:8000/hub/login", "b=3; Path=/hub/")
    assert browser._for("http://class.localhost:8000/hub/home") == {"a": "1", "b": "3"}
    assert browser._for("http://class.localhost:8000/user/") == {"b": "2"}
    assert browser._for("http://adv-seat-01.class.localhost:8000/hub/home") == {}
    browser._keep("http://class.localhost:8000/", 'a=""; Path=/hub/; Max-Age=0')
    assert "a" not in browser._for("http://class.localhost:8000/hub/home")
    browser.close()


def test_the_published_rehearsals_can_be_read() -> None:
    file = Path(__file__).parents[2] / "docs" / "results" / rehearsals.FILE
    found = rehearsals.load(file)
    assert [run.learners for run in found.runs] == sorted({run.learners for run in found.runs})
    assert found.runs
    assert "learners" in rehearsals_shown(found.runs, "../r.json")
