"""Which slow tests a run takes: today's share, what always runs, what changed; CI takes all."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest
from turns import DAYS, TESTS_OF, Slow, Taken, Today, has_turn

ROOT = Path(__file__).parents[2]
TESTS = (
    *(Slow("tests/engine/test_a.py", f"test_{number}") for number in range(12)),
    Slow("tests/engine/test_a.py", "test_promise", always=True),
    *(
        Slow("tests/engine/test_b.py", f"test_box[lab-{number}]", rare_days=7)
        for number in range(8)
    ),
    *(Slow("tests/classroom/test_c.py", f"test_{number}", together=True) for number in range(3)),
)


def taken(day: int, how: Taken = Taken.SHARE, *changed: str, root: Path = ROOT) -> list[Slow]:
    turns = has_turn(TESTS, Today(day, frozenset(changed), how), root)
    return [one for one, turn in zip(TESTS, turns, strict=True) if turn]


@pytest.mark.parametrize(("how", "days"), [(Taken.SHARE, 7 * DAYS), (Taken.CI, 7), (Taken.ALL, 1)])
def test_each_test_has_a_turn_within_days(how: Taken, days: int) -> None:
    for first in range(738_000, 738_007):
        found = {one for day in range(first, first + days) for one in taken(day, how)}
        assert found == {*TESTS}
        found = {one for day in range(first, first + DAYS) for one in taken(day, how)}
        assert found >= {one for one in TESTS if one.rare_days == 1}


def test_one_who_rests_on_a_weekday_meets_every_test() -> None:
    usual = {one for one in TESTS if one.rare_days == 1}
    for weekday in range(7):
        days = range(738_000, 738_000 + 7 * DAYS)
        found = {one for day in days if day % 7 == weekday for one in taken(day)}
        assert found >= usual


def test_a_day_takes_a_share_and_what_always_runs() -> None:
    usual = [one for one in TESTS[:12] if one in taken(738_000)]
    assert len(usual) in (1, 2)
    assert all(TESTS[12] in taken(day) for day in range(7))


def test_what_a_whole_file_shares_is_paid_for_on_one_day() -> None:
    assert {sum(one.together for one in taken(day)) for day in range(DAYS)} == {0, 3}


def test_ci_leaves_out_only_what_is_rare() -> None:
    left = {*TESTS} - {*taken(738_000, Taken.CI)}
    assert {one.rare_days for one in left} == {7}
    assert taken(738_000, Taken.ALL) == [*TESTS]


def of_change(*changed: str, root: Path = ROOT) -> set[str]:
    """Return the files and names of tests that run on a day only because of a change."""
    more = {
        one
        for day in range(7 * DAYS)
        for one in {*taken(day, Taken.SHARE, *changed, root=root)} - {*taken(day)}
    }
    return {f"{Path(one.file).stem}::{one.name}" for one in more}


def test_a_changed_file_of_tests_runs_whole() -> None:
    names = {f"test_a::test_{number}" for number in range(12)}
    assert of_change("tests/engine/test_a.py") == names


def test_a_changed_helper_runs_the_files_that_import_it(tmp_path: Path) -> None:
    for name in ("engine", "classroom"):
        (tmp_path / "tests" / name).mkdir(parents=True)
    (tmp_path / "tests/engine/test_a.py").write_text("import os\nfrom helper import made\n")
    (tmp_path / "tests/engine/test_b.py").write_text("# from helper import made\n")
    (tmp_path / "tests/classroom/test_c.py").write_text("    import seats\n")
    names = {f"test_a::test_{number}" for number in range(12)}
    assert of_change("tests/helper.py", root=tmp_path) == names
    seats = {f"test_c::test_{number}" for number in range(3)}
    assert of_change("tests/classroom/seats.py", root=tmp_path) == seats
    assert of_change("tests/unit/test_x.py", "README.md", root=tmp_path) == set()


def test_a_changed_room_runs_its_tests() -> None:
    seats = {f"test_c::test_{number}" for number in range(3)}
    assert of_change("src/advices/classroom/seat.py") == seats


@pytest.mark.parametrize(
    "file", ["labs/lab-3/good.Dockerfile", "docs/chapters/lab-3.md", "notebooks/lab-3.ipynb"]
)
def test_a_changed_lab_runs_the_tests_with_its_name(file: str) -> None:
    assert of_change(file) == {"test_b::test_box[lab-3]"}


def test_a_lab_whose_name_is_part_of_anothers_is_another() -> None:
    one = Slow("tests/engine/test_b.py", "test_box[web-scan-True]", rare_days=1000)
    names = {"scan": False, "web": False, "web-scan": True}
    for slug, runs in names.items():
        today = Today(1, frozenset({f"labs/{slug}/lab.toml"}))
        assert has_turn([one], today, ROOT) == [runs], slug


def test_each_row_of_the_table_names_what_is_there() -> None:
    tests = [one.relative_to(ROOT).as_posix() for one in ROOT.glob("tests/*/test_*.py")]
    for folder, patterns in TESTS_OF.items():
        assert (ROOT / folder).is_dir(), folder
        for pattern in patterns:
            assert any(fnmatch(file, pattern) for file in tests), pattern


# ---------- this project ----------

PROMISES = {
    "engine/test_lab_run.py": "a lab runs and writes its result",
    "engine/test_audit.py": "an audit finds and fixes",
    "engine/test_scan.py": "a scan runs",
    "browser/test_pages.py": "every number is the one of its result",
    "browser/test_learn.py": "a cell runs in the page",
    "browser/test_learn_exercise.py": "a check in the page is red, then green",
    "classroom/test_isolation.py": "a seat is isolated",
}


def test_each_door_has_a_test_that_always_runs() -> None:
    found = {
        file.relative_to(ROOT / "tests").as_posix()
        for part in ("engine", "browser", "classroom")
        for file in (ROOT / "tests" / part).glob("test_*.py")
        if "@pytest.mark.always\n" in file.read_text("utf-8")
    }
    assert found == {*PROMISES}


def test_a_run_of_this_project_takes_its_share() -> None:
    line = (sys.executable, "-m", "pytest", "tests/classroom", "-m", "classroom", "--collect-only")
    environment = {**os.environ, "ADVICES_IN_TURN": ""}
    done = subprocess.run(
        line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^slow tests: ", done.stdout, re.M)
    assert "test_a_seats_files_are_nobody_elses" in done.stdout


def test_ci_and_its_workflows_take_all(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "run").write_bytes((ROOT / ".ci" / "run").read_bytes())
    (tmp_path / "run").write_text('#!/bin/sh\necho "$ADVICES_IN_TURN $*"\n')
    (tmp_path / "run").chmod(0o755)
    for given, found in (("", "ci tests\n"), ("all", "all tests\n")):
        line = ("env", f"ADVICES_IN_TURN={given}", "sh", str(tmp_path / ".ci" / "run"))
        assert subprocess.run(line, check=True, capture_output=True, text=True).stdout == found
