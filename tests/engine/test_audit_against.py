"""An audit against another commit on a real engine: only what got worse fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from engine_audits import APP
from engine_project import ROOT

from advices import audit
from advices.core import Layout
from advices.workshop import Workshop

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("own_state")]

GOOD = """\
FROM python:3.14-slim
WORKDIR /app
COPY index.html ./
COPY app.py ./
USER 10001:10001
EXPOSE 8080
CMD ["python", "app.py"]
"""


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def test_what_was_there_before_fails_nothing_and_what_is_worse_does(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    files = {"app.py": APP, "Dockerfile": GOOD, "index.html": "<h1>hello</h1>\n"}
    for name, text in files.items():
        (root / name).write_text(text, "utf-8")
    (root / ".dockerignore").write_text(".git\n")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-qm", "good")
    (root / "Dockerfile").write_text(GOOD.replace("USER 10001:10001\n", ""), "utf-8")
    project = audit.read_project(root, audit.Asked(url_path="/index.html"))
    workshop = Workshop(Layout(ROOT), print)
    found = audit.audited(workshop, project)
    found = audit.compared(workshop, found, "HEAD", audit.check_ref(project, "HEAD"))
    assert found.against is not None
    worse = [one for one in found.against.changes(found.trial.yours) if one.is_worse]
    told = {str(one.measure): (one.before, one.after) for one in worse}
    assert told["uid"] == (10001, 0)
    assert told.keys() <= {"uid", "writable_app_files"}
    # Its server never finished what it began: that was so before.
    lost = audit.Policy(frozenset({"stop-and-start"}))
    assert "requests_lost" in {str(one.measure) for one in audit.findings(found.trial)}
    assert not audit.fails(found, lost)
    rules = audit.Policy(frozenset({"non-root"}))
    assert audit.fails(found, rules)
    results = json.loads(audit.sarif(found, rules))["runs"][0]["results"]
    states = {(one["ruleId"], one["level"], one["baselineState"]) for one in results}
    assert ("non-root", "error", "new") in states
    assert {state for rule, _, state in states if rule != "non-root"} <= {"unchanged"}
