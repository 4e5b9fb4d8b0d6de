"""What the scripts of the action do that runs an audit in a job."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from audit_action import STEPS

EVIL = 'a\'; touch was-run; $(touch was-run) `touch was-run` "x" # '
STUB = '#!/bin/sh\nfor word; do printf "%s\\0" "$word"; done >>"{log}"\n{more}\n'


class Job:
    """A runner with a toolkit and a client of the host that only write down what they are asked."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.reports = root / "temp" / "docker-advices-reports"
        self.files = {name: root / name for name in ("output", "summary", "advices.log", "gh.log")}
        self.env = {
            "PATH": f"{self.bin}:/usr/bin:/bin",
            "RUNNER_TEMP": str(root / "temp"),
            "GITHUB_OUTPUT": str(self.files["output"]),
            "GITHUB_STEP_SUMMARY": str(self.files["summary"]),
            **{name: "" for step in STEPS.values() for name in step.get("env", {})},
            "IN_PATH": ".",
            "REPORTS": str(self.reports),
        }
        self.program(root / "temp" / "docker-advices" / "bin" / "advices", "advices.log")
        self.program(self.bin / "gh", "gh.log")

    def program(self, file: Path, log: str, more: str = "") -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(STUB.format(log=self.files[log], more=more))
        file.chmod(0o755)

    def audit(self, more: str) -> None:
        """Let the toolkit do something, in a shell."""
        self.program(self.root / "temp/docker-advices/bin/advices", "advices.log", more)

    def run(self, name: str, **env: str) -> int:
        # As a runner calls it.
        argv = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[name]["run"]]
        done = subprocess.run(
            argv,
            env={**self.env, **env},
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not (self.root / "was-run").exists()
        return done.returncode

    def words(self, log: str) -> list[str]:
        return self.files[log].read_text().split("\0")[:-1] if self.files[log].exists() else []

    def report(self, text: str = "# Audit\n") -> None:
        self.reports.mkdir(exist_ok=True)
        (self.reports / "report.md").write_text(text)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path / "job")


def test_inputs_reach_the_command_as_they_are(job: Job) -> None:
    given = {
        "IN_PATH": f"-{EVIL}",
        "IN_FILE": EVIL,
        "IN_CHECK": "test -w /app && echo $HOME",
        "IN_ENV": f"A=1\r\n\nB={EVIL}\n",
        "IN_BUILD_ARGS": "C=a b",
        "IN_SECRETS": "id=token,env=TOKEN\n",
        "IN_TARGET": "app",
    }
    assert job.run("Audit", **given) == 0
    words = job.words("advices.log")
    assert words[0] == "audit"
    assert words[-2:] == ["--", f"-{EVIL}"]
    asked = [word for word in words if str(job.reports) not in word][1:-2]
    assert asked == [
        *(f"--file={EVIL}", "--target=app", "--secret=id=token,env=TOKEN"),
        *("--build-arg=C=a b", "--env=A=1", f"--env=B={EVIL}"),
        "--check=test -w /app && echo $HOME",
    ]
    # Nothing is put where the build would find it.
    assert {one.name for one in job.root.iterdir()} == {"bin", "temp", "output", "advices.log"}
    assert job.files["output"].read_text() == f"reports={job.reports}\nexit-code=0\n"
    assert job.run("Audit", IN_REPORTS="a b\nexit-code=0") == 0
    assert "reports=a bexit-code=0\n" in job.files["output"].read_text()
    assert (job.root / "a bexit-code=0").is_dir()


@pytest.mark.parametrize("code", [1, 57])
def test_the_job_ends_as_the_audit_after_the_reports(code: int, job: Job) -> None:
    job.audit(f"echo '{{}}' >{job.reports}/report.sarif; exit {code}")
    # The step itself goes on, so that the summary is written.
    assert job.run("Audit") == 0
    wanted = [f"exit-code={code}", f"sarif={job.reports}/report.sarif"]
    assert job.files["output"].read_text().splitlines()[1:] == wanted
    assert job.run("End as the audit ended", CODE=str(code)) == code
    assert job.run("End as the audit ended", CODE="") == 1


