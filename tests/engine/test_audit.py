"""An audit of a small project with much wrong, on a real engine, and of what it was fixed to."""

from __future__ import annotations

from pathlib import Path

import factory
import pytest
from engine_audits import APP, audited
from engine_project import ROOT

from advices import audit
from advices.core import Layout, StepFailed
from advices.workshop import Workshop

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("own_state")]

WRONG = """\
# How we build it.
FROM python:3.14-slim
WORKDIR /app

# All of it.
COPY . .
RUN pip install -r requirements.txt
EXPOSE 8080
CMD true; python app.py
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for name, text in {
        "app.py": APP,
        "Dockerfile": WRONG,
        "requirements.txt": "idna==3.10\n",
        "index.html": "<h1>hello</h1>\n",
    }.items():
        (root / name).write_text(text, "utf-8")
    return root


@pytest.mark.always
def test_each_advice_is_found_fixed_and_then_not_found_again(project: Path) -> None:
    first = audited(project, url_path="/index.html")
    named = {one.lab for one in audit.findings(first.trial)}
    assert named >= {"build-cache", "non-root", "remove-tools", "stop-and-start"}
    assert set(first.trial.names) >= {"order", "user", "exec"}
    # A cache mount keeps downloads out of the layer as well.
    assert {"mounts", "pip-cache"} & set(first.trial.names)
    before, after = first.trial.yours, first.trial.fixed
    assert after is not None
    assert (before.boot.uid, after.boot.uid) == (0, 10001)
    measured = [factory.by_text(one.measures()) for one in (before, after)]
    assert [one["edit-source.steps_run"] for one in measured] == [2, 1]
    assert [one["stop_exit_code"] for one in measured] == [137, 0]
    assert measured[1]["pip_cache_bytes"] < measured[0]["pip_cache_bytes"]
    assert before.boot.page_digest == after.boot.page_digest
    new = first.files["Dockerfile"][1]
    assert new.startswith("# How we build it.\nFROM python:3.14-slim\n")
    (project / "Dockerfile").write_text(new)
    again = audited(project, url_path="/index.html")
    assert again.trial.names == ()
    # Its server does not finish what it began: no line of a Dockerfile changes that.
    assert [str(one.measure) for one in audit.findings(again.trial)] == ["requests_lost"]


def test_a_fix_that_would_break_the_app_is_refused(project: Path) -> None:
    # It writes beside its code, which stays root's.
    (project / "app.py").write_text(f"open('/app/started', 'w').close()\n{APP}")
    found = audited(project, url_path="/index.html")
    (user,) = (one for one in found.trial.tried if one.remedy.name == "user")
    assert user.refused.startswith("the container no longer answers: ")
    assert "user" not in found.trial.names
    assert found.trial.fixed is not None


def test_a_project_that_does_not_build_says_why(project: Path) -> None:
    (project / "Dockerfile").write_text("FROM python:3.14-slim\nRUN --network=none exit 3\n")
    with pytest.raises(StepFailed, match="exit 3"):
        audited(project)


WORKER = """\
import signal, sys, time

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
open("/tmp/started", "w").close()
while True:
    print("x" * 999, flush=True)
    time.sleep(0.001)
"""


def test_a_worker_is_judged_by_whether_it_runs(project: Path) -> None:
    """It serves nothing, and prints as long as it runs."""
    (project / "app.py").write_text(WORKER)
    read = audit.read_project(project, audit.Asked())
    trial = audit.audited(Workshop(Layout(ROOT), print), read, how=audit.How(quick=True)).trial
    assert "it listens on no port" in trial.silence
    assert trial.lives.endswith("its container still runs.")
    assert {"order", "user", "exec"} <= {*trial.names}
    assert trial.fixed is not None
    each = [(one.boot.uid, one.probed["stop_exit_code"]) for one in (trial.yours, trial.fixed)]
    assert each == [(0, 137), (10001, 0)]
