"""Today's share as a plugin of pytest: what git says has changed, and what a run takes and says."""

from __future__ import annotations

import datetime as dt
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from turns import Taken, asked, changed_files

ROOT = Path(__file__).parents[2]


# ---------- what changed ----------


def git(folder: Path, *words: str) -> str:
    config = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    line = ("git", *config, "-C", str(folder), *words)
    return subprocess.run(line, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone of a repository with three files."""
    upstream = tmp_path / "upstream"
    git(tmp_path, "init", "-q", "-b", "main", str(upstream))
    for name in ("one", "two", "three"):
        (upstream / name).write_text("1")
    git(upstream, "add", ".")
    git(upstream, "commit", "-qm", "first")
    git(tmp_path, "clone", "-q", str(upstream), "clone")
    return tmp_path / "clone"


def test_what_was_committed_edited_and_made_has_changed(clone: Path) -> None:
    assert changed_files(clone) == frozenset()
    (clone / "one").write_text("2")
    git(clone, "commit", "-qam", "mine")
    # What others do meanwhile is no change of ours.
    (clone.parent / "upstream" / "three").write_text("2")
    git(clone.parent / "upstream", "commit", "-qam", "theirs")
    git(clone, "fetch", "-q")
    (clone / "two").write_text("2")
    (clone / "new").write_text("1")
    assert changed_files(clone) == {"one", "two", "new"}


def test_without_a_branch_to_compare_with_what_is_not_committed_has_changed(clone: Path) -> None:
    (clone / "one").write_text("2")
    git(clone, "commit", "-qam", "mine")
    git(clone, "remote", "remove", "origin")
    (clone / "two").write_text("2")
    assert changed_files(clone) == {"two"}


def test_without_a_repository_or_git_nothing_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert changed_files(tmp_path) == frozenset()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert changed_files(tmp_path) == frozenset()


# ---------- the plugin ----------

SLOW = """
import pytest

@pytest.mark.engine
@pytest.mark.parametrize("number", range(9))
def test_slow(number):
    pass

@pytest.mark.engine
@pytest.mark.always
def test_promise():
    pass

@pytest.mark.engine
@pytest.mark.rare(30)
@pytest.mark.parametrize("number", range(30))
def test_rare(number):
    pass
"""
INI = """
[pytest]
addopts = --strict-markers
markers =
    engine
"""
CONFTEST = "from todays_share import TodaysShare\n\ndef pytest_configure(config):\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project of slow tests and a fast one."""
    (tmp_path / "pytest.ini").write_text(INI)
    (tmp_path / "conftest.py").write_text(
        f"{CONFTEST}    config.pluginmanager.register(TodaysShare(config))\n"
    )
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_slow.py").write_text(SLOW)
    (tmp_path / "tests" / "test_fast.py").write_text("def test_fast():\n    pass\n")
    return tmp_path


def started(project: Path, *words: str, in_turn: str) -> subprocess.CompletedProcess[str]:
    """Run the project's tests, with no plugin but ours and xdist: others take long to load."""
    workers = ("-p", "xdist") if "-n" in words else ()
    line = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *workers, *words)
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "tests"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "ADVICES_IN_TURN": in_turn,
    }
    return subprocess.run(
        line, cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def run(project: Path, *words: str, in_turn: str = "") -> tuple[int, str]:
    """Return how many tests ran, and the line about slow ones."""
    done = started(project, *words, in_turn=in_turn)
    assert done.returncode == 0, done.stdout + done.stderr
    said = [one for one in done.stdout.splitlines() if one.startswith("slow tests: ")]
    passed = re.findall(r"(\d+) passed", done.stdout)
    return int(passed[-1]), "".join(said)


SAID = "slow tests: {} of 40, {}; all of them: ADVICES_IN_TURN=all"
TODAYS = "today's eighth, the most important, and what you changed"


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist", "loadfile")])
def test_a_run_takes_todays_and_says_what_it_left_out(
    project: Path, workers: tuple[str, ...]
) -> None:
    before = dt.datetime.now(dt.UTC).date()
    ran, said = run(project, "tests", *workers)
    if before != dt.datetime.now(dt.UTC).date():
        ran, said = run(project, "tests", *workers)
    # One or two of nine, the promise, one of thirty on some days; and the fast test.
    assert ran in (3, 4, 5)
    assert said == SAID.format(ran - 1, TODAYS)


def test_ci_takes_all_but_rare_ones(project: Path) -> None:
    others = "the others take minutes and have another day"
    assert run(project, "tests", in_turn="ci") == (12, SAID.format(11, others))
    assert run(project, "tests", in_turn="all") == (41, "slow tests: all 40")


def test_what_one_asks_for_by_hand_runs_on_any_day(project: Path) -> None:
    assert run(project, "tests/test_slow.py") == (40, "")
    assert run(project, "tests/test_slow.py::test_slow") == (9, "")
    assert run(project, "-k", "test_rare") == (30, "")


def test_a_changed_file_runs_also_with_workers(project: Path) -> None:
    git(project.parent, "init", "-q", str(project))
    git(project, "add", ".")
    git(project, "commit", "-qm", "first")
    some, _ = run(project, "tests")
    assert some < 10
    (project / "tests" / "test_slow.py").write_text(f"{SLOW}\n")
    assert run(project, "tests", "-n", "2") == (41, "slow tests: all 40")


def test_a_word_that_nobody_knows_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = started(project, "tests", in_turn="every")
    assert done.returncode == 4
    assert done.stderr.strip() == (
        "ERROR: ADVICES_IN_TURN=every: it can be ci, all, or empty for today's share"
    )
    monkeypatch.setenv("ADVICES_IN_TURN", "")
    assert asked() is Taken.SHARE
