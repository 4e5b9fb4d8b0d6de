"""How `./run tests` runs its jobs: side by side, whole outputs, a table, and one end for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from processes import named, wait

from tests import jobs

ROOT = Path(__file__).parents[2]
JOBS = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
import nox
from tests import jobs
from tests.jobs import end_as_by_ctrl_c, run, side_by_side

jobs.INTERRUPT_SECONDS = 3
end_as_by_ctrl_c()
if "tests" in sys.argv:
    side_by_side(2, Path("kept", "seconds.json"), "today's share")


@nox.session(python=False)
def good(session):
    run(session, sys.executable, "-c", "for n in range(3): print('good', n, flush=True)")


@nox.session(python=False)
def bad(session):
    run(session, sys.executable, "-c", "print('1 failed, 2 passed in 3 s'); raise SystemExit(1)")


@nox.session(python=False, requires=["bad"])
def after(session):
    run(session, sys.executable, "-c", "print('never')")


@nox.session(python=False)
def slow(session):
    run(session, sys.executable, "slow.py")


@nox.session(python=False, requires=["good", "bad", "after"])
def tests(session):
    pass
"""
# It needs longer than Nox gives: two seconds among others, half a second alone.
SLOW = """
import pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.default_int_handler)
child = subprocess.Popen([sys.executable, "child.py"], start_new_session=True)
print("it began", flush=True)
pathlib.Path("began").touch()
try:
    child.wait()
except KeyboardInterrupt:
    time.sleep(2.5)
    child.kill()
    pathlib.Path("cleaned").touch()
    raise
"""


def project(folder: Path) -> Path:
    folder.mkdir()
    (folder / "noxfile.py").write_text(JOBS, "utf-8")
    (folder / "slow.py").write_text(SLOW, "utf-8")
    (folder / "child.py").write_text("import time; time.sleep(600)", "utf-8")
    return folder


def nox(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "nox", "--nocolor", "-s", *words],
        cwd=folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        start_new_session=True,
    )


def test_jobs_are_told_apart_and_one_that_fails_fails_all(tmp_path: Path) -> None:
    process = nox(project(tmp_path / "project"), "tests")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 1, output
    assert "good 0\ngood 1\ngood 2\n" in output
    assert "1 failed, 2 passed in 3 s\n" in output
    assert "never" not in output
    *_, head, good, bad, after, everything, empty, note = output.splitlines()
    assert (empty, note) == ("", "today's share")
    assert head.split() == ["job", "seconds"]
    assert good.split()[::2] == ["good", "success"]
    assert bad.split()[::2] == ["bad", "failed"]
    assert after.endswith("Prerequisite session bad was not successful")
    assert everything.startswith("all, side by side")


def test_an_interrupt_lets_jobs_end_what_they_started(tmp_path: Path) -> None:
    ways = [(words, by) for words in (("slow",), ("tests", "slow")) for by in ("Ctrl-C", "SIGTERM")]
    folders = [project(tmp_path / f"{words[0]}-{by}") for words, by in ways]
    started = [nox(folder, *words) for folder, (words, _) in zip(folders, ways, strict=True)]
    try:
        wait(lambda: all((folder / "began").exists() for folder in folders))
        for process, (_, by) in zip(started, ways, strict=True):
            if by == "Ctrl-C":
                os.killpg(process.pid, signal.SIGINT)
            else:
                process.send_signal(signal.SIGTERM)
        for process, folder in zip(started, folders, strict=True):
            output, _ = process.communicate(timeout=60)
            assert process.returncode == 130, output
            assert "it began" in output
            assert (folder / "cleaned").exists(), f"{folder.name}: it was killed before it ended"
        assert named(".py", tmp_path) == []
    finally:
        for one in named(".py", tmp_path):
            one.kill()


def test_a_table_has_a_line_for_each_job() -> None:
    found = [
        {"name": "lint", "duration": 2.6, "result": "success", "reason": None},
        {"name": "engine", "duration": 1234.5, "result": "failed", "reason": None},
        {"name": "live", "duration": 0, "result": "aborted", "reason": "engine was not successful"},
        {"name": "tests", "duration": 0, "result": "aborted", "reason": "so were others"},
    ]
    assert jobs.table(found, 1300) == [
        "job                seconds",
        "lint                     3  success",
        "engine                1234  failed",
        "live                     0  engine was not successful",
        "all, side by side     1300",
    ]


def test_two_that_install_the_same_take_turns(tmp_path: Path) -> None:
    program = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.jobs import locked
with locked(Path("made", "it.lock")):
    assert not Path("busy").exists()
    Path("busy").touch()
    time.sleep(0.3)
    Path("busy").unlink()
"""
    words = [sys.executable, "-c", program, str(ROOT)]
    both = [subprocess.Popen(words, cwd=tmp_path) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