def test_the_summary_is_the_report_or_why_there_is_none(job: Job) -> None:
    job.audit("echo 'error: no engine ```' >&2; exit 11")
    job.run("Audit")
    job.run("Write the job's summary", CODE="11")
    said = job.files["summary"].read_text()
    assert said.startswith("# The audit measured nothing (exit code 11)\n")
    assert "    error: no engine ```" in said
    job.report("# Audit of x\n")
    job.run("Write the job's summary", CODE="0")
    assert job.files["summary"].read_text().endswith("# Audit of x\n")


def test_a_toolkit_that_could_not_be_installed_has_a_summary_too(job: Job) -> None:
    assert job.run("Write the job's summary", REPORTS="", CODE="") == 0
    assert "(exit code unknown)" in job.files["summary"].read_text()


def test_an_old_report_is_not_taken_for_a_new_one(job: Job) -> None:
    job.report()
    job.audit("exit 11")
    job.run("Audit")
    job.run("Write the job's summary", CODE="11")
    assert job.files["summary"].read_text().startswith("# The audit measured nothing")


COMMENT = "Write the comment of the pull request"
PULL = {"NUMBER": "7", "REPOSITORY": "a/b", "GH_TOKEN": "t"}


def test_the_first_comment_is_made_and_the_next_edits_it(job: Job) -> None:
    job.report("é" * 40_000)
    assert job.run(COMMENT, **PULL) == 0
    words = job.words("gh.log")
    assert "POST" in words
    assert "repos/a/b/issues/7/comments" in words
    body = Path(words[-1].removeprefix("body=@")).read_text("utf-8")
    assert re.match(r"<!-- docker-advices [0-9a-f]{16} -->\n", body)
    assert len(body) < 65_536
    job.files["gh.log"].unlink()
    job.program(job.bin / "gh", "gh.log", "case $* in *--paginate*) echo 5; echo 6;; esac")
    assert job.run(COMMENT, **PULL) == 0
    words = job.words("gh.log")
    assert "PATCH" in words
    assert "POST" not in words
    assert "repos/a/b/issues/comments/5" in words


def test_only_a_comment_of_a_bot_with_this_projects_mark_is_edited(job: Job) -> None:
    """What gh picks is a jq program: jq itself says what that would pick."""
    job.report()
    job.run(COMMENT, **PULL)
    words = job.words("gh.log")
    picks = words[words.index("--jq") + 1]
    body = Path(words[-1].removeprefix("body=@")).read_text("utf-8")
    marker = body.splitlines()[0]
    comments = [
        {"id": 1, "user": {"type": "User"}, "body": body},
        {"id": 2, "user": {"type": "Bot"}, "body": f"> {body}"},
        {"id": 3, "user": {"type": "Bot"}, "body": body},
    ]
    jq = shutil.which("jq")
    if jq is None:
        pytest.skip("jq is not installed")
    done = subprocess.run(
        [jq, picks],
        env={**os.environ, "marker": marker},
        input=json.dumps(comments),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["3"]


def test_a_token_that_may_not_write_ends_nothing(job: Job) -> None:
    job.report()
    job.program(job.bin / "gh", "gh.log", "echo 'HTTP 403' >&2; exit 1")
    assert job.run(COMMENT, **PULL) == 0
    job.files["gh.log"].unlink()
    (job.reports / "report.md").unlink()
    assert job.run(COMMENT, **PULL) == 0
    assert job.words("gh.log") == []


def test_the_comment_is_for_pull_requests_that_asked_for_it() -> None:
    condition: Any = STEPS[COMMENT]["if"]
    assert "inputs.comment == 'true'" in condition
    assert "github.event_name == 'pull_request'" in condition
    assert all(STEPS[name].get("if", "").startswith("always()") for name in [*STEPS][2:])
