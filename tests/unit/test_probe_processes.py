"""What counts processes, their memory and its limit inside of a container."""

from __future__ import annotations

from typing import Any

import pytest
from container_programs import Program
from memory_engine import MemoryEngine

from advices.probes import processes
from advices.probes.programs import program

INSIDE: dict[str, Any] = {"__name__": "inside"}
exec(compile(program("processes"), "inside/processes.py", "exec"), INSIDE)


def write(folder: Any, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_what_a_check_starts_is_not_counted(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rollup = "Rss: 9 kB\nPss: {0} kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: {1} kB\n"
    write(
        tmp_path,
        {
            "1/status": "PPid:\t0\nThreads:\t1\n",
            "1/smaps_rollup": rollup.format(2, 0),
            "7/status": "PPid:\t1\nThreads:\t5\n",
            "7/smaps_rollup": rollup.format(3, 4),
            "8/status": "PPid:\t7\nThreads:\t1\n",
            # A check, and what it started.
            "20/status": "PPid:\t0\nThreads:\t9\n",
            "21/status": "PPid:\t20\nThreads:\t9\n",
            "self/status": "PPid:\t0\nThreads:\t9\n",
        },
    )
    monkeypatch.setitem(INSIDE, "PROC", tmp_path)
    ours = INSIDE["family"]()
    assert [one.name for one in ours] == ["1", "7", "8"]
    assert sum(map(INSIDE["threads"], ours)) == 7
    assert INSIDE["memory"](tmp_path / "7", "Private_Clean", "Private_Dirty") == 5 * 1024
    assert INSIDE["memory"](tmp_path / "8", "Pss") == 0


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"memory.max": "402653184\n"}, 402653184),
        ({"memory/memory.limit_in_bytes": "402653184\n"}, 402653184),
        ({"memory.max": "max\n"}, None),
        ({}, None),
    ],
)
def test_both_versions_of_control_groups_are_read(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], limit: int | None
) -> None:
    write(tmp_path, files)
    monkeypatch.setitem(INSIDE, "CGROUP", tmp_path)
    assert INSIDE["number"]("memory.max", "memory/memory.limit_in_bytes") == limit


def test_a_container_that_ended_has_no_processes() -> None:
    engine = MemoryEngine(lambda _image, _how: Program(answers=lambda _: None))
    container = engine.start("image", run_id="run-1")
    assert processes.of(engine, container) is None
