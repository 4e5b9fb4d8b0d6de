"""The figures of a rehearsal, and the memory of a seat."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from advices.classroom.rehearsing import seat_memory
from advices.classroom.rehearsing.browser import Browser
from advices.classroom.rehearsing.figures import STEPS, Learned, failures, figures, memory


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
