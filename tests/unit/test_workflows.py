"""What the workflow files may do: pinned actions, and no more rights than a job needs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

FOLDER = Path(__file__).parents[2] / ".github" / "workflows"
FILES = sorted(FOLDER.glob("*.yml"))
PINNED = re.compile(r"uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")
WRITES = {"measure": {"contents", "pull-requests"}, "publish": {"pages", "id-token"}}


def read(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_both_workflows_are_there() -> None:
    assert [file.stem for file in FILES] == ["pull-request", "weekly"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_its_commit(file: Path) -> None:
    used = [line.strip() for line in file.read_text("utf-8").splitlines() if "uses:" in line]
    assert used
    assert [line for line in used if not PINNED.search(line)] == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_job_may_more_than_it_needs(file: Path) -> None:
    workflow = read(file)
    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        writes = {right for right, may in job.get("permissions", {}).items() if may == "write"}
        assert writes == WRITES.get(name, set())
        assert job["timeout-minutes"] > 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_script_holds_an_expression(file: Path) -> None:
    """What somebody wrote into a branch's name would be run by the shell."""
    steps = [step for job in read(file)["jobs"].values() for step in job["steps"]]
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_a_pull_request_gets_no_secret_and_keeps_no_token() -> None:
    text = (FOLDER / "pull-request.yml").read_text("utf-8")
    assert "secrets." not in text
    assert "pull_request_target" not in text
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


def test_the_engine_tests_of_a_pull_request_may_all_run() -> None:
    """An ordinary user may not mount or start an engine: its tests would be left out."""
    (step,) = [s for s in read(FILES[0])["jobs"]["engine"]["steps"] if "run" in s]
    assert step["run"] == 'sudo env "PATH=$PATH" ./run engine'
