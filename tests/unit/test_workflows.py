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
WRITES = {
    "measure": {"contents", "pull-requests"},
    "publish": {"pages", "id-token"},
    "pypi": {"id-token"},
}


def read(file: Path) -> dict[str, Any]:
    found = yaml.safe_load(file.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def test_all_workflows_are_there() -> None:
    assert [file.stem for file in FILES] == ["publish", "pull-request", "weekly"]


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
    file = FOLDER / "pull-request.yml"
    (step,) = [s for s in read(file)["jobs"]["engine"]["steps"] if "run" in s]
    assert step["run"] == 'sudo env "PATH=$PATH" "ADVICES_IN_TURN=$ADVICES_IN_TURN" ./run engine'


@pytest.mark.parametrize("job", ["engine", "classroom", "pages", "labs"])
def test_a_pull_request_gets_more_than_todays_share(job: str) -> None:
    """What a developer's run leaves out, this one runs; sudo keeps no variable by itself."""
    workflow = read(FOLDER / "pull-request.yml")
    assert workflow["env"] == {"ADVICES_IN_TURN": "ci"}
    (line,) = [s["run"] for s in workflow["jobs"][job]["steps"] if "./run " in s.get("run", "")]
    assert "sudo " not in line or '"ADVICES_IN_TURN=$ADVICES_IN_TURN"' in line


def test_the_weekly_one_tries_what_is_rare() -> None:
    (step,) = [s for s in read(FOLDER / "weekly.yml")["jobs"]["audits"]["steps"] if "run" in s]
    assert step["env"] == {"ADVICES_IN_TURN": "all"}
    rare = {
        file.stem
        for folder in ("engine", "browser", "classroom")
        for file in (FOLDER.parents[1] / "tests" / folder).glob("test_*.py")
        if re.search(r"^@pytest.mark.rare\(", file.read_text("utf-8"), re.M)
    }
    assert rare == {*re.findall(r"test_\w+", step["run"])}


def test_what_is_published_was_built_once_and_tried() -> None:
    """The job that PyPI trusts runs nothing of ours: it publishes what the other job uploaded."""
    jobs = read(FOLDER / "publish.yml")["jobs"]
    used = [step["uses"].partition("@")[0] for step in jobs["pypi"]["steps"]]
    assert used == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]
    assert (jobs["pypi"]["needs"], jobs["pypi"]["environment"]["name"]) == ("build", "pypi")
    *_, tried, uploaded = jobs["build"]["steps"]
    assert "advices audit" in tried["run"]
    assert uploaded["uses"].startswith("actions/upload-artifact@")
    assert uploaded["with"]["path"] == jobs["pypi"]["steps"][0]["with"]["path"] == "dist"
    assert sum("./run wheel" in step.get("run", "") for step in jobs["build"]["steps"]) == 1
